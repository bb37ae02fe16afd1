"""The parts: each a process that can be killed without a word and started again, as a supervisor would."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PAUSE = 0.1


class Part:
    """One program. `kill` is SIGKILL: it gets no chance to say goodbye."""

    def __init__(
        self, name: str, command: Sequence[str], log: Path, *, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._command = list(command)
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, unless it lives."""
        if self.running:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )

    def revive(self) -> None:
        """Start it again if it was started and has ended by itself."""
        if self._process is not None:
            self.start()

    def kill(self) -> None:
        """Kill it and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Postmaster:
    """PostgreSQL under Patroni: not our child, found by the file in its data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def kill(self) -> bool:
        """Kill it, if it runs; return whether it did."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return False
        if str(self._data).encode() not in command:  # the number belongs to somebody else by now
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return True


def wait_for(what: str, holds: Callable[[], bool], *, seconds: float) -> float:
    """Wait until `holds` and return the seconds that took. Raises TimeoutError naming `what`."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise TimeoutError(what)
        time.sleep(_PAUSE)
    return time.monotonic() - began
