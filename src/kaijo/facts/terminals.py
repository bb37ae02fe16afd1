"""Own rules of enrolled terminals."""

from datetime import timedelta

from kaijo.facts.book import fact
from kaijo.facts.database import Repeats, repeats_of
from kaijo.facts.lifetimes import life


def enrolment_code_life() -> timedelta:
    """Return how long an enrolment code may be used [fact: terminal-code-life]."""
    return life(fact("terminal-code-life"))


def signature_window() -> timedelta:
    """Return how far the time of a terminal's signature may be off, either way [fact: terminal-window]."""
    return life(fact("terminal-window"))


def terminal_repeats() -> Repeats:
    """Return how often a terminal says again what got no answer [fact: terminal-repeats]."""
    return repeats_of("terminal-repeats")
