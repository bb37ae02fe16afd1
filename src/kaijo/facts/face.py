"""The rules of our own face check."""

from dataclasses import dataclass
from datetime import timedelta

from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.lifetimes import life

_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within any `span`."""

    tries: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class TurnRule:
    """Up to `straight` off the middle is straight, `turned` off the first picture turned, `closer` times it closer."""

    straight: float
    turned: float
    closer: float


@dataclass(frozen=True, slots=True)
class QualityRule:
    """Limits of a usable picture: see the fact for the units; sizes and `sharp` and `second` are fractions."""

    least_side: int
    most_side: int
    most_bytes: int
    least_size: float
    most_size: float
    dark: int
    backlit_face: int
    backlit_ratio: float
    sharp: float
    tilt_degrees: int
    second: float
    busy: int


@kept
def face_poses() -> int:
    """Return how many poses are drawn after the straight one [fact: face-poses]."""
    return fact("face-poses").count("poses", most=9)


@kept
def face_window() -> timedelta:
    """Return how long drawn poses wait for their pictures [fact: face-window]."""
    return life(fact("face-window"))


@kept
def face_looks() -> int:
    """Return how many pictures of one check are looked at for guidance [fact: face-looks]."""
    return fact("face-looks").count("pictures")


@kept
def card_limits() -> tuple[Limit, ...]:
    """Return the limits for one card [fact: face-limits-card]."""
    return read_limits(fact("face-limits-card"))


@kept
def device_limits() -> tuple[Limit, ...]:
    """Return the limits for one device [fact: face-limits-device]."""
    return read_limits(fact("face-limits-device"))


@kept
def turn_rule() -> TurnRule:
    """Return when a face counts as straight, turned and closer [fact: face-turn]."""
    row = fact("face-turn")
    return TurnRule(*(row.count(part) / _THOUSAND for part in ("straight", "turned", "closer")))


@kept
def flat_likeness() -> float:
    """Return the correlation at which two poses count as one flat picture [fact: face-flat]."""
    return fact("face-flat").count("alike", most=_THOUSAND) / _THOUSAND


@kept
def quality_rule() -> QualityRule:
    """Return the limits of a usable picture [fact: face-quality]."""
    row = fact("face-quality")
    return QualityRule(
        least_side=row.count("side", "least"),
        most_side=row.count("side", "most"),
        most_bytes=row.count("bytes"),
        least_size=row.count("size", "least") / _THOUSAND,
        most_size=row.count("size", "most") / _THOUSAND,
        dark=row.count("dark"),
        backlit_face=row.count("backlit", "face"),
        backlit_ratio=row.count("backlit", "percent") / 100,
        sharp=row.count("sharp") / _THOUSAND,
        tilt_degrees=row.count("tilt"),
        second=row.count("second") / _THOUSAND,
        busy=row.count("busy"),
    )


@kept
def evaluation_pairs() -> int:
    """Return how many pairs of different people an evaluation needs [fact: face-evaluation]."""
    return fact("face-evaluation").count("impostor_pairs")


def read_limits(row: Fact) -> tuple[Limit, ...]:
    """Return the limits that a row states: a short one in minutes, a long one in hours."""
    spans = {"short": "minutes", "long": "hours"}
    return tuple(
        Limit(row.count(name, "tries"), timedelta(**{unit: row.count(name, unit)})) for name, unit in spans.items()
    )
