"""Two cuts, one after the other, each at any commit of the service or on either side of any command to the card.

`KAIJO_PAIRS=all` takes every pair; otherwise a sample, drawn by a seed.
"""

import os
from itertools import product
from random import Random
from typing import Any

import pytest

from kaijo.reset.states import GrantOutcome, ReservationState
from kaijo.service.store.database import SqlStore

from .bench import Bench
from .cuts import CutCard, CutCommits, Cutter, PowerCutError, Walk

SAMPLE = os.environ.get("KAIJO_PAIRS", "40")
POINTS = 29


def walk_cut_at(store: SqlStore, at: tuple[int, ...], *, card_loses_power: bool) -> tuple[Bench, Cutter]:
    cutter = Cutter(at)
    cut_store: Any = CutCommits(store, cutter.tick)
    bench = Bench(store=cut_store)
    cut_card: Any = CutCard(bench.card, cutter.tick)
    bench.card = cut_card
    walk = Walk(bench)
    for _ in range(len(at) + 1):
        try:
            walk.go()
        except PowerCutError:
            if card_loses_power:
                bench.card.power_cycle()
        else:
            break
    cutter.stop()
    assert walk.acknowledged
    return bench, cutter


def drawn() -> list[tuple[int, int]]:
    every = list(product(range(1, POINTS + 1), range(1, POINTS + 1)))
    return every if SAMPLE == "all" else Random("2027 pairs").sample(every, int(SAMPLE))


def test_points_are_as_many_as_are_counted() -> None:
    store = SqlStore(None)
    assert walk_cut_at(store, (), card_loses_power=False)[1].points == POINTS
    store.close()


@pytest.mark.parametrize("card_loses_power", [False, True])
def test_walk_cut_twice_anywhere_ends_in_one_reset(card_loses_power: bool) -> None:
    for at in drawn():
        store = SqlStore(None)
        bench, _ = walk_cut_at(store, at, card_loses_power=card_loses_power)
        assert bench.image.administration.reset_number == 1, at
        made = bench.reservations()
        assert [row.state for row in made].count(ReservationState.USED) == 1, at
        assert {row.state for row in made} <= {ReservationState.USED, ReservationState.REPLACED}, at
        with store.begin() as records:
            grants = [grant for row in made for grant in records.grants(bench.pseudonym, row.id)]
        assert [grant.outcome for grant in grants].count(GrantOutcome.USED) == 1, at
        store.close()
