"""The machine's PC/SC daemon with the virtual reader, for one benchmark at a time."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from kaijo.processes import pcsc_daemon
from kaijo.readers.pcsc import list_readers

LOCK = Path(tempfile.gettempdir()) / "kaijo-tests-pcscd.lock"  # the tests' own: a machine has one daemon
READER = "Virtual PCD 00 00"
PATIENCE = 20.0


@contextmanager
def virtual_reader() -> Iterator[None]:
    """Have the daemon running with the virtual reader in its list. Raises CardTrouble `reader.no-daemon`."""
    with FileLock(LOCK, mode=0o666), pcsc_daemon():
        end = time.monotonic() + PATIENCE
        while READER not in {reader.name for reader in list_readers()}:
            if time.monotonic() > end:
                raise SystemExit(f"{READER} is not there: is vsmartcard-vpcd installed?")
            time.sleep(0.05)
        yield
