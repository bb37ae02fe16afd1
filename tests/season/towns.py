"""A small season: four days, forty shops, three counters, busy enough that queues form."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from kaijo.facts.season import CounterClass
from kaijo.facts.stores import Chain
from kaijo.season.grid import Grid, grid
from kaijo.season.places import Group, Places
from kaijo.season.play import Season
from kaijo.season.samples import Samples, samples
from tests.facts.changed import changed

PLACES = Places(
    groups=(
        Group({Chain.SEVEN_ELEVEN: 20.0}, (True, True)),
        Group({Chain.LAWSON: 20.0}, (True, False)),
    ),
    counters=(CounterClass(places=2, clerks=2, share=0.4), CounterClass(places=1, clerks=6, share=0.6)),
)
CARDS = 3e6
ROW = {"last-day": 40.0, "kiosk-works": 100.0, "counter-goes": 75.0, "later": 360.0, "counter-other": 60.0}


@contextmanager
def four_days(slot: float = 2) -> Iterator[Grid]:
    with changed(season_opens={"month": 3, "day": 12, "off_day": "next-working-day"}):
        yield grid(2027, usual_slot=slot, last_slot=slot)


def played(rows: list[dict[str, float]], season_grid: Grid, cards: float = CARDS, **more: list[float]) -> Season:
    assumed: Samples = samples([ROW | row for row in rows], **{name: np.array(told) for name, told in more.items()})
    season = Season(season_grid, PLACES, assumed, cards)
    for slot in range(len(season_grid.lengths)):
        season.slot(slot)
    return season
