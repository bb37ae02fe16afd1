from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from kaijo.card.guard import TriesReading
from kaijo.web import pages
from tests.facts.changed import asked_once
from tests.support.world import World

from .visitor import Table, Visitor

Visiting = Callable[..., Visitor]
NO_SERVICE = "http://127.0.0.1:1"


@contextmanager
def laid_out(world: World) -> Iterator[Visiting]:
    with ExitStack() as stack:
        stack.enter_context(asked_once())  # a service that is away is not waited for
        tables: list[Table] = []

        def visit(
            *persons: str,
            faces: tuple[str, ...] = ("home", "phone", "kiosk"),
            table: type[Table] = Table,
            service: str = world.url or NO_SERVICE,
            note: Callable[[TriesReading], None] = lambda _reading: None,
            set_clock: Callable[[datetime | None], None] | None = None,
        ) -> Visitor:
            tables.append(table({name: world.card_file(name) for name in persons or ("signature-locked",)}))
            app = pages(
                faces=faces,
                service=service,
                places=tables[-1],
                clock=world.clock,
                note_last_try=note,
                set_clock=set_clock,
            )
            return stack.enter_context(Visitor(app))

        yield visit
        assert [table.open_links for table in tables] == [0] * len(tables)


@pytest.fixture
def visiting(world: World) -> Iterator[Visiting]:
    """Give a visitor of pages over cards of the persons named; by default the one whose signature PIN is locked."""
    with laid_out(world) as visiting:
        yield visiting


@pytest.fixture
def visitor(visiting: Visiting) -> Visitor:
    return visiting()


@pytest.fixture
def quiet_world(tmp_path: Path) -> World:
    """Give a world whose service does not run, for what needs none."""
    return World(tmp_path)


@pytest.fixture
def visiting_alone(quiet_world: World) -> Iterator[Visiting]:
    """As `visiting`, without a service."""
    with laid_out(quiet_world) as visiting:
        yield visiting


@pytest.fixture
def alone(visiting_alone: Visiting) -> Visitor:
    return visiting_alone()
