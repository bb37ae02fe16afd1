"""What holds for any assumptions: everybody ends in one way, and more never makes it worse."""

from datetime import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaijo.facts.season import NodeRule, ServiceLevel, ranges
from kaijo.season.last_day import needed, nodes_needed, play_last_day, staffed
from kaijo.season.play import Season
from kaijo.season.samples import drawn, samples

from .towns import CARDS, PLACES, ROW, four_days, played

SLOT = 15
LEVEL = ServiceLevel(0.95, 10.0, time(17))

assumptions = st.fixed_dictionaries({name: st.floats(about.low, about.high) for name, about in ranges().items()})


def in_time(season: Season) -> np.ndarray:
    ended = season.ended()
    return np.asarray((ended["filed-kiosk"] + ended["filed-counter"]).sum(axis=1))


@given(row=assumptions, cards=st.floats(1e3, 2e7), hours=st.integers(0, 3))
@settings(max_examples=6, deadline=None)
def test_everybody_who_locks_ends_in_exactly_one_way(row: dict[str, float], cards: float, hours: int) -> None:
    with four_days(SLOT) as grid:
        season = played([row], grid, cards, kiosk_hours=[hours], counter_hours=[hours])
        ended = season.ended()
        np.testing.assert_allclose(sum(ended.values()), season.locking(), rtol=1e-9, atol=1e-6)
        assert all((told >= -1e-9).all() for told in ended.values())


@given(row=assumptions, cards=st.floats(1e3, 2e7), more=st.floats(1.05, 5))
@settings(max_examples=6, deadline=None)
def test_more_kiosks_clerks_or_hours_never_make_it_worse(row: dict[str, float], cards: float, more: float) -> None:
    with four_days(SLOT) as grid:
        usual = [1.0] * 5
        season = played(
            [row] * 5,
            grid,
            cards,
            kiosks=[1.0, more, *usual[2:]],
            clerks=[*usual[:2], more, *usual[3:]],
            kiosk_hours=[0.0, 0.0, 0.0, 1.0, 0.0],
            counter_hours=[0.0, 0.0, 0.0, 0.0, 1.0],
        )
        counts = in_time(season)
        assert (counts[1:] >= counts[0] * (1 - 1e-9)).all(), counts


def test_shorter_slots_give_the_same_season() -> None:
    counts = []
    for slot in (5, 15):
        with four_days(slot) as grid:
            counts.append(in_time(played([{}], grid))[0])
    assert counts[1] == pytest.approx(counts[0], rel=0.03)


def test_nobody_is_in_a_place_that_is_closed() -> None:
    with four_days(SLOT) as grid:
        season = Season(grid, PLACES, samples([ROW]), CARDS)
        shut = grid.kiosks.open_at(grid.middles, np.zeros(1))[:, 0] == 0
        for slot in range(len(grid.lengths)):
            traffic = season.slot(slot)
            if shut[slot]:
                assert (traffic.kiosk_inside.sum(), traffic.kiosk_visits.sum()) == (0, 0)


def test_needed_numbers_keep_the_level_and_fewer_do_not() -> None:
    with four_days(SLOT) as grid:
        season = Season(grid, PLACES, samples([ROW]), CARDS / 8)
        for slot in range(grid.last_from):
            season.slot(slot)
        kiosks, clerks = needed(season, LEVEL)
        assert np.isfinite([kiosks, clerks]).all()
        for factor, keeps in ((1.0, True), (0.9, False)):
            seen = play_last_day(staffed(season, kiosks * factor, clerks * factor), LEVEL)
            at = seen.waits.index(LEVEL.minutes)
            shares = [seen.kiosk_over[at, 0] / seen.kiosk_visits[0], seen.counter_over[at, 0] / seen.counter_visits[0]]
            assert [share <= 1 - LEVEL.share for share in shares] == [keeps, keeps]


def test_level_out_of_reach_is_said() -> None:
    """Who meets another customer half of the time waits longer than ten minutes, however many kiosks there are."""
    with four_days(SLOT) as grid:
        season = Season(grid, PLACES, samples([ROW | {"kiosk-other": 60.0, "kiosk": 15.0}]), CARDS)
        for slot in range(grid.last_from):
            season.slot(slot)
        assert np.isnan(needed(season, LEVEL)[0][0])


def test_nodes_carry_the_busiest_moment_with_one_to_spare() -> None:
    with four_days(SLOT) as grid:
        season = Season(grid, PLACES, samples([ROW]), 1e9)
        for slot in range(grid.last_from):
            season.slot(slot)
        seen = play_last_day(season, LEVEL)
        cores, nodes = nodes_needed(seen, NodeRule(4, 0.3, 0.99, 1))
        assert cores[0] > seen.work[0] > 1
        assert nodes[0] == -(-cores[0] // 4) + 1


def test_draws_are_within_their_ranges_and_the_same_for_the_same_seed() -> None:
    rows = drawn(50, 7)
    assert rows == drawn(50, 7)
    assert rows != drawn(50, 8)
    for name, about in ranges().items():
        assert all(about.low <= row[name] <= about.high for row in rows)
