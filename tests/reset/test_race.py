"""Many at once, on a database file as in service."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from secrets import token_bytes
from threading import Barrier

import pytest

from kaijo.reset.relay import first_command
from kaijo.reset.states import ACTIVE, ReservationState
from kaijo.reset.veil import Veil
from tests.support.engines import Database

from .bench import Bench, code_of, key, patiently

KIOSKS = 64


@pytest.fixture
def bench(database: Database) -> Bench:
    bench = Bench(store=database.store())
    bench.desk = replace(bench.desk, randomness=token_bytes, veil=Veil(b"v" * 32, randomness=token_bytes))
    for name in ("a1", "s1"):
        key(name)  # made before the threads begin, which would each make their own
    return bench


def at_once(count: int, act: Callable[[int], str]) -> Counter[str]:
    barrier = Barrier(count)

    def run(index: int) -> str:
        barrier.wait()
        return act(index)

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(run, range(count)))


def test_64_kiosks_with_one_reservation_make_one_reset(bench: Bench) -> None:
    made = bench.reserve()
    opened = [bench.open() for _ in range(KIOSKS)]
    proofs = at_once(KIOSKS, lambda index: code_of(lambda: bench.prove(opened[index])))
    assert proofs == {"": 1, "reset.in-use": KIOSKS - 1}
    holder = bench.row(made).holder
    winner = next(one for one in opened if one.session.id == holder)

    def walk(index: int) -> str:
        if opened[index] is winner:
            return code_of(lambda: bench.finish(winner, bench.reset()) if not bench.relay(holder or "") else None)
        return code_of(lambda: bench.prove(opened[index]))

    outcomes = at_once(KIOSKS, walk)
    assert outcomes[""] == 1
    assert set(outcomes) <= {"", "reset.in-use", "reset.already-done"}
    assert bench.image.administration.reset_number == 1
    assert bench.row(made).state is ReservationState.USED


def test_one_relay_step_sent_many_times_at_once_is_one_step(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    command: bytes | None = first_command()
    bench.answers = []
    for step in range(5):
        assert command is not None
        bench.answers.append(bench.card.transmit(command))
        said = partial(bench.repeat, opened.session.id, step)
        answers = at_once(8, lambda _, said=said: repr(patiently(said)))  # type: ignore[misc]
        assert list(answers.values()) == [8]
        command = bench.repeat(opened.session.id, step)
    assert command is None


def test_reservations_made_at_once_leave_one_active(bench: Bench) -> None:
    assert at_once(8, lambda _: code_of(bench.reserve)) == {"": 8}
    states = Counter(row.state for row in bench.reservations())
    assert states == {ReservationState.LIVE: 1, ReservationState.REPLACED: 7}
    assert sum(states[state] for state in ACTIVE) == 1
