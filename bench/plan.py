"""Time to plan one night: the full set of acts, and how it grows with acts and with chance outcomes.

    python bench/plan.py [--repeat N] [--json] [--write docs/benchmarks.md]

Times are this process's own CPU time on one core.
"""

import argparse
import copy
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from _page import table, write

from kaijo.facts.stores import Chain
from kaijo.plan.advice import plan
from kaijo.plan.parsing import parse

LIMIT_MS = 5.0
"""For the median of the full act set."""
WORST_MS = 100.0
"""For every night of full set, card only and untold; the growing ones have no limit."""
NIGHTS = {"full_set_ms": "every means", "card_only_ms": "no way without the card", "untold_ms": "little told"}
PIN_STATES: dict[str, dict[str, Any]] = {
    "known": {"memory": "known", "tries_left": 3},
    "unsure": {"memory": "unsure", "confidence": 0.4, "tries_left": 3},
    "forgotten": {"memory": "forgotten", "tries_left": 2},
    "locked": {"memory": "forgotten", "tries_left": 0},
}
# Everything there is, so that no act is left out for want of means.
FULL: dict[str, Any] = {
    "now": "2027-03-15T20:10:00+09:00",
    "filing": {"deadline": "2027-03-15", "kind": "blue", "ready_in_minutes": 20, "tax_due": 180_000},
    "person": {"age": 41, "moved_since_issue": False},
    "pins": {},
    "certificates": {
        "authentication": {"not_after": "2029-05-05"},
        "signature": {"not_after": "2029-05-05", "revoked": False},
    },
    "equipment": dict.fromkeys(
        ("nfc_phone", "card_reader", "phone_certificate", "id_password", "printer", "accountant"), True
    ),
    "places": {
        "stores": [{"chain": "lawson", "minutes": 6}, {"chain": "seven-eleven", "minutes": 15}],
        "counter": {"minutes": 25},
        "drop_box": {"minutes": 40},
        "post_office": {"minutes": 10, "closes": "21:00"},
    },
}


def night(signature: str, authentication: str, **changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(FULL)
    made["pins"] = {"signature": PIN_STATES[signature], "authentication": PIN_STATES[authentication]}
    made.update(changes)
    return made


def milliseconds(raw: dict[str, Any], repeat: int) -> float:
    situation = parse(raw)
    plan(situation)
    times = []
    for _ in range(repeat):
        start = time.process_time()
        plan(situation)
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times)


def full_set(repeat: int, **changes: Any) -> dict[str, float]:
    return {
        f"signature {signature}, authentication {authentication}": milliseconds(
            night(signature, authentication, **changes), repeat
        )
        for signature in PIN_STATES
        for authentication in PIN_STATES
    }


def card_only(repeat: int) -> dict[str, float]:
    """Measure without the ways that need no card, which end many searches early."""
    means = {**FULL["equipment"], "id_password": False, "phone_certificate": False, "accountant": False}
    return full_set(repeat, equipment=means)


def by_means(repeat: int) -> dict[int, float]:
    """Measure ever more means and places, each of which adds acts, for somebody unsure of both PINs."""
    means = ("nfc_phone", "accountant", "printer", "id_password", "phone_certificate")
    steps: list[tuple[str, Any]] = [
        *((name, True) for name in means[:2]), *FULL["places"].items(), *((name, True) for name in means[2:])
    ]  # fmt: skip
    spent = {}
    for count in range(len(steps) + 1):
        told = dict(steps[:count])
        equipment = dict.fromkeys(FULL["equipment"], False) | {name: True for name in means if name in told}
        places = {"stores": [], **{name: place for name, place in told.items() if name not in means}}
        spent[count] = milliseconds(night("unsure", "unsure", equipment=equipment, places=places), repeat)
    return spent


def by_stores(repeat: int) -> dict[int, float]:
    """Measure more stores: each adds an act with a chance outcome."""
    chains = [chain.value for chain in Chain]
    spent = {}
    for count in (0, 1, 2, 4, 6, 8):
        stores = [{"chain": chains[index % len(chains)], "minutes": 3 + 4 * index} for index in range(count)]
        spent[count] = milliseconds(night("locked", "unsure", places={**FULL["places"], "stores": stores}), repeat)
    return spent


def by_tries(repeat: int) -> dict[int, float]:
    """Measure more tries left of PINs somebody is unsure of: each adds a chance outcome to the longest line."""
    spent = {}
    for tries in (1, 2, 3, 4, 5):
        raw = night("unsure", "unsure")
        raw["pins"] = {
            "signature": {"memory": "unsure", "confidence": 0.4, "tries_left": tries},
            "authentication": {"memory": "unsure", "confidence": 0.4, "tries_left": min(tries, 3)},
        }
        spent[tries] = milliseconds(raw, repeat)
    return spent


def untold(repeat: int) -> dict[str, float]:
    """Measure nights of which little was told: each unknown thing is planned once more as if it were known."""
    return {
        f"signature {signature}, authentication unsure": milliseconds(
            {"now": FULL["now"], "pins": night(signature, "unsure")["pins"]}, repeat
        )
        for signature in ("locked", "unsure")
    }


def worst(measured: dict[str, dict[Any, float]]) -> float:
    return max(spent for name in NIGHTS for spent in measured[name].values())


def page_part(measured: dict[str, dict[Any, float]]) -> str:
    """Return the figures as Markdown."""
    rows = []
    for name, title in NIGHTS.items():
        group = measured[name]
        slowest = max(group, key=lambda situation: group[situation])
        middle = f"{statistics.median(group.values()):.1f}"
        rows.append([title, str(len(group)), middle, f"{group[slowest]:.1f}", slowest])
    curves = [
        [title, " · ".join(f"{count}: {spent:.1f}" for count, spent in measured[name].items())]
        for name, title in (
            ("by_means_ms", "means and places, both PINs unsure"),
            ("by_stores_ms", "stores, signature locked, authentication unsure"),
            ("by_tries_ms", "tries left, both PINs unsure"),
        )
    ]
    budget = (
        f"The budget is {LIMIT_MS:.0f} ms for the median with every means and {WORST_MS:.0f} ms for each of these "
        f"nights, of which the worst took {worst(measured):.0f} ms. What grows below has no budget."
    )
    nights = table(["nights", "number", "median, ms", "worst, ms", "the worst"], rows)
    return "\n\n".join([nights, budget, table(["growing", "count: ms"], curves)])


def tell(measured: dict[str, dict[Any, float]]) -> None:
    for name, group in measured.items():
        print(f"{name:16} median {statistics.median(group.values()):8.2f} ms")
        for situation, spent in group.items():
            print(f"  {situation!s:52}{spent:8.2f} ms")
    print(f"worst {worst(measured):.2f} ms (limit {WORST_MS}); limit for the median of full_set_ms: {LIMIT_MS} ms")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=15, help="plans per number")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    options = parser.parse_args()
    groups = (full_set, card_only, untold, by_means, by_stores, by_tries)
    measured: dict[str, dict[Any, float]] = {f"{group.__name__}_ms": group(options.repeat) for group in groups}
    median = statistics.median(measured["full_set_ms"].values())
    if options.write:
        write(options.write, "plan", page_part(measured))
    if options.json:
        limits = {"median_ms": median, "limit_ms": LIMIT_MS, "worst_ms": worst(measured), "worst_limit_ms": WORST_MS}
        print(json.dumps({**limits, **measured}, indent=2))
    else:
        tell(measured)
    return int(median > LIMIT_MS or worst(measured) > WORST_MS)


if __name__ == "__main__":
    sys.exit(main())
