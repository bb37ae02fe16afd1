"""The real PC/SC daemon with vsmartcard's virtual reader, for tests.

Tests that use these fixtures carry `pytest.mark.pcsc` and `pytest.mark.xdist_group("pcsc")`: there is one daemon and
two virtual slots on a machine. A lock keeps other test runs on the same machine out meanwhile.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NoReturn

import pytest
from filelock import FileLock, Timeout

from kaijo.errors import CardTrouble
from kaijo.readers.pcsc import list_readers
from kaijo.virtualcard import vpcd
from kaijo.virtualcard.vpcd import Insertable, Insertion, insert
from tests.support.echo import EchoCard

LOCK = Path(tempfile.gettempdir()) / "kaijo-tests-pcscd.lock"
DRIVER = Path("/etc/reader.conf.d/vpcd")
PATIENCE = 120.0  # seconds; longer than a closed connection keeps its port


@dataclass(frozen=True)
class Slot:
    """A virtual reader: its PC/SC name and the port where a card gets in."""

    reader: str
    port: int
    host: str = "127.0.0.1"


SLOTS = (Slot("Virtual PCD 00 00", 35963), Slot("Virtual PCD 00 01", 35964))
_KEPT: dict[Slot, socket.socket] = {}


def pytest_sessionstart() -> None:
    """Keep the ports of the virtual readers from the first connection of this run on."""
    if DRIVER.exists():
        keep_ports()


def pytest_unconfigure() -> None:
    """Let the ports go."""
    while _KEPT:
        _KEPT.popitem()[1].close()


def keep_ports() -> bool:
    """Keep the virtual readers' ports for them; return whether that could be done.

    They lie where the system takes ports for connections, and a reader whose port is one's, even one that was closed a
    minute ago, is not there at all. A socket that is bound and does not listen keeps them; vpcd may share them with it.
    """
    for slot in SLOTS:
        if slot not in _KEPT:
            keeper = socket.socket()
            keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                keeper.bind((slot.host, slot.port))
            except OSError:
                keeper.close()
                return False
            _KEPT[slot] = keeper
    return True


def cannot(reason: str) -> NoReturn:
    """Skip the test for want of something on this machine; in CI, where nothing may be skipped, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and nothing may be skipped in CI")
    pytest.skip(reason)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until `condition` holds; fail the test when it does not for two minutes."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited in vain: {what}")
        time.sleep(0.01)


class Daemon:
    """The machine's PC/SC daemon. `ours` tells whether this test run started it and so may stop it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._changing = Lock()
        self.ours = not daemon_answers()

    def start(self, configuration: Path | None = None) -> None:
        """Start it, with the reader files of another directory than the system's if given; wait until it answers."""
        options = ["--config", str(configuration)] if configuration else []
        until(keep_ports, "the ports of the virtual readers to be free")
        with self._changing:
            self._process = process = subprocess.Popen(
                ["pcscd", "--foreground", "--error", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        until(lambda: process.poll() is not None or daemon_answers(), "pcscd to answer")
        if process.returncode is not None:
            pytest.fail(f"pcscd ended with {process.returncode} instead of starting")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the daemon that `start` started, and wait until it is gone.

        A card may do this from its own thread. `start` waits for it: a daemon that was killed but not yet reaped
        still counts as running for the next one, which then gives up.
        """
        with self._changing:
            process, self._process = self._process, None
            if process is not None:
                process.send_signal(how)
                process.wait(PATIENCE)

    def restart(self) -> None:
        """Stop and start: every context and handle that a program holds becomes invalid."""
        self.stop()
        self.start()
        self.empty_slots()

    def empty_slots(self) -> tuple[Slot, Slot]:
        """Wait until both virtual readers are there without a card, and return them."""
        until(slots_listed, "the virtual readers in pcscd's list")
        until(slots_empty, "the virtual readers to be empty")
        return SLOTS


def daemon_answers() -> bool:
    """Return whether a PC/SC daemon answers on this machine."""
    try:
        list_readers()
    except CardTrouble:
        return False
    return True


def slots_listed() -> bool:
    """Return whether the daemon lists both virtual readers."""
    try:
        names = {reader.name for reader in list_readers()}
    except CardTrouble:
        return False
    return {slot.reader for slot in SLOTS} <= names


def slots_empty() -> bool:
    """Return whether no card is in the virtual readers."""
    return not any(map(has_card, SLOTS))


def has_card(slot: Slot) -> bool:
    """Return whether the daemon sees a card in the virtual reader."""
    return any(reader.has_card for reader in list_readers() if reader.name == slot.reader)


@contextmanager
def card_in(slot: Slot, card: Insertable | None = None) -> Iterator[Insertion]:
    """Have a card, any if none is given, in a virtual reader: the daemon sees it, and at the end sees it gone."""
    with insert(card or EchoCard(), slot.host, slot.port) as insertion:
        until(lambda: has_card(slot), "the daemon to notice the card")
        yield insertion
    until(lambda: not has_card(slot), "the daemon to notice the removal")


@contextmanager
def running_pcscd() -> Iterator[Daemon]:
    """Have the daemon with the virtual readers running: one that answers already, else one of ours, stopped after."""
    if shutil.which("pcscd") is None or not DRIVER.exists():
        cannot("pcscd and vsmartcard-vpcd are not installed")
    try:
        lock = FileLock(LOCK, mode=0o666).acquire(timeout=240)
    except Timeout:
        cannot("another test run has been using the PC/SC daemon for 4 minutes")
    with lock:
        daemon = Daemon()
        if daemon.ours and os.geteuid() != 0:
            cannot("no PC/SC daemon is running, and only root may start one")
        try:
            if daemon.ours:
                daemon.start()
            daemon.empty_slots()
            yield daemon
        finally:
            daemon.stop()


@pytest.fixture(scope="module")
def pcscd() -> Iterator[Daemon]:
    """Have the PC/SC daemon with two virtual readers running."""
    with running_pcscd() as daemon:
        yield daemon


@pytest.fixture
def slots(pcscd: Daemon, monkeypatch: pytest.MonkeyPatch) -> tuple[Slot, Slot]:
    """Return the two virtual readers, running and empty. Who inserts a card bears with a busy machine."""
    monkeypatch.setattr(vpcd, "_PATIENCE", PATIENCE)
    monkeypatch.setattr(vpcd, "_TO_POWER", 5.0)
    return pcscd.empty_slots()


@pytest.fixture
def slot(slots: tuple[Slot, Slot]) -> Slot:
    """Return the first virtual reader, running and empty."""
    return slots[0]


@pytest.fixture
def own_pcscd(pcscd: Daemon) -> Iterator[Daemon]:
    """Return the daemon for a test that stops or restarts it; it runs again afterwards."""
    if not pcscd.ours:
        cannot("the running PC/SC daemon is not ours to stop")
    yield pcscd
    pcscd.restart()
