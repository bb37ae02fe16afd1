"""The machines again on every engine, while the database refuses, drops its connections and loses its answers."""

import os
from collections import Counter
from itertools import count
from random import Random

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from kaijo.service.store.database import SqlStore
from tests.support.engines import Database, clear
from tests.support.faults import FaultyStore

from .test_audited_machine import AuditedRecovery
from .test_machine import Recovery

EXAMPLES = int(os.environ.get("KAIJO_EXAMPLES", "5"))
RATE = 0.02
ROUNDS = 8
BLOWS = {"conflict", "drop", "after"}
SETTINGS = settings(max_examples=EXAMPLES, stateful_step_count=20, deadline=None)


def test_struck_database_changes_nothing_but_the_time_it_takes(database: Database) -> None:
    struck: Counter[str] = Counter()
    seeds = count()
    store = database.store()

    class Struck(Recovery):
        def __init__(self) -> None:
            clear(store)
            self.faulty: FaultyStore | None = None
            super().__init__(store, self.strike)

        def strike(self, store: SqlStore) -> FaultyStore:
            self.faulty = FaultyStore(store, Random(next(seeds)), RATE)
            return self.faulty

        def teardown(self) -> None:
            super().teardown()
            if self.faulty is not None:
                struck.update(self.faulty.struck)

    # Each blow falls a few times in one round, so in a thousand rounds there is one without one of them.
    for _ in range(ROUNDS):
        run_state_machine_as_test(Struck, settings=SETTINGS)
        if {how for how, times in struck.items() if times} == BLOWS:
            return
    pytest.fail(f"in {ROUNDS} rounds no more than {struck}")


def test_trail_tells_the_same_on_every_engine(database: Database) -> None:
    store = database.store()

    class Emptied(AuditedRecovery):
        def __init__(self) -> None:
            clear(store)
            super().__init__(store)

    run_state_machine_as_test(Emptied, settings=SETTINGS)
