"""What a simulated filing season rests on: assumptions as ranges, and the sizes of chains and counters."""

from dataclasses import dataclass
from datetime import date, time
from typing import Final, Self

from kaijo.facts.assumptions import chance, duration
from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.filing import by_rule
from kaijo.facts.shares import share
from kaijo.facts.stores import Chain

HOURS: Final = 24
_UNITS: Final = frozenset({"percent", "minutes", "milliseconds"})
_MINUTE: Final = 60
_WHOLE: Final = 100.0

NAMES: Final = (
    *("filers", "lock-signature", "lock-authentication", "lock-both", "last-day", "able", "prompt", "go", "later"),
    *("kiosk-other", "kiosk-works", "kiosk-patience", "kiosk-success", "shop-spread", "again", "again-wait"),
    *("counter-goes", "counter-delay", "counter-other", "counter-patience"),
    *("work-reservation", "work-face", "work-session"),
)
"""The assumptions with a row `season-<name>` of their own."""


@dataclass(frozen=True, slots=True)
class Range:
    """An assumption from low to high, in its unit: percent, minutes or milliseconds. `source` is the row it is from."""

    low: float
    central: float
    high: float
    unit: str
    source: str

    @classmethod
    def from_fact(cls, row: Fact) -> Self:
        """Return the range that `row` states, lowest first. Raises UsageProblem `facts.damaged`."""
        low, central, high = (_number(row, part) for part in ("low", "central", "high"))
        unit = row.take(str, "unit")
        if unit not in _UNITS or not low <= central <= high or (unit == "percent" and high > _WHOLE):
            raise row.damaged()
        return cls(low, central, high, unit, row.id)


@dataclass(frozen=True, slots=True)
class CounterClass:
    """Counters of one size: how many, with how many clerks each, for which share of all residents (parts of one)."""

    places: int
    clerks: int
    share: float


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """`share` (parts of one) of those who come from `since` on begin within `minutes`."""

    share: float
    minutes: float
    since: time


@dataclass(frozen=True, slots=True)
class NodeRule:
    """A service node has `cores`; `share` of requests begin within `wait` seconds; `spare` nodes may fail."""

    cores: int
    wait: float
    share: float
    spare: int


@kept
def ranges() -> dict[str, Range]:
    """Return every assumption by name: those of `NAMES`, and what plans too assume of acts.

    [fact: duration-reserve, duration-kiosk, duration-counter-reset, duration-etax-send, chance-face-match]
    Raises UsageProblem `facts.damaged`.
    """
    made = {name: Range.from_fact(fact(f"season-{name}")) for name in NAMES}
    acts = {"reserve": "reserve", "kiosk": "kiosk", "counter": "counter-reset", "file": "etax-send"}
    for name, act in acts.items():
        row = duration(act)
        typical, cautious = (part.total_seconds() / _MINUTE for part in (row.typical, row.cautious))
        made[name] = Range(typical, typical, cautious, "minutes", f"duration-{act}")
    face = chance("face-match")
    likely, unlikely = float(face.typical) * _WHOLE, float(face.cautious) * _WHOLE
    made["face-match"] = Range(unlikely, likely, likely, "percent", "chance-face-match")
    return made


def season_opens(year: int) -> date:
    """Return the first day of the filing period in `year` [fact: season-opens]. Raises UsageProblem `facts.damaged`."""
    return by_rule(fact("season-opens"), year)


def hour_weights() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return weights of the hours of a day, of any day and of the last [fact: season-hours]."""
    row = fact("season-hours")
    return _weights(row, "every_day"), _weights(row, "last_day")


def day_weights() -> tuple[int, int, int]:
    """Return the weight of the first day, of the day before the last, and what a day off adds [fact: season-days]."""
    row = fact("season-days")
    return row.count("first"), row.count("last"), row.count("off_day")


def shops() -> dict[Chain, int]:
    """Return how many shops of each chain have a kiosk [fact: season-shops]. Raises UsageProblem `facts.damaged`."""
    row = fact("season-shops")
    if row.take(dict).keys() != {chain.value for chain in Chain}:
        raise row.damaged()
    return {chain: row.count(chain.value) for chain in Chain}


def counters() -> tuple[CounterClass, ...]:
    """Return the counters by size; their shares make one [fact: season-counters]. Raises UsageProblem."""
    row = fact("season-counters")
    made = []
    for part in row.take(list, "classes"):
        one = Fact(row.id, row.title, part, row.source, row.checked, row.confidence, row.file)
        made.append(CounterClass(one.count("places"), one.count("clerks", most=100), float(share(one, "percent"))))
    total = sum(one.share for one in made)
    if not total:
        raise row.damaged("classes")
    return tuple(CounterClass(one.places, one.clerks, one.share / total) for one in made)


def service_level() -> ServiceLevel:
    """Return the waits that the last day aims at [fact: season-service-level]. Raises UsageProblem `facts.damaged`."""
    row = fact("season-service-level")
    return ServiceLevel(float(share(row, "percent")), row.count("minutes"), row.take(time, "from"))


def node_rule() -> NodeRule:
    """Return size and aim of a service node [fact: season-node]. Raises UsageProblem `facts.damaged`."""
    row = fact("season-node")
    wait = row.count("wait_milliseconds") / 1000
    return NodeRule(row.count("cores"), wait, float(share(row, "percent")), row.count("spare"))


def _number(row: Fact, *path: str) -> float:
    part = row.part(*path)
    if type(part) not in {int, float} or not 0 < part < float("inf"):
        raise row.damaged(*path)
    return float(part)


def _weights(row: Fact, part: str) -> tuple[float, ...]:
    weights = row.take(list, part)
    if len(weights) != HOURS or any(type(one) is not int or one < 0 for one in weights) or not sum(weights):
        raise row.damaged(part)
    total = sum(weights)
    return tuple(one / total for one in weights)
