"""How long things live before they lapse."""

from datetime import timedelta

from kaijo.facts.book import Fact, fact

_UNITS = ("hours", "minutes", "seconds")


def life(row: Fact) -> timedelta:
    """Return the span that a row states as one count of hours, minutes or seconds.

    Raises UsageProblem `facts.damaged` when it states none, or more than one.
    """
    value = row.take(dict)
    if len(value) != 1 or (unit := next(iter(value))) not in _UNITS:
        raise row.damaged()
    return timedelta(**{unit: row.count(unit)})


def reservation_life() -> timedelta:
    """Return how long a reservation waits for the kiosk [fact: reservation-life]."""
    return life(fact("reservation-life"))


def challenge_life() -> timedelta:
    """Return how long a challenge waits for its signature [fact: challenge-life]."""
    return life(fact("challenge-life"))


def kiosk_session_life() -> timedelta:
    """Return how long one kiosk session may last from card-in to receipt [fact: kiosk-session-life]."""
    return life(fact("kiosk-session-life"))


def kiosk_session_most() -> timedelta:
    """Return how long one kiosk session may last at most, extended [fact: kiosk-session-most]."""
    return life(fact("kiosk-session-most"))


def consent_reading_life() -> timedelta:
    """Return how old the reading of the tries may be when the holder consents to the last one [fact: consent-life]."""
    return life(fact("consent-life"))
