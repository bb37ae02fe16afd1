"""What the counter needs of the store: the rows inside one transaction, beside those of `kaijo.reset.ports`."""

from datetime import date, datetime
from typing import Protocol

from kaijo.card.administration import Act
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.records import Asked, Case, Clerk, Entry, Letter, SignIn, Ticket


class CounterRecords(Protocol):
    """What returns bool says whether it won: True means exactly one row changed."""

    def put_clerk(self, clerk: Clerk) -> None:
        """Keep a clerk, new or in the place of the one of that id."""
        ...

    def find_clerk(self, clerk_id: str) -> Clerk | None:
        """Return the clerk of that id."""
        ...

    def clerks(self) -> tuple[Clerk, ...]:
        """Return every clerk, by id."""
        ...

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Keep a sign-in."""
        ...

    def find_sign_in(self, digest: str) -> SignIn | None:
        """Return the sign-in of that token's digest."""
        ...

    def drop_sign_ins(self, *, digest: str | None, before: datetime) -> None:
        """Forget the sign-in of that digest, and those that ended by `before`."""
        ...

    def add_ticket(self, ticket: Ticket) -> bool:
        """Keep a new waiting number; False when the day has that number."""
        ...

    def tickets(self, day: date) -> tuple[Ticket, ...]:
        """Return the day's waiting numbers in order."""
        ...

    def add_wish(self, ticket: Ticket, wish: str) -> bool:
        """Keep that this wish was answered with this number; False when the day has the wish."""
        ...

    def number_of_wish(self, day: date, wish: str) -> int | None:
        """Return the number that the wish was answered with."""
        ...

    def move_ticket(self, before: Ticket, after: Ticket) -> bool:
        """Store `after` if the state is still that of `before`."""
        ...

    def add_case(self, case: Case) -> None:
        """Keep a new case."""
        ...

    def find_case(self, pseudonym: str, case_id: str) -> Case | None:
        """Return the card's case of that id."""
        ...

    def close_case(self, case: Case, at: datetime) -> bool:
        """Close a case that is not closed."""
        ...

    def put_asked(self, asked: Asked) -> None:
        """Keep what is asked for, new or in the place of the same act of the same case."""
        ...

    def asked(self, pseudonym: str, case_id: str) -> tuple[Asked, ...]:
        """Return what is asked for in a case, in the order of asking."""
        ...

    def find_asked(self, pseudonym: str, case_id: str, act: Act, kind: PinKind) -> Asked | None:
        """Return one act asked for in a case."""
        ...

    def add_letter(self, letter: Letter) -> None:
        """Keep a letter."""
        ...

    def find_letter(self, pseudonym: str, digest: str) -> Letter | None:
        """Return the card's letter with that digest of its code."""
        ...

    def use_letter(self, letter: Letter, case_id: str) -> bool:
        """Give the letter to this case, unless it was used."""
        ...

    def add_entry(self, entry: Entry) -> bool:
        """Keep a line of the journal; False when the day has that id."""
        ...

    def entries(self, day: date) -> tuple[Entry, ...]:
        """Return the day's journal in order of time."""
        ...
