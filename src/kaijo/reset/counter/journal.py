"""The day's journal: every deed with its clerks, time, case and outcome, and no personal data."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from kaijo.card.administration import Act
from kaijo.clock import JST
from kaijo.reset.counter.records import DONE, Case, Deed, Entry

if TYPE_CHECKING:
    from kaijo.reset.desk import Desk
    from kaijo.reset.ports import Records
    from kaijo.reset.records import Reservation

_ID_SIZE = 16
_DEEDS = {Act.RESET: Deed.RESET, Act.RENEW: Deed.RENEW}


@dataclass(frozen=True, slots=True)
class Journal:
    """One day's lines, and how often each deed was done (`done`) or refused (`refused`)."""

    day: date
    entries: tuple[Entry, ...]

    @property
    def done(self) -> Mapping[Deed, int]:
        """How often each deed was done, deeds in their usual order, those that were not left out."""
        return self._count([one.deed for one in self.entries if one.outcome == DONE])

    @property
    def refused(self) -> Mapping[Deed, int]:
        """How often each deed was refused."""
        return self._count([one.deed for one in self.entries if one.outcome != DONE])

    @staticmethod
    def _count(deeds: list[Deed]) -> Mapping[Deed, int]:
        counted = Counter(deeds)
        return {deed: counted[deed] for deed in Deed if deed in counted}


def day_of(at: datetime) -> date:
    """Return the day in Japan to which a moment belongs."""
    return at.astimezone(JST).date()


def entry(
    desk: "Desk", deed: Deed, at: datetime, *, clerk: str | None, outcome: str = DONE, case: Case | None = None
) -> Entry:
    """Return a line of its own for the journal."""
    return Entry(
        day=day_of(at),
        id=desk.randomness(_ID_SIZE).hex(),
        at=at,
        deed=deed,
        outcome=outcome,
        clerk=clerk,
        case=None if case is None else case.id,
        pseudonym=None if case is None else case.pseudonym,
        visitor=None if case is None else case.visitor,
        ticket=None if case is None else case.ticket,
    )


def note_done(records: "Records", used: "Reservation", at: datetime) -> None:
    """Write down that an act of a case was done, once; in the transaction that learns it from the card's receipt."""
    if used.case is None:
        return
    case = records.find_case(used.pseudonym, used.case)
    asked = records.find_asked(used.pseudonym, used.case, used.act, used.kind)
    records.add_entry(
        Entry(
            day=day_of(at),
            id=used.id.hex(),
            at=at,
            deed=_DEEDS[used.act],
            outcome=DONE,
            clerk=None if asked is None else asked.clerk,
            second=None if asked is None else asked.second,
            case=used.case,
            pseudonym=used.pseudonym,
            visitor=None if case is None else case.visitor,
            ticket=None if case is None else case.ticket,
            act=used.act,
            kind=used.kind,
        )
    )


def read_journal(desk: "Desk", day: date) -> Journal:
    """Return a day's journal."""
    with desk.store.look() as records:
        return Journal(day, records.entries(day))
