"""The method of ID and password: e-Tax without card and PIN, for those who already have it."""

from datetime import date

from kaijo.facts.book import fact
from kaijo.facts.readings import Reading, side


def id_password_usable(reading: Reading = Reading.EXPECTED) -> bool:
    """Return whether holders of an ID and password may still file with them [fact: id-password].

    Raises UsageProblem `facts.damaged`.
    """
    row = fact("id-password")
    return row.take(bool, *side(row, reading), "holders_may_use")


def id_password_last_issue() -> date:
    """Return the last day, in Japan, on which one could be got [fact: id-password]."""
    return fact("id-password").take(date, "last_issue")
