"""Promise: kill any two processes, one after the other, wherever they are; reading the card settles everything.

Every run takes a sample, drawn by a seed, on SQLite. `KAIJO_CRASHES=all` takes every pair, `KAIJO_ENGINES=all` every
engine.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest

from tests.support.engines import ENGINES, SQLITE, Database, MakeDatabase, empty

from .crashes import Crash, Night, Town, town

PHONE, KIOSK = 4, 16  # before and after each request: two, and eight
SERVICE_WITH_PHONE, SERVICE_WITH_KIOSK = 4, 8  # after each commit of such a walk that may write
SERVICE = SERVICE_WITH_PHONE + SERVICE_WITH_KIOSK
PAIRS = {
    ("phone", "kiosk"): (PHONE, KIOSK),
    ("kiosk", "kiosk"): (KIOSK, KIOSK),
    ("kiosk", "service"): (KIOSK, SERVICE_WITH_KIOSK),
    ("service", "kiosk"): (SERVICE, KIOSK),
    ("phone", "service"): (PHONE, SERVICE),
}
SAMPLE = os.environ.get("KAIJO_CRASHES", "4")


@pytest.fixture(scope="module")
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town")) as made:
        yield made


def fresh(database: Database) -> Database:
    """Return the database without a row."""
    if isinstance(database.place, Path):
        for file in database.place.parent.glob(f"{database.place.name}*"):
            file.unlink()
    else:
        empty(database)
    return database


def drawn(pair: tuple[str, str]) -> list[tuple[Crash, ...]]:
    ranges = zip(pair, PAIRS[pair], strict=True)
    every = list(product(*([Crash(who, point) for point in range(1, last + 1)] for who, last in ranges)))
    return every if SAMPLE == "all" else Random(f"2027 {pair}").sample(every, int(SAMPLE))


def service_died(night: Night) -> bool:
    return "service killed" in night.ended


def test_points_are_as_many_as_are_counted(crashing: Town, make_database: MakeDatabase) -> None:
    database = make_database(SQLITE)
    assert crashing.night([], fresh(database)).points == {"phone": PHONE, "kiosk": KIOSK}
    for first, last in (((), SERVICE), ((Crash("kiosk", 1),), SERVICE_WITH_KIOSK)):
        assert service_died(crashing.night((*first, Crash("service", last)), fresh(database)))
        assert not service_died(crashing.night((*first, Crash("service", last + 1)), fresh(database)))


@pytest.mark.parametrize("engine", ENGINES if os.environ.get("KAIJO_ENGINES") == "all" else [SQLITE])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_two_crashes_anywhere_are_settled_by_reading(
    crashing: Town, make_database: MakeDatabase, engine: str, pair: tuple[str, str]
) -> None:
    database = make_database(engine)
    ended: Counter[str] = Counter()
    for crashes in drawn(pair):
        night = crashing.night(crashes, fresh(database))
        # Once the card has obeyed, the walk after it is short, and a late point of it is never reached.
        assert "killed" in night.ended or service_died(night), night
        ended[" · ".join(night.ended)] += 1
    print(engine, pair, ended.total(), "nights", ended)  # noqa: T201 -- the figures, for the record
    assert ended.total() == len(drawn(pair))
