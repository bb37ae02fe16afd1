"""Programs that Kaijo starts beside itself: its own service, and the PC/SC daemon where none runs."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kaijo.errors import CardTrouble, ServiceTrouble, UsageProblem
from kaijo.terminals.client import ServiceClient

_PATIENCE = 300.0  # a machine with ten other programs to run takes more than a minute to load one
_PAUSE = 0.02
_KILL_AFTER = 5.0
_OWN_PORTS = range(10_000, 32_000)
_MOST_KEPT = 32  # ports, each of which is an open file
_kept: deque[int] = deque()


@contextmanager
def service_process(
    *,
    data: Path,
    clock: str | None = None,
    clock_file: Path | None = None,
    port: int | None = None,
    face: str = "not-required",
    terminals: str = "not-required",
    database: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Run the reservation service as a child process and yield its URL once it answers; stop it at the end.

    Without `port` a free one is taken, without `database` the service's own file serves. Raises ServiceTrouble
    `service.did-not-start` with what it printed.
    """
    chosen = port or free_port()
    command = [sys.executable, "-m", "kaijo", "serve", "--port", str(chosen), "--data", str(data), "--until-eof"]
    command += ["--face", face, "--terminals", terminals]
    if database is not None:
        command += ["--database", database]
    if clock is not None:
        command += ["--clock", clock]
    if clock_file is not None:
        command += ["--clock-file", str(clock_file)]
    with _log(data) as log:
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, env={**os.environ, **(environment or {})}
        )
        try:
            url = f"http://127.0.0.1:{chosen}"
            with ServiceClient(url) as client:
                if not _until(lambda: child.poll() is not None or _answers(client)) or child.poll() is not None:
                    log.seek(0)
                    raise ServiceTrouble("service.did-not-start", printed=log.read().decode("utf-8", "replace").strip())
            yield url
        finally:
            _stop(child)


def _log(data: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(data.parent / f"{data.name}.log", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(data)) from None


@contextmanager
def pcsc_daemon() -> Iterator[None]:
    """Have a PC/SC daemon running: the one that answers, else one started here and stopped at the end.

    Raises CardTrouble `reader.no-daemon` where none runs and none can be started (not root, or not installed).
    """
    if _daemon_answers():
        yield
        return
    if shutil.which("pcscd") is None or os.geteuid() != 0:
        raise CardTrouble("reader.no-daemon")
    child = subprocess.Popen(
        ["pcscd", "--foreground", "--error"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: child.poll() is not None or _daemon_answers())
        if not _daemon_answers():
            raise CardTrouble("reader.no-daemon")
        yield
    finally:
        _stop(child)


def free_port(row: int = 1) -> int:
    """Return a port of 127.0.0.1 that nobody has just now; `row` says how many in a row are to be free from it on.

    A program that is to listen there loads for a second or more before it does. Drawn below the ports that systems
    give to outgoing connections, so that meanwhile none of those takes it; and on Linux kept from whoever else asks
    here, in this process or another.
    """
    while True:
        first = secrets.choice(_OWN_PORTS)
        if all(_take(port) for port in range(first, first + row)):
            return first


def _take(port: int) -> bool:
    """Return whether nobody has the port, and keep it where the system lets a server listen there all the same."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        if sys.platform == "linux":
            # Whoever binds after this as servers do passes by a socket that does not listen; a probe as above does not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _kept.append(probe.detach())
            if len(_kept) > _MOST_KEPT:
                os.close(_kept.popleft())
    return True


def _answers(client: ServiceClient) -> bool:
    try:
        client.health()
    except ServiceTrouble:
        return False
    return True


def _daemon_answers() -> bool:
    from kaijo.readers.pcsc import list_readers

    try:
        list_readers()
    except CardTrouble as trouble:
        return trouble.code not in {"reader.no-daemon", "reader.daemon-restarted"}
    return True


def _until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_PAUSE)
    return True


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_KILL_AFTER)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin is not None:
        child.stdin.close()
