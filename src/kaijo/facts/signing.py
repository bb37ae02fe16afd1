"""How much is signed or looked at in one go."""

from kaijo.facts.book import fact

_MEGABYTE = 1_000_000
_MOST_MEGABYTES = 1000


def largest_bytes() -> int:
    """Return the size of the largest file that is signed or verified, in bytes [fact: signing-largest]."""
    return fact("signing-largest").count("megabytes", most=_MOST_MEGABYTES) * _MEGABYTE


def deepest_xml() -> int:
    """Return how deep the elements of an XML document may nest [fact: signing-largest]."""
    return fact("signing-largest").count("depth")


def most_markup() -> int:
    """Return how many tags an XML document may have [fact: signing-largest]."""
    return fact("signing-largest").count("markup")
