"""The bounds against the binomial distribution itself, summed term by term."""

from math import comb, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.service.face.bounds import clopper_pearson


def at_most(errors: int, count: int, rate: float) -> float:
    return sum(comb(count, k) * rate**k * (1 - rate) ** (count - k) for k in range(errors + 1))


@given(st.integers(1, 60).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_bounds_leave_two_and_a_half_percent_on_each_side(case: tuple[int, int]) -> None:
    errors, count = case
    low, high = clopper_pearson(errors, count)
    assert low <= errors / count <= high
    if errors:
        assert isclose(1 - at_most(errors - 1, count, low), 0.025, rel_tol=1e-6)
    else:
        assert low == 0
    if errors < count:
        assert isclose(at_most(errors, count, high), 0.025, rel_tol=1e-6)
    else:
        assert high == 1


def test_nothing_counted_is_nothing_known() -> None:
    assert clopper_pearson(0, 0) == (0, 1)


def test_no_error_in_enough_pairs_bounds_the_rate_by_one_in_eight_thousand() -> None:
    """The one-sided bound at 95 %, 3/n, is 1 in 10,000 at 30,000 pairs; the two-sided one is 3.69/n."""
    low, high = clopper_pearson(0, 30_000)
    assert low == 0
    assert high == pytest.approx(3.6889 / 30_000, rel=1e-3)


def test_bounds_hold_for_millions_of_pairs() -> None:
    low, high = clopper_pearson(100, 10_000_000)
    assert 8.1e-6 < low < 1e-5 < high < 1.22e-5
