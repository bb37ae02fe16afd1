"""The walk from outside, again and again: a test person's card through reservation and kiosk of a running service.

Whoever looks at the service from within sees requests; this sees whether somebody who is locked out gets back in.
The card is a test person's, known to the practice issuer, and that alone marks what the probe leaves behind.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.clock import Clock
from kaijo.demo.signature import make_new_pin
from kaijo.errors import KaijoError, UsageProblem
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient, field_time
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone
from kaijo.virtualcard.cardfile import create
from kaijo.virtualcard.persons import identity, person

PERSON = "signature-locked"
KIND = PinKind.SIGNATURE


class Outcome(Enum):
    """Done: from reservation to receipt. Closed: as far as a challenge, outside a kiosk's hours. Failed: neither."""

    DONE = "done"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(slots=True)
class Walk:
    """One walk. `seconds` are those of the parts that were reached; `ahead` is the service's clock against ours."""

    at: datetime
    outcome: Outcome = Outcome.FAILED
    error: KaijoError | None = None
    ahead: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, object]:
        """Return it in JSON's types."""
        return {
            "at": self.at.isoformat(),
            "outcome": self.outcome.value,
            "code": None if self.error is None else self.error.code,
            "clock_ahead_seconds": round(self.ahead, 3),
            "seconds": {name: round(spent, 3) for name, spent in self.seconds.items()},
        }


class Probe:
    """Walks with one card, which is made in `folder` at first use."""

    def __init__(self, folder: Path, service: str, clock: Clock) -> None:
        self._card = app.make_folder(folder) / "card.json"
        self._service = service
        self._clock = clock

    def walk(self) -> Walk:
        """Walk once and return how it ended; the error of a walk that failed is in it."""
        walk = Walk(self._clock.now())
        try:
            self._ensure_card()
            known = app.terminal_keys(self._service, self._clock)
            with ServiceClient(self._service, terminals=known) as service:
                self._go(walk, service)
        except KaijoError as trouble:
            walk.error = trouble
        return walk

    def _ensure_card(self) -> None:
        if not self._card.exists():
            create(self._card, app.practice_issuer(self._clock).issue(person(PERSON), self._clock.now()))

    def _go(self, walk: Walk, service: ServiceClient) -> None:
        pins = dict(identity(person(PERSON), self._clock.now()).pins)
        with _timed(walk, "health"):
            walk.ahead = (field_time(service.health(), "time") - self._clock.now()).total_seconds()
        if not kiosk_schedule().is_open(self._clock.now()):
            # A reservation that leads to no reset counts against its card's limits, and the night is long.
            with _timed(walk, "reserve"):
                service.challenge(KIND)
            walk.outcome = Outcome.CLOSED
            return
        guard = Guard(app.open_link(self._card, None), self._clock)
        try:
            with _timed(walk, "reserve"):
                phone = Phone(guard, service, self._clock)
                phone.reserve(KIND, pins[PinKind.AUTHENTICATION], shown=phone.look(KIND))
            with _timed(walk, "kiosk"):
                kiosk = Kiosk(guard, service, self._clock, name="probe")
                visit = kiosk.open()
                new = make_new_pin(KIND, pins[KIND], secrets.choice)
                kiosk.reset(visit, pins[PinKind(visit.proof.kind.value)], new, new)
        finally:
            guard.close()
        walk.outcome = Outcome.DONE


def write_figures(file: Path, walk: Walk, last_good: datetime | None) -> None:
    """Leave the walk's figures where Prometheus' node exporter collects text files. Raises UsageProblem."""
    good = walk.outcome is not Outcome.FAILED
    lines = [
        "# TYPE kaijo_probe_success gauge",
        f"kaijo_probe_success {int(good)}",
        "# TYPE kaijo_probe_clock_ahead_seconds gauge",
        f"kaijo_probe_clock_ahead_seconds {walk.ahead:.3f}",
        "# TYPE kaijo_probe_seconds gauge",
        *(f'kaijo_probe_seconds{{part="{name}"}} {spent:.3f}' for name, spent in walk.seconds.items()),
        "# TYPE kaijo_probe_walked_timestamp_seconds gauge",
        f"kaijo_probe_walked_timestamp_seconds {walk.at.timestamp():.0f}",
    ]
    if last_good is not None:
        lines += [
            "# TYPE kaijo_probe_good_timestamp_seconds gauge",
            f"kaijo_probe_good_timestamp_seconds {last_good.timestamp():.0f}",
        ]
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        beside.write_text("\n".join(lines) + "\n", "ascii")
        beside.replace(file)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(file)) from None


@contextmanager
def _timed(walk: Walk, part: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        walk.seconds[part] = time.perf_counter() - began
