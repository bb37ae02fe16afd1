"""A night on which processes are killed, one after the other, and the holder comes back each time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from kaijo.card.guard import Guard
from kaijo.clock import SharedClock
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.processes import free_port
from kaijo.virtualcard.cardfile import create, load, open_card
from tests.support.engines import Database
from tests.support.world import NEW_PINS, NIGHT, home, issued, pins_of

PERSON, KIND = "signature-locked", PinKind.SIGNATURE
ROOT = Path(__file__).parents[2]
SETTLED = {"reset", "reset.already-done"}


@dataclass(frozen=True)
class Crash:
    """Who is killed, at which of its points. The service's are counted from the beginning of the walk."""

    who: str
    point: int


@dataclass
class Night:
    """What came of it: how each walk ended, and how many points the last of each terminal had."""

    ended: list[str] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)


class Town:
    """Terminals and a service that are processes, started by a process that does nothing else."""

    def __init__(self, folder: Path, process: "subprocess.Popen[str]", clock: SharedClock) -> None:
        self._folder = folder
        self._process = process
        self._clock = clock
        self._nights = 0

    def night(self, crashes: Sequence[Crash], database: Database) -> Night:
        """Have the crashes, each in a walk of its own, then one walk more; afterwards everything must be settled."""
        self._nights += 1
        folder = self._folder / str(self._nights)
        folder.mkdir()
        card = folder / "card.json"
        create(card, issued(PERSON))
        self._clock.set(NIGHT)
        night = Night()
        reserved = False
        service = self._serve(folder, database, 0, free_port())
        for crash in (*crashes, Crash("nobody", 0)):
            if crash.who == "service":
                self._order(do="stop", process=service["process"])
                service = self._serve(folder, database, crash.point, service["port"])
            for who in ("kiosk",) if reserved else ("phone", "kiosk"):
                deadly = crash.point if crash.who == who else 0
                told = self._walk(who, card, service["port"], deadly)
                night.ended.append(told["ended"])
                night.points[who] = told["passed"]
                reserved = reserved or told["ended"] == "reserved"
                if told["ended"] not in {"reserved", *SETTLED}:
                    break
            if crash.who == "service":
                if self._order(do="stop", process=service["process"])["died"]:
                    night.ended.append("service killed")
                service = self._serve(folder, database, 0, service["port"])
            self._clock.set(self._clock.now() + kiosk_session_life() + timedelta(seconds=1))
        self._order(do="stop", process=service["process"])
        assert night.ended[-1] in SETTLED, night
        self._require_settled(card, database, night)
        return night

    def _walk(self, who: str, card: Path, port: int, deadly: int) -> dict[str, Any]:
        return self._order(
            do="walk",
            who=who,
            kind=KIND.value,
            name="kiosk-1",
            card=str(card),
            url=f"http://127.0.0.1:{port}",
            proof=pins_of(PERSON)[PinKind.AUTHENTICATION],
            new=NEW_PINS[KIND],
            deadly=deadly,
        )

    def _serve(self, folder: Path, database: Database, deadly: int, port: int) -> dict[str, Any]:
        data = str(folder / "service")
        return self._order(do="serve", data=data, database=database.address, deadly=deadly, port=port)

    def _order(self, **order: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def _require_settled(self, card: Path, database: Database, night: Night) -> None:
        assert load(card).administration.reset_number == 1, night
        engine = database.raw()
        with engine.connect() as connection:
            states = list(connection.execute(text("select state from reservations order by made_at")).scalars())
            used = connection.execute(text("select count(*) from grants where outcome = 'used'")).scalar_one()
        engine.dispose()
        assert (states.count("used"), set(states) <= {"used", "replaced"}, used) == (1, True, 1), (night, states)
        link = open_card(card)
        guard = Guard(link, self._clock)
        for kind in PinKind:
            assert guard.tries(kind).tries_left == guard.tries(kind).tries_max, night
        guard.verify(KIND, NEW_PINS[KIND], shown=guard.tries(KIND))
        link.close()


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Have a town in `folder` while the block lasts."""
    issued(PERSON)
    clock = SharedClock(folder / "clock")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.crashing", str(clock.file)],
        cwd=ROOT,
        env=os.environ | {"KAIJO_HOME": str(home())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Town(folder, process, clock)
        assert process.stdin is not None
        process.stdin.close()
