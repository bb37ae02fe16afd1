from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.card.link import Link
from kaijo.clock import ManualClock
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.filing_client import FilingClient, PracticeReturn
from kaijo.virtualcard.card import VirtualCard
from tests.support.world import NIGHT, home, issued, pins_of, practice_issuer

RETURN = PracticeReturn(2026, ReturnKind.BLUE, 3_000_000, 1_000_000, 90_000)


@dataclass
class DeskHouse:
    """A practice desk over real HTTP, with a clock to turn."""

    folder: Path
    clock: ManualClock
    client: FilingClient

    def guard(self, person: str, link: Link | None = None) -> Guard:
        return Guard(link or VirtualCard(issued(person), place="table"), self.clock)

    def key(self, guard: Guard, person: str, kind: PinKind) -> SigningKey:
        return unlock(guard, kind, pins_of(person)[kind], shown=guard.tries(kind))

    def turn(self, moment: datetime) -> None:
        self.clock.advance(moment - self.clock.now())

    @contextmanager
    def again(self) -> Iterator[FilingClient]:
        """Give the client of the same desk started again."""
        with app.serving(app.filing_desk(self.folder, self.clock)) as url, FilingClient(url) as client:
            yield client


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskHouse]:
    practice_issuer()
    monkeypatch.setenv("KAIJO_HOME", str(home()))
    clock = ManualClock(NIGHT)
    with app.serving(app.filing_desk(tmp_path, clock)) as url, FilingClient(url) as client:
        yield DeskHouse(tmp_path, clock, client)
