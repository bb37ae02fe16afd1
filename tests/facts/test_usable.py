from datetime import UTC, date, datetime, timedelta

import pytest

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.readings import Reading
from kaijo.facts.usable import certificate_usable, face_match_asked, lowest_age, renewable_from, reset_usable

from .changed import changed

DONE = datetime(2027, 3, 12, 16, 30, tzinfo=JST)
READINGS = (Reading.EXPECTED, Reading.HOPEFUL, Reading.CAUTIOUS)


def test_reset_works_at_once_or_a_day_later() -> None:
    for done in (DONE, DONE.astimezone(UTC)):
        assert [reset_usable(done, reading) - DONE for reading in READINGS] == [
            timedelta(0),
            timedelta(0),
            timedelta(hours=24),
        ]


def test_wait_below_nothing_is_damage() -> None:
    with changed(reset_usable={"hopeful": {"wait_hours": -1}}), pytest.raises(UsageProblem) as caught:
        reset_usable(DONE)
    assert caught.value.data["field"] == "value.hopeful.wait_hours"


def test_renewed_certificate_works_from_the_midnight_after() -> None:
    usable = [certificate_usable(DONE, reading).isoformat() for reading in READINGS]
    assert usable == ["2027-03-13T00:00:00+09:00", "2027-03-13T00:00:00+09:00", "2027-03-14T00:00:00+09:00"]
    assert certificate_usable(datetime(2027, 3, 12, 15, tzinfo=UTC)).isoformat() == "2027-03-14T00:00:00+09:00"


@pytest.mark.parametrize(
    ("not_after", "first"),
    [
        (date(2027, 3, 15), date(2026, 12, 15)),
        (date(2027, 5, 31), date(2027, 2, 28)),
        (date(2028, 5, 31), date(2028, 2, 29)),
        (date(2027, 1, 1), date(2026, 10, 1)),
    ],
)
def test_renewal_opens_three_months_before_the_end(not_after: date, first: date) -> None:
    assert renewable_from(not_after) == first


def test_face_is_asked_for_the_signature_and_open_for_the_authentication() -> None:
    assert [face_match_asked(signature=True, reading=reading) for reading in READINGS] == [True, True, True]
    assert [face_match_asked(signature=False, reading=reading) for reading in READINGS] == [False, False, True]


def test_store_helps_from_fifteen() -> None:
    assert lowest_age() == 15
