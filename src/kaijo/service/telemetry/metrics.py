"""The figures of a service for Prometheus. Every label has a closed set of values, and none tells of a person or card.

What was done is counted from the audit trail's own entries once they are on the disk, so figures and trail agree.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from kaijo import __version__
from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.reset.audit import Entry, Tag
from kaijo.reset.records import TerminalSession
from kaijo.reset.states import SessionState
from kaijo.words import catalogue

_REQUEST_BUCKETS: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_VISIT_BUCKETS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 180, 300)
_KEY_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1)
_REACHED: Final = {SessionState.GRANTED: "granted", SessionState.COMPLETED: "completed"}
_ACTS: Final = tuple(tag for tag in Tag if tag is not Tag.REFUSED)  # refusals are counted by their code
_STORE_TROUBLES: Final = ("store.busy", "store.unsure", "store.unwritable", "store.damaged")
_KEY_USES: Final = ("session-keys", "receipt-mac")
_KEY_TROUBLES: Final = ("keys.no-master", "keys.unknown-version", "keys.token-trouble", "other")
_FACE_REFUSALS: Final = frozenset(code for code in catalogue() if code.startswith("face."))


class Metrics:
    """One process's figures, in a registry of their own."""

    def __init__(self, clock: Clock) -> None:
        self.registry: Final = CollectorRegistry()
        self._clock = clock
        mine = self.registry
        Gauge("kaijo_build_info", "Version of the service", ["version"], registry=mine).labels(__version__).set(1)
        self._requests = Counter("kaijo_requests", "Requests answered", ["method", "route", "status"], registry=mine)
        self._seconds = Histogram(
            "kaijo_request_seconds", "Time to answer a request", ["route"], buckets=_REQUEST_BUCKETS, registry=mine
        )
        self.in_flight: Final = Gauge("kaijo_requests_in_flight", "Requests being answered", registry=mine)
        self._refusals = Counter(
            "kaijo_refusals", "Requests answered with an error, by its code", ["code"], registry=mine
        )
        self._acts = Counter("kaijo_acts", "Acts written to the audit trail", ["tag"], registry=mine)
        self._faces = Counter("kaijo_face_decisions", "Decided face checks", ["outcome"], registry=mine)
        self._visits = Histogram(
            "kaijo_session_seconds",
            "Time from opening a session until the card has the permission, and until its receipt came in",
            ["place", "reached"],
            buckets=_VISIT_BUCKETS,
            registry=mine,
        )
        self._store = Histogram(
            "kaijo_store_seconds",
            "Transactions, by how they ended",
            ["outcome"],
            buckets=_REQUEST_BUCKETS,
            registry=mine,
        )
        self._keys = Histogram(
            "kaijo_key_seconds",
            "Uses of the administration keys",
            ["operation", "outcome"],
            buckets=_KEY_BUCKETS,
            registry=mine,
        )
        # Prometheus sees no increase in a series that begins with its first trouble: all are there from the start.
        for tag in _ACTS:
            self._acts.labels(tag.value)
        for outcome in ("done", "undone", *_STORE_TROUBLES):
            self._store.labels(outcome)
        for operation, outcome in product(_KEY_USES, ("done", *_KEY_TROUBLES)):
            self._keys.labels(operation, outcome)

    def answered(self, method: str, route: str, status: int, seconds: float, code: str | None) -> None:
        """Count an answered request; `code` is that of the error it was answered with."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if code is not None:
            self._refusals.labels(code if code in catalogue() else "other").inc()

    def wrote(self, entry: Entry) -> None:
        """Count an act that is on the disk, with its row of the trail."""
        if entry.tag in _ACTS:
            self._acts.labels(entry.tag.value).inc()
        if entry.tag is Tag.FACE_PASSED:
            self._faces.labels("passed").inc()
        elif entry.tag is Tag.FACE_REFUSED:
            code = entry.attributes.get("code", "")
            self._faces.labels(code if code in _FACE_REFUSALS else "other").inc()

    def moved(self, session: TerminalSession) -> None:
        """Note how long a session took that came this far."""
        if session.state in _REACHED:
            seconds = (self._clock.now() - session.opened_at).total_seconds()
            self._visits.labels(session.place.value, _REACHED[session.state]).observe(max(seconds, 0))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Time a transaction: `done`, `undone` when the rules said no in it, or the code of the store's trouble."""
        began = time.perf_counter()
        outcome = "undone"
        try:
            yield
            outcome = "done"
        except ServiceTrouble as trouble:
            outcome = trouble.code if trouble.code in _STORE_TROUBLES else outcome
            raise
        finally:
            self._store.labels(outcome).observe(time.perf_counter() - began)

    @contextmanager
    def key_use(self, operation: str) -> Iterator[None]:
        """Time a use of the administration keys: `done`, or the code of what went wrong."""
        began = time.perf_counter()
        outcome = "other"
        try:
            yield
            outcome = "done"
        except ServiceTrouble as trouble:
            outcome = trouble.code if trouble.code in _KEY_TROUBLES else outcome
            raise
        finally:
            self._keys.labels(operation, outcome).observe(time.perf_counter() - began)
