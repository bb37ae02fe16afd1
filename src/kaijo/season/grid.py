"""The season as slots of time: long ones until the last day, short ones on it; who locks in each, what is open."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.counter import counter_schedule
from kaijo.facts.filing import filing_deadline, next_filing_deadline
from kaijo.facts.holidays import holidays_known, is_working_day
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.lifetimes import reservation_life
from kaijo.facts.schedule import Schedule
from kaijo.facts.season import day_weights, hour_weights, season_opens
from kaijo.season.queues import Array

_DAY: Final = 1440
_HOUR: Final = 60
USUAL_SLOT: Final = 15
LAST_SLOT: Final = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """From when to when a place serves on each day, in minutes from the season's first midnight."""

    spans: tuple[tuple[float, float], ...]

    def open_at(self, middles: Array, more_hours: Array) -> Array:
        """Return 1 where it is open and 0 where not, by slot and sample; `more_hours` later, midnight at the latest."""
        is_open = np.zeros((len(middles), len(more_hours)))
        for opens, closes in self.spans:
            midnight = (opens // _DAY + 1) * _DAY
            until = np.minimum(closes + more_hours * _HOUR, midnight)
            is_open += (middles[:, None] >= opens) & (middles[:, None] < until)
        return is_open


@dataclass(frozen=True, slots=True)
class Grid:
    """Slots from the first midnight to the deadline: `edges` in minutes, `last_from` the first slot of the last day.

    `usual` and `last` are shares of the lock-outs by slot, before the last day and on it; each sums to one. `due[t]`
    lists which slots' reservations lapse in slot t, with the part of each.
    """

    first: date
    deadline: date
    edges: Array
    last_from: int
    usual: Array
    last: Array
    kiosks: Opening
    counters: Opening
    due: tuple[tuple[tuple[int, float], ...], ...]

    @property
    def lengths(self) -> Array:
        """Return the minutes of each slot."""
        return np.diff(self.edges)

    @property
    def middles(self) -> Array:
        """Return the middle of each slot."""
        return (self.edges[:-1] + self.edges[1:]) / 2

    def moment(self, slot: int) -> datetime:
        """Return when a slot begins."""
        return datetime.combine(self.first, time(), JST) + timedelta(minutes=float(self.edges[slot]))


def season_year(asked: int | None, now: datetime) -> int:
    """Return the year of the season: `asked`, or that of the next deadline.

    Raises UsageProblem `season.no-year` (year, first, last) for a year whose holidays are not in the book.
    """
    year = next_filing_deadline(now).year if asked is None else asked
    if not holidays_known(year):
        known = [one for one in range(date.min.year, date.max.year) if holidays_known(one)]
        raise UsageProblem("season.no-year", year=year, first=known[0], last=known[-1])
    return year


def grid(year: int, *, usual_slot: float = USUAL_SLOT, last_slot: float = LAST_SLOT) -> Grid:
    """Return the season of `year`. Slots are minutes that divide an hour.

    [fact: season-opens, filing-deadline, season-hours, season-days, kiosk-hours, counter-hours, reservation-life]
    Raises UsageProblem `facts.damaged`.
    """
    first, deadline = season_opens(year), filing_deadline(year)
    days = [first + timedelta(days=count) for count in range((deadline - first).days + 1)]
    before = (len(days) - 1) * _DAY
    edges = np.concatenate([np.arange(0, before, usual_slot), np.arange(before, before + _DAY + 1e-9, last_slot)])
    last_from = int(np.searchsorted(edges, before))
    lengths = np.diff(edges)
    middles = (edges[:-1] + edges[1:]) / 2
    every_day, last_day = (np.array(weights) for weights in hour_weights())
    hour, on = (middles % _DAY // _HOUR).astype(int), (middles // _DAY).astype(int)
    is_last = on == len(days) - 1
    usual = np.where(is_last, 0, _days(days[:-1] or days)[np.minimum(on, max(len(days) - 2, 0))] * every_day[hour])
    last = np.where(is_last, last_day[hour], 0) * lengths
    usual = usual * lengths if usual.any() else last
    return Grid(
        first=first,
        deadline=deadline,
        edges=edges,
        last_from=last_from,
        usual=usual / usual.sum(),
        last=last / last.sum(),
        kiosks=_opening(kiosk_schedule(), days),
        counters=_opening(counter_schedule(), days),
        due=_due(edges, reservation_life() / timedelta(minutes=1)),
    )


def _days(days: list[date]) -> Array:
    first, last, off = day_weights()
    line = np.linspace(first, last, len(days))
    return np.asarray(line + np.array([0 if is_working_day(day) else off for day in days]), dtype=np.float64)


def _opening(schedule: Schedule, days: list[date]) -> Opening:
    start = datetime.combine(days[0], time(), JST)
    spans = [span for day in days if (span := schedule.span(day)) is not None]
    return Opening(tuple(((a - start) / timedelta(minutes=1), (b - start) / timedelta(minutes=1)) for a, b in spans))


def _due(edges: Array, life: float) -> tuple[tuple[tuple[int, float], ...], ...]:
    made = []
    for begin, end in zip(edges[:-1] - life, edges[1:] - life, strict=True):
        low, high = max(begin, 0.0), max(end, 0.0)
        first, past = int(np.searchsorted(edges, low, "right")) - 1, int(np.searchsorted(edges, high, "left"))
        parts = []
        for slot in range(first, past):
            shared = min(high, edges[slot + 1]) - max(low, edges[slot])
            if shared > 0:
                parts.append((slot, float(shared / (edges[slot + 1] - edges[slot]))))
        made.append(tuple(parts))
    return tuple(made)
