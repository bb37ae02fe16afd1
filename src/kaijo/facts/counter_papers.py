"""The counter's papers: who brings what to which visit, and how long things at the counter live."""

from datetime import timedelta

from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.counter import Visitor
from kaijo.facts.lifetimes import life


@kept
def documents(visitor: Visitor, visit: int) -> tuple[str, ...]:
    """Return the ids of the documents for that visit (1 is the first), in the order in which they are asked for.

    [fact: counter-documents, counter-legal-representative, counter-proxy-documents]. Nothing for a visit that there is
    not. Raises UsageProblem `facts.damaged`.
    """
    lists = _visits(visitor)
    return lists[visit - 1] if 1 <= visit <= len(lists) else ()


def case_life() -> timedelta:
    """Return how long a case at the counter may last [fact: counter-case-life]."""
    return life(fact("counter-case-life"))


def sign_in_life() -> timedelta:
    """Return how long a clerk stays signed in [fact: clerk-sign-in-life]."""
    return life(fact("clerk-sign-in-life"))


def clerk_tries() -> int:
    """Return how often a clerk may miss the password in a row [fact: clerk-tries]."""
    return fact("clerk-tries").count("tries_max")


def letter_life() -> timedelta:
    """Return how long an inquiry letter waits for its answer [fact: counter-letter-life]."""
    return timedelta(days=fact("counter-letter-life").count("days"))


def letter_same_day() -> bool:
    """Return whether a proxy may come with the answered letter on the day it was sent [fact: counter-proxy]."""
    return fact("counter-proxy").take(bool, "same_day")


def _visits(visitor: Visitor) -> tuple[tuple[str, ...], ...]:
    if visitor is Visitor.HOLDER:
        row = fact("counter-documents")
        further = row.take(str, "further_identification") != "never"
        return (("card", "holder-identification") if further else ("card",),)
    if visitor is Visitor.LEGAL_REPRESENTATIVE:
        row = fact("counter-legal-representative")
        return (_texts(row, row.take(list, "needs"), "needs"),)
    row = fact("counter-proxy-documents")
    return tuple(_texts(row, one, "visits") for one in row.take(list, "visits"))


def _texts(row: Fact, found: object, path: str) -> tuple[str, ...]:
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise row.damaged(path)
    return tuple(found)
