"""The counter's part of the store in SQL; see `kaijo.reset.counter.ports` for what each method promises."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, Table, and_, delete, insert, or_, select, update

from kaijo.card.administration import Act
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.records import Asked, Case, Clerk, Entry, Letter, SignIn, Ticket
from kaijo.service.store.counter_rows import (
    asked_of,
    asked_row,
    case_of,
    case_row,
    clerk_of,
    clerk_row,
    entry_of,
    entry_row,
    letter_of,
    letter_row,
    sign_in_of,
    sign_in_row,
    ticket_of,
    ticket_row,
)
from kaijo.service.store.counter_schema import (
    asked,
    cases,
    clerks,
    journal,
    letters,
    sign_ins,
    ticket_wishes,
    tickets,
)
from kaijo.service.store.rows import Row, ticks
from kaijo.service.store.statements import Statements, read

_Value = TypeVar("_Value")


class SqlCounterRecords(Statements):
    """The counter's rows inside one open transaction."""

    def put_clerk(self, clerk: Clerk) -> None:
        """Keep a clerk, new or in the place of the one of that id."""
        self._put(clerks, clerks.c.id == clerk.id, clerk_row(clerk))

    def find_clerk(self, clerk_id: str) -> Clerk | None:
        """Return the clerk of that id."""
        return self._one(clerk_of, clerks, clerks.c.id == clerk_id)

    def clerks(self) -> tuple[Clerk, ...]:
        """Return every clerk, by id."""
        return self._all(clerk_of, select(clerks).order_by(clerks.c.id))

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Keep a sign-in."""
        self.connection.execute(insert(sign_ins).values(sign_in_row(sign_in)))

    def find_sign_in(self, digest: str) -> SignIn | None:
        """Return the sign-in of that token's digest."""
        return self._one(sign_in_of, sign_ins, sign_ins.c.digest == digest)

    def drop_sign_ins(self, *, digest: str | None, before: datetime) -> None:
        """Forget the sign-in of that digest, and those that ended by `before`."""
        ended = sign_ins.c.expires_at <= ticks(before)
        self.connection.execute(delete(sign_ins).where(or_(ended, sign_ins.c.digest == digest)))

    def add_ticket(self, ticket: Ticket) -> bool:
        """Keep a new waiting number, if the day does not have it."""
        return self.inserts(tickets, ticket_row(ticket))

    def tickets(self, day: date) -> tuple[Ticket, ...]:
        """Return the day's waiting numbers in order."""
        of_day = select(tickets).where(tickets.c.day == day.isoformat())
        return self._all(ticket_of, of_day.order_by(tickets.c.number))

    def add_wish(self, ticket: Ticket, wish: str) -> bool:
        """Keep that this wish was answered with this number, if the day does not have the wish."""
        return self.inserts(ticket_wishes, {"day": ticket.day.isoformat(), "wish": wish, "number": ticket.number})

    def number_of_wish(self, day: date, wish: str) -> int | None:
        """Return the number that the wish was answered with."""
        row = self.row(ticket_wishes, and_(ticket_wishes.c.day == day.isoformat(), ticket_wishes.c.wish == wish))
        return None if row is None else int(row["number"])

    def move_ticket(self, before: Ticket, after: Ticket) -> bool:
        """Store `after` if the state is still that of `before`."""
        expected = and_(
            tickets.c.day == before.day.isoformat(),
            tickets.c.number == before.number,
            tickets.c.state == before.state.value,
        )
        return self.moves(update(tickets).where(expected).values(ticket_row(after)))

    def add_case(self, case: Case) -> None:
        """Keep a new case."""
        self.connection.execute(insert(cases).values(case_row(case)))

    def find_case(self, pseudonym: str, case_id: str) -> Case | None:
        """Return the card's case of that id."""
        return self._one(case_of, cases, and_(cases.c.pseudonym == pseudonym, cases.c.id == case_id))

    def close_case(self, case: Case, at: datetime) -> bool:
        """Close a case that is not closed."""
        opened = and_(cases.c.pseudonym == case.pseudonym, cases.c.id == case.id, cases.c.closed_at.is_(None))
        return self.moves(update(cases).where(opened).values(closed_at=ticks(at)))

    def put_asked(self, asked_for: Asked) -> None:
        """Keep what is asked for, new or in the place of the same act of the same case."""
        where = _act(asked_for.pseudonym, asked_for.case, asked_for.act, asked_for.kind)
        self._put(asked, where, asked_row(asked_for))

    def asked(self, pseudonym: str, case_id: str) -> tuple[Asked, ...]:
        """Return what is asked for in a case, in the order of asking."""
        of_case = select(asked).where(asked.c.pseudonym == pseudonym, asked.c.case_id == case_id)
        return self._all(asked_of, of_case.order_by(asked.c.asked_at, asked.c.act, asked.c.kind))

    def find_asked(self, pseudonym: str, case_id: str, act: Act, kind: PinKind) -> Asked | None:
        """Return one act asked for in a case."""
        return self._one(asked_of, asked, _act(pseudonym, case_id, act, kind))

    def add_letter(self, letter: Letter) -> None:
        """Keep a letter."""
        self.connection.execute(insert(letters).values(letter_row(letter)))

    def find_letter(self, pseudonym: str, digest: str) -> Letter | None:
        """Return the card's letter with that digest of its code."""
        return self._one(letter_of, letters, and_(letters.c.pseudonym == pseudonym, letters.c.digest == digest))

    def use_letter(self, letter: Letter, case_id: str) -> bool:
        """Give the letter to this case, unless it was used."""
        free = and_(
            letters.c.pseudonym == letter.pseudonym, letters.c.digest == letter.digest, letters.c.used_by.is_(None)
        )
        return self.moves(update(letters).where(free).values(used_by=case_id))

    def add_entry(self, entry: Entry) -> bool:
        """Keep a line of the journal, if the day does not have its id."""
        return self.inserts(journal, entry_row(entry))

    def entries(self, day: date) -> tuple[Entry, ...]:
        """Return the day's journal in order of time."""
        of_day = select(journal).where(journal.c.day == day.isoformat())
        return self._all(entry_of, of_day.order_by(journal.c.at, journal.c.deed, journal.c.id))

    def _put(self, table: Table, where: ColumnElement[bool], row: Row) -> None:
        if not self.moves(update(table).where(where).values(row)):
            self.connection.execute(insert(table).values(row))

    def _one(self, make: Callable[[Row], _Value], table: Table, where: ColumnElement[bool]) -> _Value | None:
        row = self.row(table, where)
        return None if row is None else read(make, row)

    def _all(self, make: Callable[[Row], _Value], found: Select[tuple[object, ...]]) -> tuple[_Value, ...]:
        return tuple(read(make, row) for row in self.connection.execute(found).mappings())


def _act(pseudonym: str, case_id: str, act: Act, kind: PinKind) -> ColumnElement[bool]:
    return and_(
        asked.c.pseudonym == pseudonym,
        asked.c.case_id == case_id,
        asked.c.act == act.value,
        asked.c.kind == kind.value,
    )
