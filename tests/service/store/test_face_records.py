"""The rows of face checks on the real database, and what they hold of a person: nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, String

from kaijo.errors import ServiceTrouble
from kaijo.reset.face_records import Draw, FaceCheck, FaceState, Pose
from kaijo.service.store.database import SqlStore
from kaijo.service.store.face_schema import face_checks, face_pictures, face_tries
from tests.reset.bench import NOON, SIGNATURE

DRAW = Draw("d" * 64, (Pose.STRAIGHT, Pose.LEFT), NOON + timedelta(minutes=1))
CHECK = FaceCheck(
    "p" * 64, f"{'p' * 64}.1", "c" * 64, SIGNATURE, FaceState.OPEN, "e" * 64, b"sealed", NOON + timedelta(minutes=5)
)


@pytest.fixture
def store() -> SqlStore:
    return SqlStore(None)


def test_check_comes_back_as_it_was_kept_and_moved(store: SqlStore) -> None:
    drawn = CHECK.drawn(DRAW)
    with store.begin() as records:
        assert records.add_face_check(CHECK)
        assert records.find_face_check(CHECK.pseudonym, CHECK.id) == CHECK
        assert records.face_check_of(CHECK.pseudonym, CHECK.challenge) == CHECK
        assert records.move_face_check(CHECK, drawn)
        assert records.find_face_check(CHECK.pseudonym, CHECK.id) == drawn
        assert not records.move_face_check(CHECK, drawn)
        assert records.move_face_check(drawn, drawn.closed())
        assert not records.move_face_check(drawn, drawn.passed())
        assert records.find_face_check(CHECK.pseudonym, "another") is None


def test_challenge_has_one_check(store: SqlStore) -> None:
    with store.begin() as records:
        assert records.add_face_check(CHECK)
        assert not records.add_face_check(CHECK)


def test_looks_are_counted_to_their_end(store: SqlStore) -> None:
    with store.begin() as records:
        records.add_face_check(CHECK)
        assert [records.count_look(CHECK, 2) for _ in range(3)] == [True, True, False]


def test_tries_are_told_without_those_that_passed_or_are_too_old(store: SqlStore) -> None:
    with store.begin() as records:
        for number in range(4):
            records.add_face_try("s", f"{number}", NOON + timedelta(minutes=number))
        records.add_face_try("t", "0", NOON)
        records.pass_face_try("s", "2")
        since = NOON
        assert records.face_tries("s", since) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=3))


def test_pictures_are_kept_all_or_none(store: SqlStore) -> None:
    with store.begin() as records:
        assert records.add_face_pictures("p", ("a", "b"))
        assert not records.add_face_pictures("p", ("c", "a"))
        assert records.add_face_pictures("p", ("c",))
        assert records.add_face_pictures("q", ("a",))


def test_damaged_row_is_told(store: SqlStore) -> None:
    with store.begin() as records:
        records.add_face_check(CHECK.drawn(DRAW))
        for values in ({"poses": "upside-down"}, {"poses": None}, {"state": "lost"}):
            records.connection.execute(face_checks.update().values(poses="straight", state="drawn"))
            records.connection.execute(face_checks.update().values(values))
            with pytest.raises(ServiceTrouble) as trouble:
                records.find_face_check(CHECK.pseudonym, CHECK.id)
            assert trouble.value.code == "store.damaged"


def test_no_column_could_hold_a_picture_or_a_measure_of_one() -> None:
    columns = [column for table in (face_checks, face_tries, face_pictures) for column in table.columns]
    assert {column.name for column in columns if isinstance(column.type, LargeBinary)} == {"sealed"}
    assert max(column.type.length or 0 for column in columns if isinstance(column.type, String)) == 128
