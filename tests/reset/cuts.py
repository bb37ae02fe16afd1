"""People who begin again after a cut, for tests that cut."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from kaijo.errors import Refused
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.reset.reservations import make_reservation
from kaijo.service.store.database import SqlStore
from kaijo.virtualcard.card import VirtualCard

from .bench import SIGNATURE, Bench


class PowerCutError(Exception):
    """The machine is gone. Not an error of ours, so that nothing in between can take it for an answer."""


class Walk:
    """Phone and kiosk that begin again after a cut, as people do, until the reset has happened."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self._resume: Callable[[], None] = self.ask
        self.acknowledged: list[bytes] = []

    def go(self) -> None:
        while self._resume != self.done:
            self._resume()

    def ask(self) -> None:
        challenge, message = self.bench.challenge()
        evidence = self.bench.evidence(SIGNATURE, message)

        def reserve() -> None:
            made = make_reservation(self.bench.desk, challenge_id=challenge.id, kind=SIGNATURE, evidence=evidence)
            self.acknowledged.append(made.id)
            self._resume = self.visit

        self._resume = reserve

    def visit(self) -> None:
        state = self.bench.reset_state()
        try:
            opened = self.bench.open(reset_state=state)
            self.bench.prove(opened)
            assert self.bench.relay(opened.session.id) is None
        except Refused as refusal:
            if refusal.code == "reset.in-use":
                self.bench.clock.advance(kiosk_session_life())
                return
            assert refusal.code == "reset.already-done"
        else:
            self.bench.finish(opened, self.bench.reset())
        self._resume = self.done

    def done(self) -> None:
        raise AssertionError


class Cutter:
    """Ends the walk at one of its points, then at another one of the walk after it, and so on."""

    def __init__(self, at: tuple[int, ...]) -> None:
        self._left = list(at)
        self.points = 0

    def tick(self) -> None:
        """Pass a point. Raises PowerCutError at the one that is next."""
        self.points += 1
        if self._left and self.points == self._left[0]:
            self._left.pop(0)
            self.points = 0
            raise PowerCutError

    def stop(self) -> None:
        """Cut no more, whatever was not reached."""
        self._left.clear()


class CutCommits:
    """A real store with a point after each commit: before a commit is, to whoever comes back, after the one before."""

    def __init__(self, store: SqlStore, tick: Callable[[], None]) -> None:
        self._store = store
        self._tick = tick

    def begin(self) -> AbstractContextManager[Any]:
        """Open one atomic transaction."""
        return self._begin()

    def look(self) -> AbstractContextManager[Any]:
        """Open one that only reads: a cut after it is a cut before it."""
        return self._store.look()

    @contextmanager
    def _begin(self) -> Iterator[Any]:
        with self._store.begin() as records:
            yield records
        self._tick()


class CutCard:
    """A card with a point on either side of each command."""

    def __init__(self, card: VirtualCard, tick: Callable[[], None]) -> None:
        self._card = card
        self._tick = tick

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on."""
        self._tick()
        answer = self._card.transmit(command)
        self._tick()
        return answer

    def power_cycle(self) -> None:
        """Hand it on."""
        self._card.power_cycle()
