"""The season in expected numbers against the same season person by person, in a simulator that others wrote."""

import os
from collections import Counter

import numpy as np
import pytest

from kaijo.season.play import Season
from kaijo.season.samples import samples

from .event_by_event import Town
from .towns import CARDS, PLACES, ROW, four_days

RUNS = int(os.environ.get("KAIJO_SEASON_RUNS", "4"))
WAITS = (2.0, 5.0, 10.0, 20.0)
FROM, UNTIL = 12 * 60, 21 * 60  # of the last day: not in the morning's rush, not at closing time
SIGMAS, SLACK = 4.0, 0.01  # bounds: four standard errors, and one per cent for slots of two minutes


class Waits:
    """Who waited longer than each of `WAITS`, patience counted, and how many came."""

    def __init__(self) -> None:
        self.over, self.visits = np.zeros(len(WAITS)), 0.0


def expected() -> tuple[dict[str, np.ndarray], Waits, Waits]:
    with four_days() as grid:
        season = Season(grid, PLACES, samples([ROW]), CARDS)
        kiosk, counter = Waits(), Waits()
        at_kiosks, at_counters = season.kiosks.waits(WAITS), season.counters.waits(WAITS)
        begin = float(grid.edges[grid.last_from])
        for slot in range(len(grid.lengths)):
            traffic = season.slot(slot)
            if begin + FROM <= grid.edges[slot] < begin + UNTIL:
                for seen, stations, chances, visits in (
                    (kiosk, season.kiosks, at_kiosks, traffic.kiosk_visits),
                    (counter, season.counters, at_counters, traffic.counter_visits),
                ):
                    seen.over += stations.longer(chances, visits).sum(axis=(1, 2))
                    seen.visits += float(visits.sum())
        for seen, patience in ((kiosk, "kiosk-patience"), (counter, "counter-patience")):
            seen.over *= np.exp(-np.array(WAITS) / season.assumed[patience][0])
        return {name: told[0] for name, told in season.ended().items()}, kiosk, counter


@pytest.fixture(scope="module")
def towns() -> list[Town]:
    made = []
    with four_days() as grid:
        for seed in range(RUNS):
            town = Town(grid, PLACES, samples([ROW]), CARDS, seed)
            town.run()
            made.append(town)
    return made


def test_endings_and_waits_are_those_of_the_simulation_by_person(towns: list[Town]) -> None:
    endings, kiosk, counter = expected()
    everybody = sum(float(told.sum()) for told in endings.values())
    apart: Counter[str] = Counter()
    for name, told in endings.items():
        for kind in range(3):
            seen = np.array([town.endings[name, kind] for town in towns], dtype=float)
            # Counts of people who do not know one another are Poisson: its spread is known, not estimated.
            allowed = SIGMAS * np.sqrt(max(told[kind], 1) / RUNS) + SLACK * told[kind] + 1e-4 * everybody
            if abs(seen.mean() - told[kind]) > allowed:
                apart[f"{name} {kind}: {seen.mean():.1f} for {told[kind]:.1f}, allowed {allowed:.1f}"] += 1
    with four_days() as grid:
        begin = float(grid.edges[grid.last_from])
    for place, seen_here in (("kiosk", kiosk), ("counter", counter)):
        waits = [
            [wait for came, wait in getattr(town, f"{place}_waits") if begin + FROM <= came < begin + UNTIL]
            for town in towns
        ]
        for at, minutes in enumerate(WAITS):
            shares = np.array([np.mean([wait > minutes for wait in run]) for run in waits])
            share = seen_here.over[at] / seen_here.visits
            allowed = SIGMAS * shares.std(ddof=1) / np.sqrt(RUNS) + SLACK
            if abs(shares.mean() - share) > allowed:
                apart[f"{place} longer than {minutes}: {shares.mean():.4f} for {share:.4f}, allowed {allowed:.4f}"] += 1
    assert apart == Counter()
