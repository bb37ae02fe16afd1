"""A whole run: the central season, longer hours, one assumption at a time, and many drawn at once; what they answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from kaijo.facts.season import node_rule, ranges, service_level
from kaijo.season.grid import Grid, grid
from kaijo.season.last_day import Watch, needed, nodes_needed, play_last_day, staffed
from kaijo.season.places import Places, national
from kaijo.season.play import Season
from kaijo.season.queues import Array
from kaijo.season.samples import drawn, samples

CENTRAL, MORE_KIOSKS, MORE_COUNTERS, MORE_BOTH = range(4)
"""The first samples: central assumptions, with longer hours of kiosks, of counters, of both."""
_IN_TIME: Final = ("filed-kiosk", "filed-counter")
_BATCH: Final = 128  # samples played at once: what keeps the memory bounded


@dataclass(frozen=True, slots=True)
class Asked:
    """What to play: year of the deadline, cards in the country, hours added, sets of assumptions drawn, their seed."""

    year: int
    cards: int
    more_hours: int
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class Column:
    """What one batch of samples gave, by sample."""

    endings: dict[str, Array]
    locked: Array
    seen: Watch
    kiosks: Array
    clerks: Array
    cores: Array
    nodes: Array


@dataclass(frozen=True, slots=True)
class Answers:
    """All that a run gave; `as_dict` is the answer of `kaijo simulate --json`."""

    asked: Asked
    grid: Grid
    places: Places
    columns: tuple[Column, ...]
    daily: dict[str, Array]

    def all(self, name: str) -> Array:
        """Return one number of every sample: kiosks, clerks, cores, nodes; `missed` is who did not file in time."""
        if name == "missed":
            return np.concatenate([_missed(column) for column in self.columns])
        return np.concatenate([getattr(column, name) for column in self.columns])


def play(asked: Asked, *, progress: Callable[[float], None] = lambda _: None) -> Answers:
    """Play the season and all its variants. `progress` is told the part done, 0 to 1.

    Raises UsageProblem `facts.damaged`.
    """
    rows, more = _rows(asked)
    season_grid, places = grid(asked.year), national()
    columns: list[Column] = []
    daily: dict[str, Array] = {}
    parts = [slice(first, first + _BATCH) for first in range(0, len(rows), _BATCH)]
    for number, part in enumerate(parts):
        assumed = samples(rows[part], kiosk_hours=more[0][part], counter_hours=more[1][part])
        season = Season(season_grid, places, assumed, asked.cards)

        def told_so_far(done: float, before: int = number) -> None:
            progress((before + done) / len(parts))

        column, told = _column(season, told_so_far)
        columns.append(column)
        daily = daily or told
    return Answers(asked, season_grid, places, tuple(columns), daily)


def _rows(asked: Asked) -> tuple[list[dict[str, float]], Array]:
    """Return the samples' assumptions and added hours: scenarios, single changes, draws, draws with longer hours."""
    single = [{name: end} for name, about in ranges().items() for end in (about.low, about.high)]
    draws = drawn(asked.draws, asked.seed)
    rows: list[dict[str, float]] = [{}, {}, {}, {}, *single, *draws, *draws]
    more = np.zeros((2, len(rows)))
    more[0, [MORE_KIOSKS, MORE_BOTH]] = more[1, [MORE_COUNTERS, MORE_BOTH]] = asked.more_hours
    more[:, len(rows) - len(draws) :] = asked.more_hours
    return rows, more


def _column(season: Season, progress: Callable[[float], None]) -> tuple[Column, dict[str, Array]]:
    level, last = service_level(), season.grid.last_from
    days = np.zeros((2, season.grid.last_from + 1))
    for slot in range(last):
        traffic = season.slot(slot)
        days[0, slot], days[1, slot] = traffic.locked[0].sum(), traffic.kiosk_visits[0].sum()
        if slot % 96 == 0:
            progress(0.4 * slot / last)
    kiosks, clerks = needed(season, level)
    progress(0.9)
    one = np.ones(len(season.assumed))
    final = staffed(season, one, one)
    seen = play_last_day(final, level)
    cores, nodes = nodes_needed(seen, node_rule())
    progress(1.0)
    there = sum(season.places.shops_of_stations())
    hired = sum(one.clerks * one.places for one in season.places.counters)
    daily = {"locked": days[0, :last], "visits": days[1, :last]}
    return (
        Column(final.ended(), final.locking(), seen, np.ceil(kiosks * there), np.ceil(clerks * hired), cores, nodes),
        daily,
    )


def _missed(column: Column) -> Array:
    in_time = sum(column.endings[name] for name in _IN_TIME)
    return np.asarray((column.locked - in_time).sum(axis=1), dtype=np.float64)
