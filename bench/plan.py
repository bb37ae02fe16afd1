"""Time to plan one night: the full set of acts, and how it grows with acts and with chance outcomes.

Run as `python bench/plan.py [--json] [--repeat N]`. Times are this process's own CPU time on one core.
"""

import argparse
import copy
import json
import statistics
import sys
import time
from typing import Any

from kaijo.facts.stores import Chain
from kaijo.plan.advice import plan
from kaijo.plan.parsing import parse

LIMIT_MS = 5.0
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


def by_stores(repeat: int) -> dict[int, float]:
    """Measure more stores: each adds an act with a chance outcome."""
    chains = [chain.value for chain in Chain]
    table = {}
    for count in (0, 1, 2, 4, 6, 8):
        stores = [{"chain": chains[index % len(chains)], "minutes": 3 + 4 * index} for index in range(count)]
        table[count] = milliseconds(night("locked", "unsure", places={**FULL["places"], "stores": stores}), repeat)
    return table


def by_tries(repeat: int) -> dict[int, float]:
    """Measure more tries left of PINs somebody is unsure of: each adds a chance outcome to the longest line."""
    table = {}
    for tries in (1, 2, 3, 4, 5):
        raw = night("unsure", "unsure")
        raw["pins"] = {
            "signature": {"memory": "unsure", "confidence": 0.4, "tries_left": tries},
            "authentication": {"memory": "unsure", "confidence": 0.4, "tries_left": min(tries, 3)},
        }
        table[tries] = milliseconds(raw, repeat)
    return table


def untold(repeat: int) -> float:
    """Measure a night of which little was told: each unknown thing is planned once more as if it were known."""
    return milliseconds({"now": FULL["now"], "pins": night("locked", "unsure")["pins"]}, repeat)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=15, help="plans per number")
    options = parser.parse_args()
    full, stores, tries = full_set(options.repeat), by_stores(options.repeat), by_tries(options.repeat)
    card = card_only(options.repeat)
    median = statistics.median(full.values())
    answer = {
        "median_ms": median,
        "limit_ms": LIMIT_MS,
        "full_set_ms": full,
        "card_only_ms": card,
        "card_only_median_ms": statistics.median(card.values()),
        "by_stores_ms": stores,
        "by_tries_ms": tries,
        "untold_ms": untold(options.repeat),
    }
    if options.json:
        print(json.dumps(answer, indent=2))
    else:
        print(f"{'':48}full set  without the ways that need no card")
        for name, spent in full.items():
            print(f"{name:48}{spent:8.2f}{card[name]:8.2f} ms")
        both = f"{median:8.2f}{statistics.median(card.values()):8.2f}"
        print(f"{'median':48}{both} ms   (limit for the full act set: {LIMIT_MS} ms)")
        for title, table in (("stores", stores), ("tries left of each unsure PIN", tries)):
            for count, spent in table.items():
                print(f"{count} {title:46}{spent:8.2f} ms")
        print(f"{'only now and the PINs told':48}{answer['untold_ms']:8.2f} ms")
    return int(median > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
