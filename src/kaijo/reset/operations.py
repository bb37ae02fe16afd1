"""The figures of the operations page: counts alone, of no person and no card.

`summarise` makes of them, in JSON's types, what `GET /v1/operations` answers:

    {"at": "2027-03-15T21:40:00+09:00", "from": "2027-03-09", "until": "2027-03-15",
     "reservations": [{"day": "2027-03-09", "made": 3, "used": 1, "expired": 1, "replaced": 0, "cancelled": 0,
                       "waiting": 1}],          every day of the range, by the day on which they were made
     "completions": {"started": 3, "completed": 1, "under_way": 1, "given_up": 0,
                     "stopped": {"not-arrived": 1, "proof": 0, "relay": 0, "reset": 0}},
     "counter": {"cases": 2, "asked": 3, "done": 2,
                 "tickets": {"waiting": 4, "serving": 1, "done": 7}, "longest_wait_seconds": 840},
     "refusals": [{"code": "reset.kiosk-closed", "count": 12}],                               most frequent first
     "sessions_open": {"kiosk": 1, "counter": 0},
     "terminals": [{"name": "kiosk-1", "place": "kiosk", "enrolled": true, "seen_at": "2027-03-15T21:38:00+09:00"}],
     "audit": {"size": 812, "signed_at": "2027-03-15T03:00:00+09:00", "uncovered": 40, "due": false, "fit": "whole"}}

`completions` is the measure that matters: of the reservations made on a phone, how many came out with a card that
works, and where the others stopped: never at a kiosk, at the holder's proof, on the service's way into the card, or
with the permission in the card. Given up are those that the holder replaced or cancelled.

`terminals` are those that the operator let in, `seen_at` being when each was last heard of (null: never yet), and any
other that ever opened a session, at the last one; the last seen first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum

from kaijo.reset.audit_state import audit_state
from kaijo.reset.counter.journal import day_of
from kaijo.reset.counter.records import Ticket, TicketState
from kaijo.reset.desk import Desk
from kaijo.reset.figures import Journeys, SeenTerminal
from kaijo.reset.records import Place
from kaijo.reset.states import ReservationState
from kaijo.reset.terminal_records import Terminal

MOST_DAYS = 31


class Stop(Enum):
    """Where a reservation stopped that led to no reset."""

    NOT_ARRIVED = "not-arrived"
    PROOF = "proof"
    RELAY = "relay"
    RESET = "reset"


def count_refusal(desk: Desk, code: str, left_out: int = 0) -> None:
    """Count one refusal of today by its cause, and `left_out` others before it."""
    with desk.store.begin() as records:
        records.count_refusal(day_of(desk.clock.now()), code, left_out)


def summarise(desk: Desk, *, days: int) -> dict[str, object]:
    """Return the figures of the last `days` days, today included, as this file's beginning shows them."""
    now = desk.clock.now()
    last = day_of(now)
    first = last - timedelta(days=days - 1)
    with desk.store.look() as records:
        found, audit = records.figures(first, last, now), audit_state(records, now)
        known = [one for one in records.terminals() if one.public_key is not None and one.revoked_at is None]
        heard = records.terminals_seen()
    return {
        "at": now,
        "from": first,
        "until": last,
        "reservations": [_day(first + timedelta(days=number), found.journeys) for number in range(days)],
        "completions": _completions(found.journeys),
        "counter": {
            "cases": found.cases,
            "asked": found.asked,
            "done": found.done,
            "tickets": {state.value: sum(one.state is state for one in found.tickets) for state in TicketState},
            "longest_wait_seconds": _longest_wait(found.tickets, now),
        },
        "refusals": [
            {"code": code, "count": count}
            for code, count in sorted(found.refusals.items(), key=lambda one: (-one[1], one[0]))
        ],
        "sessions_open": {place.value: found.sessions_open.get(place, 0) for place in Place},
        "terminals": _terminals(found.terminals, known, heard),
        "audit": {
            "size": audit.size,
            "signed_at": audit.signed_at,
            "uncovered": audit.uncovered,
            "due": audit.due,
            "fit": audit.fit.value,
        },
    }


def _terminals(
    used: Sequence[SeenTerminal], known: Sequence[Terminal], heard: Mapping[str, datetime]
) -> list[dict[str, object]]:
    last: dict[tuple[str, Place], datetime | None] = {(one.name, one.place): one.seen_at for one in used}
    enrolled = {(one.name, one.place): heard.get(one.id) for one in known}
    last |= {terminal: at or last.get(terminal) for terminal, at in enrolled.items()}
    # Whoever was never heard of stands at the end.
    ordered = sorted(last, key=lambda one: ((at := last[one]) is not None, at, one[0]), reverse=True)
    return [
        {"name": name, "place": place.value, "enrolled": (name, place) in enrolled, "seen_at": last[name, place]}
        for name, place in ordered
    ]


def stop_of(journeys: Journeys) -> Stop:
    """Return how far these came."""
    if not journeys.arrived:
        return Stop.NOT_ARRIVED
    if not journeys.relayed:
        return Stop.PROOF
    return Stop.RESET if journeys.granted else Stop.RELAY


def _state(journeys: Journeys) -> ReservationState:
    return ReservationState.EXPIRED if journeys.lapsed else journeys.state


def _day(day: date, journeys: Sequence[Journeys]) -> dict[str, object]:
    counted: Counter[ReservationState] = Counter()
    for one in journeys:
        if one.day == day:
            counted[_state(one)] += one.count
    return {
        "day": day,
        "made": counted.total(),
        "used": counted[ReservationState.USED],
        "expired": counted[ReservationState.EXPIRED],
        "replaced": counted[ReservationState.REPLACED],
        "cancelled": counted[ReservationState.CANCELLED],
        "waiting": counted[ReservationState.LIVE] + counted[ReservationState.HELD],
    }


def _completions(journeys: Sequence[Journeys]) -> dict[str, object]:
    counted: Counter[ReservationState] = Counter()
    stopped: Counter[Stop] = Counter()
    for one in journeys:
        counted[_state(one)] += one.count
        if _state(one) is ReservationState.EXPIRED:
            stopped[stop_of(one)] += one.count
    return {
        "started": counted.total(),
        "completed": counted[ReservationState.USED],
        "under_way": counted[ReservationState.LIVE] + counted[ReservationState.HELD],
        "given_up": counted[ReservationState.REPLACED] + counted[ReservationState.CANCELLED],
        "stopped": {stop.value: stopped[stop] for stop in Stop},
    }


def _longest_wait(tickets: Sequence[Ticket], now: datetime) -> int:
    """Return for how many seconds whoever has waited longest today waited, or waits."""
    waits = [(one.called_at or now) - one.taken_at for one in tickets]
    return max((int(wait.total_seconds()) for wait in waits), default=0)
