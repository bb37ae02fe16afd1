from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kaijo.facts.face import Limit, card_limits, device_limits
from kaijo.reset.face_limits import free_again, longest, tries_left

from .bench import NOON

MINUTE = timedelta(minutes=1)
LIMITS = (Limit(2, 10 * MINUTE), Limit(3, 60 * MINUTE))


def at(*minutes: int) -> list[datetime]:
    return [NOON + minute * MINUTE for minute in minutes]


def test_without_tries_all_are_left() -> None:
    assert (tries_left(LIMITS, [], NOON), free_again(LIMITS, [], NOON)) == (2, None)


def test_short_limit_is_free_again_when_its_oldest_try_is_over() -> None:
    assert tries_left(LIMITS, at(0, 4), NOON + 5 * MINUTE) == 0
    assert free_again(LIMITS, at(0, 4), NOON + 5 * MINUTE) == NOON + 10 * MINUTE
    assert free_again(LIMITS, at(0, 4), NOON + 10 * MINUTE) is None


def test_long_limit_outlasts_the_short_one() -> None:
    assert free_again(LIMITS, at(0, 20, 40), NOON + 41 * MINUTE) == NOON + 60 * MINUTE


def test_longest_window_is_how_far_back_tries_matter() -> None:
    assert longest(LIMITS) == 60 * MINUTE


def test_limits_of_the_book_let_a_card_try_less_often_than_a_device() -> None:
    assert card_limits() == (Limit(3, 15 * MINUTE), Limit(6, timedelta(hours=24)))
    assert device_limits() == (Limit(6, 15 * MINUTE), Limit(12, timedelta(hours=24)))


@given(st.lists(st.integers(0, 120), max_size=12), st.integers(0, 180))
def test_refusal_and_the_time_to_come_back_agree(minutes: list[int], now: int) -> None:
    moment = NOON + now * MINUTE
    tries = [one for one in at(*minutes) if one <= moment]
    until = free_again(LIMITS, tries, moment)
    assert (until is None) == (tries_left(LIMITS, tries, moment) > 0)
    if until is not None:
        assert moment < until
        assert free_again(LIMITS, tries, until) is None
        assert free_again(LIMITS, tries, until - timedelta(microseconds=1)) == until
