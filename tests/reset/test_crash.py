"""The power goes at every call of the store, before it or after it, and the walk is taken up again."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from kaijo.reset.ports import Records
from kaijo.reset.states import GrantOutcome, ReservationState
from kaijo.service.store.database import SqlStore
from kaijo.service.store.records import SqlRecords
from tests.support.engines import SQLITE, Database, clear

from .bench import Bench
from .cuts import PowerCutError, Walk

SERVER_STRIDE = int(os.environ.get("KAIJO_STRIDE", "6"))


class CutRecords:
    def __init__(self, records: Records, tick: Callable[[], None]) -> None:
        self._records = records
        self._tick = tick

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._records, name)

        def cut(*arguments: object) -> object:
            self._tick()
            return method(*arguments)

        return cut


class CutStore:
    """A real store that dies at point `at`: each call inside a transaction is a point, and each commit is two."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.at = -1
        self.points = 0

    def tick(self) -> None:
        self.points += 1
        if self.points - 1 == self.at:
            raise PowerCutError

    def begin(self) -> AbstractContextManager[Any]:
        return self._cut(self._store.begin())

    def look(self) -> AbstractContextManager[Any]:
        return self._cut(self._store.look())

    @contextmanager
    def _cut(self, transaction: AbstractContextManager[SqlRecords]) -> Iterator[Any]:
        with transaction as records:
            yield CutRecords(records, self.tick)
            self.tick()
        self.tick()


def walk_cut_at(store: SqlStore, point: int, *, card_loses_power: bool = False) -> tuple[Walk, CutStore]:
    cut = CutStore(store)
    cut.at = point
    walk = Walk(Bench(store=cut))
    try:
        walk.go()
    except PowerCutError:
        if card_loses_power:
            walk.bench.card.power_cycle()
        walk.go()
    return walk, cut


@pytest.mark.parametrize("card_loses_power", [False, True])
def test_walk_cut_at_any_point_of_the_store_ends_in_one_reset(database: Database, card_loses_power: bool) -> None:
    store = database.store(memory=True)
    points = walk_cut_at(store, -1)[1].points
    assert points > 40
    stride = 1 if database.engine == SQLITE else SERVER_STRIDE
    for point in range(int(card_loses_power) % stride, points, stride):
        clear(store)
        walk, cut = walk_cut_at(store, point, card_loses_power=card_loses_power)
        assert cut.points > point
        bench = walk.bench
        assert bench.image.administration.reset_number == 1, point
        (made,) = bench.reservations()
        assert (made.state, walk.acknowledged[-1]) == (ReservationState.USED, made.id), point
        with bench.store.begin() as records:
            grants = records.grants(bench.pseudonym, made.id)
        assert [grant.outcome for grant in grants].count(GrantOutcome.USED) == 1, point
