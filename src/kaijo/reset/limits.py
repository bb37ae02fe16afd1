"""How often something may be begun, and when to come back. A subject's whole past is one moment for each limit.

A limit of `tries` within `span` lets so many through at once and then one every `span / tries`; its mark is the moment
at which all of them are free again. A refusal costs nothing, so that asking again never makes the wait longer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from kaijo.errors import Refused
from kaijo.facts.face import Limit
from kaijo.facts.limits import device_begin_limits, reservation_limits, terminal_begin_limits
from kaijo.reset.desk import Desk
from kaijo.reset.face_limits import free_again
from kaijo.reset.records import Reservation
from kaijo.reset.terminal_records import Terminal

_NAMES: Final = ("short", "long")
Marks = Mapping[str, datetime]


def spend(limits: Sequence[Limit], marks: Marks, at: datetime) -> tuple[Marks, datetime | None]:
    """Return the marks after one more try at `at`; or those of before, and when the next try is free."""
    spent: dict[str, datetime] = {}
    waits = []
    for name, limit in zip(_NAMES, limits, strict=True):
        spent[name] = max(marks.get(name, at), at) + limit.span / limit.tries
        if spent[name] - limit.span > at:
            waits.append(spent[name] - limit.span)
    return (marks, max(waits)) if waits else (spent, None)


def begin_at_device(desk: Desk, device: str) -> None:
    """Spend one of the tries of a phone, by what it calls itself. Raises Refused `limits.device` (retry_at)."""
    _begin(desk, desk.veil.device(b"limit " + device.encode()), device_begin_limits(), "limits.device")


def begin_at_terminal(desk: Desk, terminal: Terminal) -> None:
    """Spend one of the tries of an enrolled terminal. Raises Refused `limits.terminal` (retry_at)."""
    subject = desk.veil.device(b"limit terminal " + terminal.id.encode())
    _begin(desk, subject, terminal_begin_limits(), "limits.terminal")


def require_card_free(desk: Desk, rows: Sequence[Reservation], at: datetime) -> None:
    """Raise Refused `limits.card` (retry_at) when the card was reserved for too often; `rows` are its reservations.

    To be asked after the card's own signature: nobody else can use its tries up. What led to a reset does not count.
    """
    made = [row.made_at for row in rows if row.case is None and row.used_at is None]
    until = free_again(reservation_limits(), made, at) if desk.limited else None
    if until is not None:
        raise Refused("limits.card", retry_at=until)


def _begin(desk: Desk, subject: str, limits: Sequence[Limit], code: str) -> None:
    if not desk.limited:
        return
    now = desk.clock.now()
    with desk.store.begin() as records:
        marks, until = spend(limits, records.marks(subject), now)
        if until is not None:
            raise Refused(code, retry_at=until)
        records.put_marks(subject, marks)
        # Now and then somebody takes away what limits nobody any more, so that there are as many rows as subjects.
        if desk.randomness(1) == b"\0":
            records.drop_marks(now)
