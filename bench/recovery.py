"""Where the time of one whole recovery goes: card, crypto, SQL, HTTP, and what is left.

    python bench/recovery.py [--rounds N] [--json] [--write docs/benchmarks.md]

Service and terminals run in one process over real HTTP on loopback, the card in memory. The limits in the same run:
the RSA operations alone (bare `cryptography`), and the same number of durable SQLite transactions (bare `sqlite3`).
"""

import argparse
import copy
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
from _page import table, write
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.card.meter import Meter
from kaijo.clock import ManualClock, parse_time
from kaijo.facts.pins import PinKind
from kaijo.service.api import create_app
from kaijo.service.server import serving
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.persons import identity, person

KIND, PERSON, NEW = PinKind.SIGNATURE, "signature-locked", "BENCH2027"
NIGHT = parse_time("2027-03-15T21:40")
VERIFICATIONS, SIGNATURES, TRANSACTIONS = 2, 2, 12


class Stopwatch:
    """Milliseconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.spent[name] += (time.perf_counter() - began) * 1000

    def around(self, name: str, target: Any) -> Any:
        """Return `target` with every method timed under `name`."""
        watch = self

        class Timed:
            def __getattr__(self, attribute: str) -> Callable[..., Any]:
                method = getattr(target, attribute)

                def timed(*arguments: Any, **options: Any) -> Any:
                    with watch.timing(name):
                        return method(*arguments, **options)

                return timed

        return Timed()


class TimedStore:
    """The store, with the time in every statement, begin and commit."""

    def __init__(self, inner: Any, watch: Stopwatch) -> None:
        self._inner, self._watch = inner, watch

    def begin(self) -> AbstractContextManager[Any]:
        return self._timed(self._inner.begin())

    def look(self) -> AbstractContextManager[Any]:
        return self._timed(self._inner.look())

    @contextmanager
    def _timed(self, transaction: AbstractContextManager[Any]) -> Iterator[Any]:
        with ExitStack() as stack:
            with self._watch.timing("sql"):
                records = stack.enter_context(transaction)
            yield self._watch.around("sql", records)
            with self._watch.timing("sql"):
                stack.close()


class TimedService:
    """ASGI around the service: the time inside it, to be taken from the time of the call."""

    def __init__(self, inner: Any, watch: Stopwatch) -> None:
        self._inner, self._watch = inner, watch

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        with self._watch.timing("service"):
            await self._inner(scope, receive, send)


class TimedTransport(httpx2.HTTPTransport):
    """The terminals' way to the service, timed."""

    def __init__(self, watch: Stopwatch) -> None:
        super().__init__()
        self._watch = watch

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with self._watch.timing("call"):
            response = super().handle_request(request)
            response.read()
            return response


def walk(card: Meter, client: ServiceClient, clock: ManualClock, pins: dict[PinKind, str]) -> None:
    phone = Phone(Guard(card, clock), client, clock)
    shown = phone.look(KIND)
    phone.reserve(KIND, pins[PinKind.AUTHENTICATION], shown=shown)
    card.power_cycle()
    kiosk = Kiosk(Guard(card, clock), client, clock, name="bench")
    visit = kiosk.open()
    kiosk.reset(visit, pins[PinKind.AUTHENTICATION], NEW, NEW)
    card.power_cycle()


def measure(rounds: int, folder: Path) -> dict[str, float]:
    clock, watch = ManualClock(NIGHT), Stopwatch()
    desk = app.desk(folder / "service", clock, face_required=False)
    desk = replace(
        desk,
        store=TimedStore(desk.store, watch),
        trust=watch.around("crypto", desk.trust),
        keys=watch.around("crypto", desk.keys),
    )
    image = app.practice_issuer(clock).issue(person(PERSON), NIGHT)
    pins = dict(identity(person(PERSON), NIGHT).pins)
    totals: list[float] = []
    cards: list[float] = []
    service = TimedService(create_app(desk=desk, practice=True), watch)
    way = httpx2.Client(transport=TimedTransport(watch))
    with serving(service) as url, ServiceClient(url, client=way) as client:
        for number in range(rounds + 1):
            card = Meter(VirtualCard(copy.deepcopy(image), place="bench"))
            began = time.perf_counter()
            walk(card, client, clock, pins)
            if number == 0:
                watch.spent.clear()  # the first round loads keys and libraries
                continue
            totals.append((time.perf_counter() - began) * 1000)
            cards.append(card.milliseconds)
    mean = {name: value / rounds for name, value in watch.spent.items()}
    total, card_time = statistics.mean(totals), statistics.mean(cards)
    http = mean["call"] - mean["service"]
    return {
        "total": total,
        "card": card_time,
        "crypto": mean["crypto"],
        "sql": mean["sql"],
        "http": http,
        "service code": mean["service"] - mean["crypto"] - mean["sql"],
        "terminal code": total - card_time - mean["call"],
    }


def bare_crypto(rounds: int) -> float:
    key = generate_private_key(65537, 2048)
    signature = key.sign(b"x", PKCS1v15(), SHA256())
    began = time.perf_counter()
    for _ in range(rounds):
        for _ in range(SIGNATURES):
            key.sign(b"x", PKCS1v15(), SHA256())
        for _ in range(VERIFICATIONS):
            key.public_key().verify(signature, b"x", PKCS1v15(), SHA256())
    return (time.perf_counter() - began) * 1000 / rounds


def bare_sql(rounds: int, folder: Path) -> float:
    database = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"pragma {setting}")
    database.execute("create table rows (a text primary key, b text)")
    began = time.perf_counter()
    for number in range(rounds * TRANSACTIONS):
        database.execute("begin immediate")
        database.execute("insert into rows values (?, ?)", (str(number), "x" * 200))
        database.execute("commit")
    spent = (time.perf_counter() - began) * 1000 / rounds
    database.close()
    return spent


def page_part(parts: dict[str, float], limits: dict[str, float]) -> str:
    """Return parts and limits as Markdown."""
    total = parts["total"]
    spent = table(["part", "ms", "share"], [[name, f"{ms:.1f}", f"{ms / total:.0%}"] for name, ms in parts.items()])
    bare = table(
        ["limit", "ms", "whole recovery, ratio"],
        [[name, f"{ms:.1f}", f"{total / ms:.1f}"] for name, ms in limits.items()],
    )
    return f"{spent}\n\n{bare}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["KAIJO_HOME"] = name
        parts = measure(chosen.rounds, folder)
        limits = {"bare crypto": bare_crypto(chosen.rounds), "bare sql": bare_sql(chosen.rounds, folder)}
    if chosen.write:
        write(chosen.write, "recovery", page_part(parts, limits))
    if chosen.json:
        print(json.dumps({"milliseconds": parts, "limits": limits}, indent=2))
        return
    for part, spent in parts.items():
        print(f"{part:14} {spent:8.2f} ms  {spent / parts['total']:6.1%}")
    for limit, spent in limits.items():
        print(f"{limit:14} {spent:8.2f} ms  {parts['total'] / spent:6.1f} times as long is the whole recovery")


if __name__ == "__main__":
    main()
