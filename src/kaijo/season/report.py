"""The answers of a run as one dictionary: what `kaijo simulate --json` prints [docs/schemas/season.json]."""

from typing import Any, Final

import numpy as np

from kaijo.facts.season import node_rule, ranges, service_level
from kaijo.season.answers import CENTRAL, MORE_BOTH, MORE_COUNTERS, MORE_KIOSKS, Answers, Column
from kaijo.season.places import KINDS
from kaijo.season.queues import Array

_QUANTILES: Final = {"low": 5, "central": 50, "high": 95}
_KINDS: Final = (*(kind.value for kind in KINDS), "both")
_MEASURES: Final = ("missed", "kiosks", "clerks", "cores")
_FEW: Final = 4  # digits that a simulated number deserves


def as_dict(answers: Answers) -> dict[str, Any]:
    """Return everything a run answers, in JSON's types. Counts are expected numbers; shares are parts of one."""
    asked, first = answers.asked, answers.columns[0]
    return {
        "year": asked.year,
        "opens": answers.grid.first.isoformat(),
        "deadline": answers.grid.deadline.isoformat(),
        "cards": asked.cards,
        "draws": asked.draws,
        "seed": asked.seed,
        "locked": {kind: _round(first.locked[CENTRAL, at]) for at, kind in enumerate(_KINDS)},
        "endings": [_ending(first, name) for name in first.endings],
        "last_day": _last_day(answers),
        "needed": _needed(answers),
        "longer_hours": _longer(answers),
        "ranges": {
            "missed": _range(answers, "missed"),
            "missed_share": _spread(_drawn(answers, _missed_share(answers))),
        },
        "sensitivity": sensitivity(answers),
        "assumptions": [
            {"name": name, "unit": told.unit, "fact": told.source}
            | {"low": told.low, "central": told.central, "high": told.high}
            for name, told in ranges().items()
        ],
    }


def sensitivity(answers: Answers) -> list[dict[str, Any]]:
    """Return what each assumption alone moves, most first the one that moves those who miss the deadline."""
    values = {measure: answers.all(measure) for measure in _MEASURES}
    rows = []
    for number, name in enumerate(ranges()):
        at = 4 + 2 * number
        moved = {measure: {"low": _number(told[at]), "high": _number(told[at + 1])} for measure, told in values.items()}
        rows.append({"name": name, "swing": _round(abs(values["missed"][at + 1] - values["missed"][at]))} | moved)
    return sorted(rows, key=lambda row: -row["swing"])


def _ending(column: Column, name: str) -> dict[str, Any]:
    counts, locked = column.endings[name][CENTRAL], column.locked[CENTRAL].sum()
    return {
        "ending": name,
        "in_time": name.startswith("filed-"),
        "people": _round(counts.sum()),
        "share": _round(counts.sum() / locked),
        "kinds": {kind: _round(counts[at]) for at, kind in enumerate(_KINDS)},
    }


def _last_day(answers: Answers) -> dict[str, Any]:
    seen, level = answers.columns[0].seen, service_level()
    kiosk, counter = seen.kiosk_visits[CENTRAL], seen.counter_visits[CENTRAL]
    return {
        "locked": _round(seen.hourly_locked[:, CENTRAL].sum()),
        "since": level.since.isoformat("minutes"),
        "kiosk_visits": _round(kiosk),
        "counter_visits": _round(counter),
        "waits": [
            {
                "minutes": minutes,
                "kiosk_longer": _ratio(seen.kiosk_over[at, CENTRAL], kiosk),
                "counter_longer": _ratio(seen.counter_over[at, CENTRAL], counter),
            }
            for at, minutes in enumerate(seen.waits)
        ],
        "service": {"requests_per_second": _round(seen.requests[CENTRAL]), "busy_cores": _round(seen.work[CENTRAL])},
        "hours": [_hour(answers, hour) for hour in range(len(seen.hourly_locked))],
    }


def _hour(answers: Answers, hour: int) -> dict[str, Any]:
    seen = answers.columns[0].seen
    chains: dict[str, Any] = {}
    for at, group in enumerate(answers.places.groups):
        visits, over = seen.hourly_visits[hour, CENTRAL, at], seen.hourly_over[hour, CENTRAL, at]
        for chain, number in group.chains.items():
            chains[chain.value] = {"visits": _round(visits * number / group.shops), "longer": _ratio(over, visits)}
    return {"hour": hour, "locked": _round(seen.hourly_locked[hour, CENTRAL]), "chains": chains}


def _needed(answers: Answers) -> dict[str, Any]:
    level, rule = service_level(), node_rule()
    there = {
        "kiosks": round(sum(group.shops for group in answers.places.groups)),
        "clerks": sum(one.clerks * one.places for one in answers.places.counters),
    }
    found = {
        name: {"there": there.get(name)} | _range(answers, name) for name in ("kiosks", "clerks", "cores", "nodes")
    }
    return {
        "level": {"share": level.share, "minutes": level.minutes},
        "node": {"cores": rule.cores, "wait_seconds": rule.wait, "share": rule.share, "spare": rule.spare},
    } | found


def _longer(answers: Answers) -> list[dict[str, Any]]:
    missed = answers.all("missed")
    draws = answers.asked.draws
    before, after = missed[len(missed) - 2 * draws : len(missed) - draws], missed[len(missed) - draws :]
    told = []
    for what, at in (("kiosks", MORE_KIOSKS), ("counters", MORE_COUNTERS), ("both", MORE_BOTH)):
        spread = _spread(before - after) if what == "both" else None
        gained = _round(missed[CENTRAL] - missed[at])
        told.append({"what": what, "hours": answers.asked.more_hours, "more_in_time": gained, "range": spread})
    return told


def _range(answers: Answers, name: str) -> dict[str, Any]:
    values = answers.all(name)
    return {"assumed": _number(values[CENTRAL]), "drawn": _spread(_drawn(answers, values))}


def _drawn(answers: Answers, values: Array) -> Array:
    draws = answers.asked.draws
    return values[len(values) - 2 * draws : len(values) - draws]


def _missed_share(answers: Answers) -> Array:
    locked = np.concatenate([column.locked.sum(axis=1) for column in answers.columns])
    return np.asarray(answers.all("missed") / locked, dtype=np.float64)


def _spread(values: Array) -> dict[str, Any]:
    """Return the middle 90 % of drawn values; None where the level is out of reach there."""
    ordered = np.sort(np.where(np.isnan(values), np.inf, values))
    found = {name: np.percentile(ordered, at, method="nearest") for name, at in _QUANTILES.items()}
    return {name: _number(value) for name, value in found.items()} | {
        "out_of_reach": _round(float(np.isnan(values).mean()))
    }


def _number(value: float) -> float | None:
    return _round(value) if np.isfinite(value) else None


def _round(value: float) -> float:
    """Return a number with as many digits as it deserves, whole where it is large."""
    rounded = float(f"{float(value):.{_FEW}g}")
    return int(rounded) if rounded == int(rounded) else rounded


def _ratio(part: float, whole: float) -> float | None:
    return _round(part / whole) if whole > 0 else None
