"""The figures of the operations page, counted by the database."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update
from sqlalchemy.sql import Select

from kaijo.clock import JST
from kaijo.reset.counter.records import DONE, Deed
from kaijo.reset.figures import Figures, Journeys, SeenTerminal
from kaijo.reset.records import Place
from kaijo.reset.states import ACTIVE, ReservationState, SessionState
from kaijo.service.store.counter_records import SqlCounterRecords
from kaijo.service.store.counter_schema import journal, refusals
from kaijo.service.store.rows import moment, ticks
from kaijo.service.store.schema import answers, grants, reservations, sessions
from kaijo.service.store.statements import Statements

_DAY_TICKS: Final = 86_400_000_000
_EPOCH_DAY: Final = date(1970, 1, 1)


class SqlOperations(Statements):
    """What is counted; see `kaijo.reset.operations.OperationsRecords`."""

    def count_refusal(self, day: date, code: str, left_out: int = 0) -> None:
        """Count one refusal of that cause, and `left_out` more."""
        where = and_(refusals.c.day == day.isoformat(), refusals.c.code == code)
        if not self.moves(update(refusals).where(where).values(count=refusals.c.count + 1 + left_out)):
            self.connection.execute(insert(refusals).values(day=day.isoformat(), code=code, count=1 + left_out))

    def figures(self, first: date, last: date, at: datetime) -> Figures:
        """Return what was counted from the day `first` to the day `last`."""
        done = and_(journal.c.outcome == DONE, journal.c.day.between(first.isoformat(), last.isoformat()))
        rows = self.connection.execute(select(journal.c.deed, func.count()).where(done).group_by(journal.c.deed))
        deeds: dict[str, int] = {deed: count for deed, count in rows}  # noqa: C416 -- a row is no pair to the types
        counted = select(refusals.c.code, func.sum(refusals.c.count)).where(
            refusals.c.day.between(first.isoformat(), last.isoformat())
        )
        return Figures(
            journeys=self._journeys(first, last, at),
            refusals={code: int(count) for code, count in self.connection.execute(counted.group_by(refusals.c.code))},
            cases=deeds.get(Deed.CASE.value, 0),
            asked=deeds.get(Deed.ASK.value, 0),
            done=deeds.get(Deed.RESET.value, 0) + deeds.get(Deed.RENEW.value, 0),
            tickets=SqlCounterRecords(self.connection).tickets(last),
            sessions_open=self._sessions_open(at),
            terminals=self._terminals(),
        )

    def _journeys(self, first: date, last: date, at: datetime) -> tuple[Journeys, ...]:
        offset = int(timedelta(hours=9).total_seconds()) * 1_000_000  # days are Japan's, which has no summer time
        day = ((reservations.c.made_at + offset) // _DAY_TICKS).label("day")
        active = reservations.c.state.in_([state.value for state in ACTIVE])
        lapsed = and_(active, reservations.c.expires_at <= ticks(at)).label("lapsed")
        of_it = (sessions.c.pseudonym == reservations.c.pseudonym) & (sessions.c.reservation == reservations.c.id)
        arrived = exists().where(of_it).label("arrived")
        answered = and_(of_it, answers.c.pseudonym == sessions.c.pseudonym, answers.c.session == sessions.c.id)
        proved = exists().where(and_(of_it, sessions.c.state == SessionState.RELAYING.value))
        relayed = or_(exists().where(answered), proved).label("relayed")
        granted = _granted().label("granted")
        found: Select[Any] = (
            select(day, reservations.c.state, lapsed, arrived, relayed, granted, func.count())
            .where(
                reservations.c.case_id.is_(None),
                reservations.c.made_at >= _start(first),
                reservations.c.made_at < _start(last + timedelta(days=1)),
            )
            .group_by(day, reservations.c.state, lapsed, arrived, relayed, granted)
        )
        return tuple(
            Journeys(
                day=_EPOCH_DAY + timedelta(days=number),
                state=ReservationState(state),
                lapsed=bool(is_lapsed),
                arrived=bool(has_arrived),
                relayed=bool(has_relayed),
                granted=bool(has_granted),
                count=count,
            )
            for number, state, is_lapsed, has_arrived, has_relayed, has_granted, count in self.connection.execute(found)
        )

    def _sessions_open(self, at: datetime) -> dict[Place, int]:
        over = [SessionState.COMPLETED.value, SessionState.ENDED.value]
        found = (
            select(sessions.c.place, func.count())
            .where(sessions.c.state.not_in(over), sessions.c.expires_at > ticks(at))
            .group_by(sessions.c.place)
        )
        return {Place(place): count for place, count in self.connection.execute(found)}

    def _terminals(self) -> tuple[SeenTerminal, ...]:
        found = select(sessions.c.kiosk, sessions.c.place, func.max(sessions.c.opened_at))
        rows = self.connection.execute(found.group_by(sessions.c.kiosk, sessions.c.place))
        return tuple(SeenTerminal(name, Place(place), moment(seen)) for name, place, seen in rows)


def _granted() -> ColumnElement[bool]:
    return exists().where(
        and_(grants.c.pseudonym == reservations.c.pseudonym, grants.c.reservation == reservations.c.id)
    )


def _start(day: date) -> int:
    return ticks(datetime.combine(day, time(), JST))
