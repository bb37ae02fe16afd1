"""Phone, kiosk and service as processes that kill themselves (SIGKILL) at one of their numbered points.

`python -m tests.support.crashing CLOCK` reads one order a line, in JSON, and forks a process for each, so that a walk
takes no longer than it must. A terminal's points are before and after each of its requests; the service's are after
each commit: before one is after the one before. PINs come on stdin, as at a real terminal.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.clock import SharedClock
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.service.server import run
from kaijo.service.store.database import SqlStore
from kaijo.service.store.records import SqlRecords
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone
from kaijo.virtualcard.cardfile import open_card


class Points:
    """Counts the points that were passed, and is the end of the process at one of them; 0 is never."""

    def __init__(self, deadly: int) -> None:
        self.passed = 0
        self._deadly = deadly

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self._deadly:
            os.kill(os.getpid(), signal.SIGKILL)


class DeadlyTransport(httpx2.HTTPTransport):
    """The wire of a terminal, with a point on either side of each request."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self._points = points

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._points()
        response = super().handle_request(request)
        response.read()
        self._points()
        return response


def phone(order: dict[str, Any], clock: SharedClock, points: Points) -> str:
    """Reserve; return the state of things in a word."""
    kind = PinKind(order["kind"])
    with _at(order, points) as (guard, service):
        terminal = Phone(guard, service, clock)
        terminal.reserve(kind, order["proof"], shown=terminal.look(kind))
    return "reserved"


def kiosk(order: dict[str, Any], clock: SharedClock, points: Points) -> str:
    """Come to a kiosk and reset; return the state of things in a word."""
    with _at(order, points) as (guard, service):
        terminal = Kiosk(guard, service, clock, name=order["name"])
        terminal.reset(terminal.open(), order["proof"], order["new"], order["new"])
    return "reset"


@contextmanager
def _at(order: dict[str, Any], points: Points) -> Iterator[tuple[Guard, ServiceClient]]:
    client = httpx2.Client(timeout=None, trust_env=False, transport=DeadlyTransport(points))
    link = open_card(Path(order["card"]))
    try:
        # Who was killed is started again when the walk is over: no pause is long enough.
        with ServiceClient(order["url"], client=client, pause=lambda _seconds: None) as service:
            yield Guard(link, SharedClock(Path(sys.argv[1]))), service
    finally:
        link.close()


def walk(order: dict[str, Any], clock: SharedClock) -> dict[str, Any]:
    """Let a terminal walk in a process of its own; return how it ended and how many points it passed."""
    points = Points(order["deadly"])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            ended = TERMINALS[order["who"]](order, clock, points)
        except KaijoError as error:
            ended = error.code
        os.write(writing, json.dumps({"ended": ended, "passed": points.passed}).encode())
        os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        answer = told.read()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return {"ended": "killed", "passed": order["deadly"]}
    result: dict[str, Any] = json.loads(answer)
    return result


def serve(order: dict[str, Any], clock: SharedClock) -> dict[str, Any]:
    """Start the service in a process of its own; return its number and port once it answers."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        points = Points(order["deadly"])
        service = app.service(Path(order["data"]), clock, face_required=False, database=order["database"])
        _make_deadly(points)

        def ready(port: int) -> None:
            os.write(writing, str(port).encode())
            os.close(writing)

        run(service, port=order["port"], ready=ready)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        return {"process": child, "port": int(told.read())}


def _make_deadly(points: Points) -> None:
    begin = SqlStore.begin

    @contextmanager
    def deadly(store: SqlStore) -> Iterator[SqlRecords]:
        with begin(store) as records:
            yield records
        points()

    SqlStore.begin = deadly  # type: ignore[method-assign, assignment]


def stop(order: dict[str, Any], _clock: SharedClock) -> dict[str, Any]:
    """End the service, if it still is; return whether it had died before.

    Its connections are closed a moment before it can be waited for, so that is no way to tell. Who is dying of one
    signal does not die of another.
    """
    os.kill(order["process"], signal.SIGUSR1)
    _, status = os.waitpid(order["process"], 0)
    return {"died": os.WTERMSIG(status) == signal.SIGKILL}


TERMINALS: dict[str, Callable[[dict[str, Any], SharedClock, Points], str]] = {"phone": phone, "kiosk": kiosk}
ORDERS: dict[str, Callable[[dict[str, Any], SharedClock], dict[str, Any]]] = {
    "walk": walk,
    "serve": serve,
    "stop": stop,
}


def main() -> None:
    """Carry out one order after the other until there are no more."""
    clock = SharedClock(Path(sys.argv[1]))
    with TemporaryDirectory() as nowhere:
        # Whatever a service loads late is loaded once, here, and not in each of those to come.
        app.service(Path(nowhere), clock, face_required=False)
    services: set[int] = set()
    try:
        for line in sys.stdin:
            order = json.loads(line)
            answer = ORDERS[order["do"]](order, clock)
            services = (services | {answer.get("process", 0)}) - {0, order.get("process", 0)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        for process in services:
            os.kill(process, signal.SIGKILL)


if __name__ == "__main__":
    main()
