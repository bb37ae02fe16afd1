"""Running the service: one listening socket, and a word when it is ready."""

import errno
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Thread
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from kaijo.errors import ServiceTrouble
from kaijo.facts.service import stop_limit

LOOPBACK = "127.0.0.1"
_BACKLOG = 2048
_LAST_PORT = 65_535  # the resolver would quietly take a larger number modulo 65,536


def run(
    app: ASGIApp,
    *,
    host: str = LOOPBACK,
    port: int = 0,
    ready: Callable[[int], None] | None = None,
    stopping: Callable[[], None] | None = None,
    notice: timedelta = timedelta(),
) -> None:
    """Serve until the process is told to stop; `ready` is called with the port once requests are answered.

    A SIGTERM calls `stopping`; for `notice` longer requests are taken as before, so that a balancer sees it coming.
    Then those that are being answered have a bounded time [fact: service-stop-limit], and the call returns.
    Port 0 takes any free one. Raises ServiceTrouble `service.port-in-use` (port), `service.cannot-listen` (host,
    reason).
    """
    with closing(_listen(host, port)) as listener:
        _Server(app, listener, ready, stopping, notice).run(sockets=[listener])


@contextmanager
def serving(app: ASGIApp, *, host: str = LOOPBACK, port: int = 0) -> Iterator[str]:
    """Serve in a thread while the block lasts, and give the service's address. Raises as `run`."""
    with closing(_listen(host, port)) as listener:
        server = _Server(app, listener, None)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="kaijo-service", daemon=True)
        thread.start()
        try:
            # The socket already listens: the first request waits in it until the server takes it.
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        ready: Callable[[int], None] | None,
        stopping: Callable[[], None] | None = None,
        notice: timedelta = timedelta(),
    ) -> None:
        # No access log: paths name sessions. No log configuration either: lines go where this process's lines go.
        limit = int(stop_limit().total_seconds())
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=limit,
            )
        )
        self._stopping = stopping
        self._notice = notice.total_seconds()
        self._stop_at: float | None = None
        self._port = int(listener.getsockname()[1])
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None:
            self._ready(self._port)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal: a SIGTERM begins the notice, and a second one cuts it short."""
        if sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
            return
        first = self._stop_at is None
        self._stop_at = time.monotonic() + (self._notice if first else 0)
        if first and self._stopping is not None:
            self._stopping()

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to stop; asked ten times a second."""
        told = self._stop_at is not None and time.monotonic() >= self._stop_at
        return await super().on_tick(counter) or told


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= _LAST_PORT:
        raise ServiceTrouble("service.cannot-listen", host=host, reason=f"port {port}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServiceTrouble("service.port-in-use", port=port) from None
        raise ServiceTrouble("service.cannot-listen", host=host, reason=error.strerror or "") from None
    return listener
