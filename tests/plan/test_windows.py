from datetime import datetime, timedelta

import pytest

from kaijo.clock import JST
from kaijo.plan.windows import ALWAYS, DAY, Span, Window, minute_of, moment_of

MORNING = Window(lambda day: (Span(day * DAY + 540, day * DAY + 720, day * DAY + 720, 30),) if day % 2 else ())


def test_minutes_count_up_to_the_next_whole_one() -> None:
    moment = datetime(2027, 3, 15, 21, 40, tzinfo=JST)
    assert minute_of(moment + timedelta(seconds=1)) == minute_of(moment) + 1
    assert minute_of(moment + timedelta(minutes=1)) == minute_of(moment) + 1
    assert moment_of(minute_of(moment)) == moment


@pytest.mark.parametrize(
    ("start", "fit"),
    [
        (DAY + 500, (DAY + 540, DAY + 630)),
        (DAY + 560, (DAY + 560, DAY + 650)),
        (DAY + 630, (DAY + 630, DAY + 720)),
        (DAY + 631, (3 * DAY + 540, 3 * DAY + 630)),
        (2 * DAY, (3 * DAY + 540, 3 * DAY + 630)),
    ],
)
def test_earliest_waits_for_the_opening_and_queues(start: int, fit: tuple[int, int]) -> None:
    assert MORNING.earliest(start, 60) == fit


@pytest.mark.parametrize(
    ("end", "start"),
    [(3 * DAY + 700, 3 * DAY + 610), (3 * DAY + 900, 3 * DAY + 630), (3 * DAY + 629, DAY + 630), (3 * DAY, DAY + 630)],
)
def test_latest_looks_back_to_the_last_opening(end: int, start: int) -> None:
    assert MORNING.latest(end, 60) == start


def test_session_longer_than_any_opening_never_fits() -> None:
    assert MORNING.earliest(DAY, 200) is None
    assert MORNING.latest(90 * DAY, 200) is None


def test_what_is_always_open_takes_everybody_at_once() -> None:
    assert ALWAYS.earliest(7, 5) == (7, 12)
    assert ALWAYS.latest(7, 5) == 2
