from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from kaijo.facts.counter_papers import clerk_tries, sign_in_life
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.clerks import (
    add_clerk,
    is_locked,
    list_clerks,
    note_own_card,
    require_clerk,
    sign_in,
    sign_out,
    unlock,
)
from kaijo.reset.counter.records import Deed
from kaijo.service.store.database import SqlStore
from tests.reset.bench import code_of

from .bench import ONE, PASSWORDS, TWO, CounterBench


def miss(bench: CounterBench, clerk: str = TWO) -> str:
    return code_of(lambda: sign_in(bench.desk, clerk_id=clerk, password="not this"))


def lock(bench: CounterBench, clerk: str = TWO) -> None:
    assert [miss(bench, clerk) for _ in range(clerk_tries())] == ["counter.wrong-sign-in"] * clerk_tries()


def test_clerk_is_signed_in_until_the_time_is_over(bench: CounterBench) -> None:
    assert require_clerk(bench.desk, bench.token).id == ONE
    bench.clock.advance(sign_in_life() - timedelta(seconds=1))
    assert require_clerk(bench.desk, bench.token).id == ONE
    bench.clock.advance(timedelta(seconds=1))
    assert code_of(lambda: require_clerk(bench.desk, bench.token)) == "counter.not-signed-in"


def test_clerk_who_signs_out_is_out(bench: CounterBench) -> None:
    sign_out(bench.desk, token=bench.token)
    assert code_of(lambda: require_clerk(bench.desk, bench.token)) == "counter.not-signed-in"


@pytest.mark.parametrize("clerk", ["nobody", ""])
def test_clerk_who_is_none_hears_what_a_wrong_password_hears(bench: CounterBench, clerk: str) -> None:
    assert miss(bench, clerk) == miss(bench) == "counter.wrong-sign-in"


def test_clerk_is_locked_after_misses_and_let_in_by_another(bench: CounterBench) -> None:
    lock(bench)
    assert code_of(lambda: bench.sign_in(TWO)) == "counter.clerk-locked"
    assert [is_locked(clerk) for clerk in list_clerks(bench.desk, token=bench.token)] == [False, True]
    unlock(bench.desk, token=bench.token, clerk_id=TWO)
    assert require_clerk(bench.desk, bench.sign_in(TWO)).id == TWO
    unlocked = [(entry.clerk, entry.second) for entry in bench.journal() if entry.deed is Deed.UNLOCK]
    assert unlocked == [(TWO, ONE)]


def test_clerk_cannot_unlock_oneself_or_nobody(bench: CounterBench) -> None:
    lock(bench, ONE)
    assert code_of(lambda: unlock(bench.desk, token=bench.token, clerk_id=ONE)) == "counter.same-clerk"
    assert code_of(lambda: unlock(bench.desk, token=bench.token, clerk_id="nobody")) == "counter.unknown-clerk"


def test_misses_count_in_a_row_only(bench: CounterBench) -> None:
    for _ in range(clerk_tries() - 1):
        miss(bench)
    bench.sign_in(TWO)
    assert [miss(bench) for _ in range(clerk_tries())] == ["counter.wrong-sign-in"] * clerk_tries()
    assert miss(bench) == "counter.clerk-locked"


def test_new_password_is_the_way_back_when_all_are_locked(bench: CounterBench) -> None:
    lock(bench, ONE)
    lock(bench, TWO)
    add_clerk(bench.desk, TWO, "another")
    assert sign_in(bench.desk, clerk_id=TWO, password="another").clerk == TWO
    assert code_of(lambda: bench.sign_in(TWO)) == "counter.wrong-sign-in"


def test_many_at_once_have_no_more_tries_than_one(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "service.db")
    bench = CounterBench(store=store)
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: miss(bench), range(16)))
    assert sorted(set(codes)) == ["counter.clerk-locked", "counter.wrong-sign-in"]
    assert codes.count("counter.wrong-sign-in") == clerk_tries()
    store.close()


def test_own_card_is_noted_once_and_never_served(bench: CounterBench) -> None:
    note_own_card(bench.desk, token=bench.token, authentication_certificate=bench.certificate())
    assert code_of(bench.open) == "counter.own-card"
    other = CounterBench(store=bench.store)
    other.token = bench.token
    assert (
        code_of(
            lambda: note_own_card(
                bench.desk, token=bench.token, authentication_certificate=other.certificate(PinKind.AUTHENTICATION)
            )
        )
        == "counter.own-card-known"
    )
    refused = [(entry.clerk, entry.outcome) for entry in bench.journal() if entry.deed is Deed.CASE]
    assert refused == [(ONE, "counter.own-card")]


def test_card_that_nobody_issued_is_no_own_card(bench: CounterBench) -> None:
    assert (
        code_of(lambda: note_own_card(bench.desk, token=bench.token, authentication_certificate=b"none"))
        == "reset.unknown-card"
    )


def test_password_and_token_are_in_no_repr(bench: CounterBench) -> None:
    made = sign_in(bench.desk, clerk_id=ONE, password=PASSWORDS[ONE])
    (clerk, _) = list_clerks(bench.desk, token=made.token)
    assert made.token not in repr(made)
    assert clerk.password not in repr(clerk)
