"""From when what was mended works again."""

from datetime import date, datetime, timedelta

from kaijo.clock import JST
from kaijo.facts.book import fact
from kaijo.facts.months import MOST_MONTHS, months_after
from kaijo.facts.readings import Reading, side
from kaijo.facts.schedule import midnight_after


def reset_usable(done: datetime, reading: Reading = Reading.EXPECTED) -> datetime:
    """Return from when a PIN reset at `done` works with e-Tax [fact: reset-usable]. Aware in, JST out."""
    row = fact("reset-usable")
    path = (*side(row, reading), "wait_hours")
    hours = row.count(*path) if row.take(int, *path) else 0
    return done.astimezone(JST) + timedelta(hours=hours)


def certificate_usable(done: datetime, reading: Reading = Reading.EXPECTED) -> datetime:
    """Return from when e-Tax takes a certificate issued at `done` [fact: certificate-usable]. Aware in, JST out."""
    row = fact("certificate-usable")
    days = row.count(*side(row, reading), "days")
    return midnight_after(done.astimezone(JST).date() + timedelta(days=days - 1))


def renewable_from(not_after: date) -> date:
    """Return the first day on which a certificate that ends on `not_after` can be renewed [fact: certificate-renewal].

    Raises UsageProblem `facts.damaged`.
    """
    return months_after(not_after, -fact("certificate-renewal").count("months_before_end", most=MOST_MONTHS))


def face_match_asked(*, signature: bool, reading: Reading = Reading.EXPECTED) -> bool:
    """Return whether reserving asks for the face, for a reset of the signature PIN or of the authentication PIN.

    [fact: reset-face-signature, reset-face-authentication]. Raises UsageProblem `facts.damaged`.
    """
    row = fact("reset-face-signature" if signature else "reset-face-authentication")
    return row.take(bool, *side(row, reading), "face_match")


def lowest_age() -> int:
    """Return from which age on a card has a signature certificate and the store can help [fact: reset-age]."""
    return fact("reset-age").count("from_age")
