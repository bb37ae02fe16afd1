"""Many at once on a database file: a card's tries are never exceeded, one draw is judged once."""

from dataclasses import replace
from secrets import token_bytes

import pytest

from kaijo.facts.face import card_limits
from kaijo.reset.face_records import FaceState
from kaijo.reset.veil import Veil
from tests.support.engines import Database

from .bench import Bench, code_of, key, patiently
from .sitting import Sitting
from .test_race import at_once

PHONES = 16


@pytest.fixture
def sitting(database: Database) -> Sitting:
    bench = Bench(store=database.store())
    bench.desk = replace(bench.desk, randomness=token_bytes, veil=Veil(b"v" * 32, randomness=token_bytes))
    key("a1")
    return Sitting(bench)


def test_tries_of_a_card_hold_against_many_phones_at_once(sitting: Sitting) -> None:
    checks = []
    for _ in range(PHONES):
        checks.append(sitting.open().check)
        sitting.ask_again()
    drawn = at_once(PHONES, lambda index: code_of(lambda: sitting.draw(checks[index])))
    tries = card_limits()[0].tries
    assert drawn == {"": tries, "face.card-limit": PHONES - tries}


def test_one_check_drawn_by_many_at_once_spends_one_try(sitting: Sitting) -> None:
    check = sitting.open().check
    nonces = at_once(PHONES, lambda _index: patiently(lambda: sitting.draw(check)).draw.nonce)
    assert list(nonces.values()) == [PHONES]
    assert sitting.open().tries_left == card_limits()[0].tries - 1


def test_one_draw_is_judged_once(sitting: Sitting) -> None:
    check = sitting.open().check
    drawn = sitting.draw(check)
    sets = [sitting.pictures(drawn, who="stranger") for _ in range(PHONES - 1)] + [sitting.pictures(drawn)]
    ends = at_once(PHONES, lambda index: code_of(lambda: sitting.decide(check, drawn, sets[index])))
    # Whoever comes after the one that passed is told so again.
    assert ends["face.no-match"] + bool(ends[""]) == 1
    assert set(ends) <= {"", "face.no-match", "face.no-poses", "store.busy"}
    with sitting.bench.store.begin() as records:
        found = records.find_face_check(check.pseudonym, check.id)
    assert found is not None
    assert (found.state is FaceState.PASSED) == bool(ends[""])
