from collections.abc import Callable
from itertools import product

import pytest

from kaijo.errors import ServiceTrouble
from kaijo.reset.records import Reservation
from kaijo.reset.states import (
    RESERVATION_MOVES,
    SESSION_MOVES,
    ReservationState,
    SessionState,
    require_move,
    require_won,
)

from .bench import Bench


def test_tables_name_every_state() -> None:
    assert set(RESERVATION_MOVES) == set(ReservationState)
    assert set(SESSION_MOVES) == set(SessionState)


def test_what_is_done_stays_done() -> None:
    assert RESERVATION_MOVES[ReservationState.USED] == frozenset()
    assert SESSION_MOVES[SessionState.COMPLETED] == frozenset()
    for before in ReservationState:
        assert (ReservationState.USED in RESERVATION_MOVES[before]) == (before is not ReservationState.USED)


def test_require_move_lets_through_what_the_table_has() -> None:
    for before, after in product(ReservationState, ReservationState):
        if after in RESERVATION_MOVES[before]:
            require_move(RESERVATION_MOVES, before, after)
        else:
            with pytest.raises(ServiceTrouble) as trouble:
                require_move(RESERVATION_MOVES, before, after)
            assert trouble.value.diagnostics() == {
                "code": "reset.impossible-move",
                "data": {"before": before.value, "after": after.value},
            }


def test_rows_follow_the_tables(bench: Bench) -> None:
    made = bench.reserve()
    session = bench.open().session
    now = bench.clock.now()
    assert made.held(session).state is ReservationState.HELD
    assert made.held(session).released() == made
    assert made.replaced().state is ReservationState.REPLACED
    assert made.replaced().used(now).used_at == now
    assert made.cancelled().used(now).used_at == now
    verbs: list[Callable[[Reservation], Reservation]] = [
        lambda row: row.held(session),
        lambda row: row.released(),
        lambda row: row.replaced(),
        lambda row: row.cancelled(),
        lambda row: row.used(now),
    ]
    for verb in verbs:
        with pytest.raises(ServiceTrouble):
            verb(made.used(now))
    with pytest.raises(ServiceTrouble):
        session.moved(SessionState.GRANTED)


def test_require_won_undoes_a_lost_move() -> None:
    require_won(True)
    with pytest.raises(ServiceTrouble) as trouble:
        require_won(False)
    assert trouble.value.code == "store.busy"
