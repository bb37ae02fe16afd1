"""The last day watched: visits, waits and the service's work; and how few kiosks and clerks would do."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Final

import numpy as np

from kaijo.clock import JST
from kaijo.facts.season import NodeRule, ServiceLevel
from kaijo.season.closed import servers_needed
from kaijo.season.places import CROWDS
from kaijo.season.play import Season, Traffic
from kaijo.season.queues import Array
from kaijo.season.samples import Samples
from kaijo.season.stations import WAITS, counters, kiosks

_HOURS: Final = 24
_HALVINGS: Final = 9
_FEWEST: Final = (-14.0, -2.0)  # kiosks and clerks, as powers of two of what there is
_MOST: Final = (3.0, 2.0)
_SECONDS: Final = 60
_BUSY: Final = 1e-6


@dataclass(slots=True)
class Watch:
    """What was seen, by sample: `over` and `visits` at kiosks since the evening and at counters all day.

    `kiosk_over` and `counter_over` have the waits of `waits` along their first axis. By hour, sample and group of
    chains: `hourly_visits` and `hourly_over`, the latter for waits above the level.
    """

    waits: tuple[float, ...]
    kiosk_visits: Array
    kiosk_over: Array
    counter_visits: Array
    counter_over: Array
    hourly_visits: Array
    hourly_over: Array
    hourly_locked: Array
    work: Array
    requests: Array

    @classmethod
    def of(cls, samples: int, groups: int, waits: tuple[float, ...]) -> "Watch":
        """Return a watch that has seen nothing."""
        return cls(
            waits=waits,
            kiosk_visits=np.zeros(samples),
            kiosk_over=np.zeros((len(waits), samples)),
            counter_visits=np.zeros(samples),
            counter_over=np.zeros((len(waits), samples)),
            hourly_visits=np.zeros((_HOURS, samples, groups)),
            hourly_over=np.zeros((_HOURS, samples, groups)),
            hourly_locked=np.zeros((_HOURS, samples)),
            work=np.zeros(samples),
            requests=np.zeros(samples),
        )


def play_last_day(season: Season, level: ServiceLevel, waits: tuple[float, ...] = WAITS) -> Watch:
    """Play the last day of a season that stands at its first midnight, and return what was seen."""
    at_level = waits.index(level.minutes)
    seen = Watch.of(len(season.assumed), len(season.places.groups), waits)
    at_kiosks, at_counters = season.kiosks.waits(waits), season.counters.waits(waits)
    for slot in range(season.grid.last_from, len(season.grid.lengths)):
        traffic = season.slot(slot)
        begins = season.grid.moment(slot).astimezone(JST)
        seen.hourly_locked[begins.hour] += traffic.locked.sum(axis=1)
        over, visits = season.kiosks.longer(at_kiosks, traffic.kiosk_visits), season.kiosks.visits(traffic.kiosk_visits)
        by_group = (len(season.assumed), len(season.places.groups), len(CROWDS))
        seen.hourly_visits[begins.hour] += visits.reshape(by_group).sum(axis=2)
        seen.hourly_over[begins.hour] += over[at_level].reshape(by_group).sum(axis=2)
        if begins.time() >= level.since:
            seen.kiosk_over += over.sum(axis=2)
            seen.kiosk_visits += visits.sum(axis=1)
        if traffic.counter_visits.any():
            seen.counter_over += season.counters.longer(at_counters, traffic.counter_visits).sum(axis=2)
            seen.counter_visits += traffic.counter_visits.sum(axis=1)
        _load(seen, season.assumed, traffic, float(season.grid.lengths[slot]) * _SECONDS)
    return seen


def _load(seen: Watch, assumed: Samples, traffic: Traffic, seconds: float) -> None:
    """Keep the busiest moment of the service: seconds of work and requests per second."""
    parts = (traffic.reservations.sum(axis=1), traffic.face_checks, traffic.sessions.sum(axis=1))
    costs = (assumed["work-reservation"], assumed["work-face"], assumed["work-session"])
    work = sum(part * cost for part, cost in zip(parts, costs, strict=True)) / seconds
    busier = work > seen.work
    seen.work = np.where(busier, work, seen.work)
    seen.requests = np.where(busier, sum(parts) / seconds, seen.requests)


def needed(season: Season, level: ServiceLevel) -> tuple[Array, Array]:
    """Return the fewest kiosks and clerks that keep the level on the last day, as parts of those there are.

    `season` stands at the last day's midnight and is left as it is. NaN where not even eight times the kiosks, or four
    times the clerks, would do: then their other use alone makes people wait.
    """
    count = len(season.assumed)
    low, high = (np.array([ends] * count, dtype=np.float64).T for ends in (_FEWEST, _MOST))
    reached = _keeps(season, 2 ** high[0], 2 ** high[1], level)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = _keeps(season, 2 ** middle[0], 2 ** middle[1], level)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    least = np.where(reached, 2**high, np.nan)
    return least[0], least[1]


def _keeps(season: Season, more_kiosks: Array, more_clerks: Array, level: ServiceLevel) -> Array:
    played = staffed(season, more_kiosks, more_clerks)
    seen = play_last_day(played, level, (level.minutes,))
    allowed = 1 - level.share
    kiosk = seen.kiosk_over[0] <= allowed * np.maximum(seen.kiosk_visits, _BUSY)
    counter = seen.counter_over[0] <= allowed * np.maximum(seen.counter_visits, _BUSY)
    return np.stack([kiosk, counter])


def staffed(season: Season, more_kiosks: Array, more_clerks: Array) -> Season:
    """Return a season at the same midnight, when nobody stands anywhere, with other numbers of kiosks and clerks."""
    played = Season(season.grid, season.places, season.assumed.staffed(more_kiosks, more_clerks), season.cards)
    played.people, played.born, played.hazard = deepcopy(season.people), season.born.copy(), season.hazard.copy()
    played.kiosks, played.counters = (
        kiosks(played.places, played.assumed),
        counters(played.places, played.assumed),
    )
    return played


def nodes_needed(seen: Watch, rule: NodeRule) -> tuple[Array, Array]:
    """Return cores that keep the rule at the busiest moment, and nodes with the spare ones, by sample."""
    cores = [
        servers_needed(float(rate), float(work / rate) if rate > 0 else 0.0, rule.wait, rule.share)
        for rate, work in zip(seen.requests, seen.work, strict=True)
    ]
    nodes = [-(-count // rule.cores) + rule.spare for count in cores]
    return np.array(cores, dtype=np.float64), np.array(nodes, dtype=np.float64)
