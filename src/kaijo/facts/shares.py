"""Percentages as exact parts of one, so that money is not rounded on the way."""

from fractions import Fraction

from kaijo.facts.book import Fact

_WHOLE = 100


def share(row: Fact, *path: str) -> Fraction:
    """Return the percentage under `path`, 0 to 100, as a part of one. Raises UsageProblem `facts.damaged`."""
    part = row.part(*path)
    if type(part) not in {int, float} or not 0 <= part <= _WHOLE:
        raise row.damaged(*path)
    return Fraction(str(part)) / _WHOLE
