from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kaijo.clock import JST, SharedClock, SystemClock, clock_at, parse_time
from kaijo.errors import UsageProblem

NIGHT = datetime(2027, 3, 15, 21, 40, tzinfo=JST)


@pytest.mark.parametrize("text", ["2027-03-15T21:40", "2027-03-15T12:40Z", "2027-03-15T21:40+09:00"])
def test_time_is_read_as_japanese_unless_it_says_otherwise(text: str) -> None:
    assert parse_time(text) == datetime(2027, 3, 15, 21, 40, tzinfo=JST)
    assert parse_time(text).tzinfo is JST


@pytest.mark.parametrize("text", ["", "soon", "2027-02-30", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_time_that_does_not_exist_in_japan_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_time(text)
    assert (caught.value.code, caught.value.data) == ("usage.time", {"text": text})


@pytest.mark.parametrize("text", ["1999-12-31T23:59", "2101-01-01T00:00", "9999-12-31T23:59"])
def test_clock_of_a_walk_stays_within_what_the_facts_know(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        clock_at(text)
    assert (caught.value.code, caught.value.data["text"]) == ("usage.far-time", text)


def test_shared_clock_is_the_machines_until_somebody_sets_it(tmp_path: Path) -> None:
    before = SystemClock().now()
    shown = SharedClock(tmp_path / "clock").now()
    assert before <= shown <= SystemClock().now()


def test_shared_clock_runs_on_from_what_another_process_set(tmp_path: Path) -> None:
    SharedClock(tmp_path / "clock").set(NIGHT)
    other = SharedClock(tmp_path / "clock")
    assert timedelta() <= other.now() - NIGHT < timedelta(minutes=1)
    other.set(None)
    assert abs(SharedClock(tmp_path / "clock").now() - SystemClock().now()) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "soon", "nan", "1e300", "9e12"])
def test_damaged_shared_clock_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clock"
    file.write_text(text)
    with pytest.raises(UsageProblem) as caught:
        SharedClock(file).now()
    assert (caught.value.code, caught.value.data) == ("usage.clock-file", {"path": str(file)})


def test_shared_clock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        SharedClock(tmp_path / "nowhere" / "clock").set(NIGHT)
    assert caught.value.code == "usage.unwritable"
