"""The rules of our own reading of a card's front from a photograph."""

from dataclasses import dataclass
from datetime import timedelta

from kaijo.facts.book import fact, kept

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class FrontRule:
    """What a photograph may be at most, how large it is when it is read (pixels), and how long reading may take."""

    most_bytes: int
    most_claimed: int
    most_unpacked: int
    least_side: int
    read_side: int
    time: timedelta


@kept
def front_rule() -> FrontRule:
    """Return the limits of a photograph of a card's front [fact: card-front-photo]."""
    row = fact("card-front-photo")
    return FrontRule(
        most_bytes=row.count("megabytes") * _MILLION,
        most_claimed=row.count("megapixels", "claimed") * _MILLION,
        most_unpacked=row.count("megapixels", "unpacked") * _MILLION,
        least_side=row.count("side", "least"),
        read_side=row.count("side", "read"),
        time=timedelta(seconds=row.count("seconds")),
    )
