"""A real socket between terminal and service, cut where a test says: before the service did the work, or after."""

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from kaijo.processes import free_port


class Cut(Enum):
    """Where the connection ends: the request never arrives, the answer never does, or only its beginning.

    In the last two a gateway before the service answers in its stead: it never asked, or asked and gave up.
    """

    BEFORE = "before"
    AFTER = "after"
    AMID = "amid"
    SILENT = "silent"
    TURNED_AWAY = "turned away"
    GIVEN_UP = "given up"


_GATEWAY = {Cut.TURNED_AWAY: 503, Cut.GIVEN_UP: 504}
_PAGE = b"<html><body>No server is available to handle this request.</body></html>"


class Relay:
    """Passes requests on to the service, one after the other; `cuts` says at which request, from 0, what happens."""

    def __init__(self, service: str) -> None:
        self.service = urlsplit(service).netloc
        self.port = free_port()
        self.cuts: dict[int, Cut] = {}
        self.passed: list[tuple[str, dict[str, str], bytes]] = []
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Take requests."""
        server = self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        """Refuse connections from now on; those that are open end with their request."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def running(self) -> Iterator["Relay"]:
        """Take requests while the block lasts."""
        self.up()
        try:
            yield self
        finally:
            self.down()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[Cut | None, int, bytes]:
        """Return how the connection ends, and what the service said."""
        cut = self.cuts.get(len(self.passed))
        self.passed.append((path, headers, body))
        if cut in {Cut.BEFORE, Cut.TURNED_AWAY}:
            return cut, 0, b""
        onward = http.client.HTTPConnection(self.service)
        try:
            onward.request(method, path, body or None, headers)
            said = onward.getresponse()
            return cut, said.status, said.read()
        finally:
            onward.close()


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}
            }
            cut, status, said = relay.answer(self.command, self.path, headers, body)
            if cut is Cut.SILENT:
                self.connection.recv(1)  # until the other side gives up
            elif cut in _GATEWAY:
                self.send_response(_GATEWAY[cut])
                self.send_header("Content-Length", str(len(_PAGE)))
                self.end_headers()
                self.wfile.write(_PAGE)
            elif cut in {None, Cut.AMID}:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said if cut is None else said[:1])
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_POST  # noqa: N815 -- http.server's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
