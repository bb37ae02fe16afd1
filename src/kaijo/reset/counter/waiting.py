"""Waiting numbers: taken by visitors, called by clerks in their order, one day at a time."""

from dataclasses import replace
from datetime import date

from kaijo.errors import Refused
from kaijo.reset.counter.clerks import signed_in
from kaijo.reset.counter.journal import day_of, entry
from kaijo.reset.counter.records import Deed, Ticket, TicketState
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.ports import Records
from kaijo.reset.states import require_won

_LINE_SIZE = 16


def take_ticket(desk: Desk, *, key: str | None = None) -> tuple[Ticket, int]:
    """Return the next waiting number of today, and how many wait before it; with the same `key` the one of before."""
    now = desk.clock.now()
    today = day_of(now)
    with desk.store.begin() as records:
        taken = records.tickets(today)
        # A number is no id that could be made from the key, so a row says which one the key was answered with.
        wish = None if key is None else drawn(desk, _LINE_SIZE, key=key, place=f"ticket {today}").hex()
        earlier = None if wish is None else records.number_of_wish(today, wish)
        if earlier is None:
            ticket = Ticket(today, taken[-1].number + 1 if taken else 1, TicketState.WAITING, now)
            require_won(records.add_ticket(ticket))
            require_won(wish is None or records.add_wish(ticket, wish))
        else:
            ticket = next(one for one in taken if one.number == earlier)
    return ticket, sum(one.state is TicketState.WAITING for one in taken if one.number < ticket.number)


def list_tickets(desk: Desk, day: date) -> tuple[Ticket, ...]:
    """Return a day's waiting numbers in order."""
    with desk.store.look() as records:
        return records.tickets(day)


def call_next(desk: Desk, *, token: str, key: str | None = None) -> Ticket:
    """Return the number that is called now, for this clerk alone; with the same `key` the one it called before.

    Raises Refused `counter.not-signed-in`, `counter.still-serving` (number) while an earlier one is not done,
    `counter.nobody-waiting`.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        clerk = signed_in(records, token, now)
        today = records.tickets(day_of(now))
        line = drawn(desk, _LINE_SIZE, key=key, place=f"call {clerk.id}").hex()
        if key is not None and (earlier := _called_before(records, today, line)) is not None:
            return earlier
        for one in today:
            if one.state is TicketState.SERVING and one.clerk == clerk.id:
                raise Refused("counter.still-serving", number=one.number)
        waiting = next((one for one in today if one.state is TicketState.WAITING), None)
        if waiting is None:
            raise Refused("counter.nobody-waiting")
        called = replace(waiting, state=TicketState.SERVING, called_at=now, clerk=clerk.id)
        require_won(records.move_ticket(waiting, called))
        records.add_entry(replace(entry(desk, Deed.CALL, now, clerk=clerk.id), id=line, ticket=called.number))
    return called


def _called_before(records: Records, today: tuple[Ticket, ...], line: str) -> Ticket | None:
    """Return the number of today that the journal's line of that id called."""
    called = next(
        (one.ticket for day in {one.day for one in today} for one in records.entries(day) if one.id == line), 0
    )
    return next((one for one in today if one.number == called), None)


def finish_ticket(desk: Desk, *, token: str, number: int) -> Ticket:
    """Return today's number, done; one that is done stays as it is.

    Raises Refused `counter.not-signed-in`, `counter.unknown-ticket` for a number that was not called.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        signed_in(records, token, now)
        ticket = next((one for one in records.tickets(day_of(now)) if one.number == number), None)
        if ticket is None or ticket.state is TicketState.WAITING:
            raise Refused("counter.unknown-ticket", number=number)
        if ticket.state is TicketState.DONE:
            return ticket
        done = replace(ticket, state=TicketState.DONE, done_at=now)
        require_won(records.move_ticket(ticket, done))
    return done
