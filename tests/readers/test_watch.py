"""The watcher, with the real PC/SC daemon."""

import sys
from collections.abc import Iterator
from queue import Queue
from threading import Event, Thread

import pytest

from kaijo.errors import CardTrouble
from kaijo.readers.watch import Change, ReaderEvent, watch
from kaijo.virtualcard.vpcd import insert
from tests.support.echo import ATR, EchoCard
from tests.support.pcscd import PATIENCE, SLOTS, Daemon, Slot

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]

READERS = [slot.reader for slot in SLOTS]
FOUND = ReaderEvent(Change.SERVICE_FOUND)
LOST = ReaderEvent(Change.SERVICE_LOST)
ADDED = [ReaderEvent(Change.READER_ADDED, reader) for reader in READERS]
REMOVED = [ReaderEvent(Change.READER_REMOVED, reader) for reader in READERS]
INSERTED = ReaderEvent(Change.CARD_INSERTED, READERS[0], ATR)
TAKEN_OUT = ReaderEvent(Change.CARD_REMOVED, READERS[0])


class Watcher:
    """A thread that watches, and what it saw."""

    def __init__(self) -> None:
        self._stop = Event()
        self._events: Queue[ReaderEvent] = Queue()
        self._thread = Thread(target=self._run, daemon=True)  # a test that fails leaves it behind
        self._thread.start()

    def next(self, count: int) -> list[ReaderEvent]:
        """Return the next events. Raises queue.Empty when one does not come."""
        return [self._events.get(timeout=PATIENCE) for _ in range(count)]

    def stop(self) -> list[ReaderEvent]:
        """Stop, and return what was not asked for yet."""
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return [self._events.get_nowait() for _ in range(self._events.qsize())]

    def _run(self) -> None:
        for event in watch(self._stop, poll=0.1):
            self._events.put(event)


@pytest.fixture
def watcher(slots: tuple[Slot, Slot]) -> Iterator[Watcher]:
    assert slots == SLOTS
    watching = Watcher()
    try:
        yield watching
    finally:
        watching.stop()


def test_what_is_there_comes_first_and_cards_as_they_come_and_go(watcher: Watcher, slot: Slot) -> None:
    assert watcher.next(3) == [FOUND, *ADDED]
    for _ in range(2):
        with insert(EchoCard(), slot.host, slot.port):
            assert watcher.next(1) == [INSERTED]
        assert watcher.next(1) == [TAKEN_OUT]
    assert watcher.stop() == []


def test_card_that_is_there_already_is_told(slot: Slot) -> None:
    with insert(EchoCard(), slot.host, slot.port):
        watching = Watcher()
        assert watching.next(4) == [FOUND, *ADDED, INSERTED]
        assert watching.stop() == []


def test_restart_of_the_service_takes_everything_away_and_brings_it_back(own_pcscd: Daemon, slot: Slot) -> None:
    with insert(EchoCard(), slot.host, slot.port):
        watching = Watcher()
        assert watching.next(4) == [FOUND, *ADDED, INSERTED]
        own_pcscd.stop()
        assert watching.next(4) == [TAKEN_OUT, *REMOVED, LOST]
    own_pcscd.start()
    assert watching.next(3) == [FOUND, *ADDED]
    with insert(EchoCard(), slot.host, slot.port):
        assert watching.next(1) == [INSERTED]
        assert watching.stop() == []


def test_service_that_starts_later_is_found(own_pcscd: Daemon) -> None:
    own_pcscd.stop()
    watching = Watcher()
    assert watching.next(1) == [LOST]
    own_pcscd.start()
    assert (watching.next(3), watching.stop()) == ([FOUND, *ADDED], [])


def test_watching_ends_with_its_stop_and_starts_nothing_when_stopped_before() -> None:
    stop = Event()
    stop.set()
    assert list(watch(stop)) == []


def test_without_pyscard_watching_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(CardTrouble) as caught:
        next(watch(Event()))
    assert caught.value.code == "reader.pyscard-missing"
