"""Reservations and whole kiosk sessions a second, on both engines, beside what their cryptography and SQL alone allow.

    python bench/load.py [--walks N] [--at-once N] [--engine sqlite|postgresql] [--json] [--write docs/benchmarks.md]
    python bench/load.py --profile FILE.svg     (where the service's time goes, as a flame graph)

One service process answers over HTTP on loopback; the phones and kiosks, with their cards in memory, are threads of
this process and share the machine's processors with it. The limit is measured in the same run: the RSA verifications
alone (bare `cryptography`) and the statements that the store made, in a bare loop of the bare driver, one after the
other, nobody else at work.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from _page import table, write
from _postgres import postgres
from _replay import Recording, replay
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.clock import ManualClock, parse_time
from kaijo.facts.pins import PinKind
from kaijo.processes import free_port, service_process
from kaijo.reset.ports import Trust, TrustedCertificate
from kaijo.service.api import create_app
from kaijo.service.server import serving
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.persons import identity, person

KIND, PERSON, NEW = PinKind.SIGNATURE, "signature-locked", "BENCH2027"
START = "2027-03-15T12:00"
NIGHT = parse_time(START)
PARTS = ("reservation", "kiosk session")
CHECKED = 2  # a certificate's signature and its revocation list's


@dataclass
class Holder:
    """A card, its PINs, and how long the service let it wait."""

    card: VirtualCard
    proof: str

    def reserve(self, client: ServiceClient) -> None:
        """Go through the phone's half."""
        phone = Phone(Guard(self.card, CLOCK), client, CLOCK)
        phone.reserve(KIND, self.proof, shown=phone.look(KIND))
        self.card.power_cycle()

    def visit(self, client: ServiceClient) -> None:
        """Go through the kiosk's half."""
        kiosk = Kiosk(Guard(self.card, CLOCK), client, CLOCK, name="bench")
        kiosk.reset(kiosk.open(), self.proof, NEW, NEW)
        self.card.power_cycle()

    def halves(self) -> dict[str, Callable[[ServiceClient], None]]:
        """Return both by name."""
        return dict(zip(PARTS, (self.reserve, self.visit), strict=True))


CLOCK = ManualClock(NIGHT)


def holders(number: int) -> list[Holder]:
    """Return so many holders, each with a card of its own."""
    issuer = app.practice_issuer(CLOCK)
    who = person(PERSON)
    proof = dict(identity(who, NIGHT).pins)[PinKind.AUTHENTICATION]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images = list(pool.map(lambda _: issuer.issue(who, NIGHT), range(number)))
    return [Holder(VirtualCard(image, place="bench"), proof) for image in images]


class Counted:
    """The trust port, with its checks counted."""

    def __init__(self, inner: Trust) -> None:
        self._inner, self.calls = inner, 0
        self.demand_lists = inner.demand_lists
        self.key_of = inner.key_of

    def check(self, certificate: bytes, kind: PinKind, at: datetime) -> TrustedCertificate:
        self.calls += 1
        return self._inner.check(certificate, kind, at)


def record(holder: Holder, database: str, folder: Path) -> tuple[Recording, dict[str, int]]:
    """Let one holder walk; return what the store was told, and how many RSA verifications each half took."""
    recording = Recording()
    app.upgrade_database(folder, database)
    desk = app.desk(folder, CLOCK, face_required=False, database=database)
    trust = Counted(desk.trust)
    recording.listen()
    verified: dict[str, int] = {}
    with serving(create_app(desk=replace(desk, trust=trust), practice=True)) as url, ServiceClient(url) as client:
        for name, half in holder.halves().items():
            before = trust.calls
            with recording.part(name):
                half(client)
            verified[name] = (trust.calls - before) * CHECKED + 1
    desk.store.close()  # type: ignore[attr-defined]
    return recording, verified


def limits(holder: Holder, database: str, folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Return for each half: transactions, statements, verifications, and the milliseconds that these alone take."""
    recording, verified = record(holder, database, folder)
    alone = replay(recording, database, rounds)
    one = verification(rounds * 10)
    return {
        name: {
            "transactions": recording.transactions(name),
            "statements": recording.statements(name),
            "verifications": verified[name],
            "sql": alone[name],
            "crypto": verified[name] * one,
        }
        for name in PARTS
    }


def verification(rounds: int) -> float:
    """Return the milliseconds of one RSA-2048 verification."""
    key = generate_private_key(65537, 2048)
    signature, public = key.sign(b"x", PKCS1v15(), SHA256()), key.public_key()
    began = time.perf_counter()
    for _ in range(rounds):
        public.verify(signature, b"x", PKCS1v15(), SHA256())
    return (time.perf_counter() - began) * 1000 / rounds


class Waits:
    """A client's way to the service that notes how long each act waited for it."""

    def __init__(self, url: str) -> None:
        self.client = ServiceClient(url)
        self.spent = 0.0
        send = self.client._call  # noqa: SLF001 -- every call goes through it

        def timed(*arguments: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return send(*arguments, **options)
            finally:
                self.spent += time.perf_counter() - began

        self.client._call = timed  # type: ignore[method-assign] # noqa: SLF001


def load(url: str, everybody: Sequence[Holder], walks: int) -> dict[str, dict[str, float]]:
    """Let all holders reserve and then reset at once, again and again; return rate and waiting times of each half."""
    figures: dict[str, dict[str, float]] = {}
    waits: dict[str, list[float]] = {name: [] for name in PARTS}
    elapsed = dict.fromkeys(PARTS, 0.0)
    gate = threading.Lock()

    def act(holder: Holder, way: Waits, name: str) -> None:
        way.spent = 0.0
        holder.halves()[name](way.client)
        with gate:
            waits[name].append(way.spent * 1000)

    ways = [Waits(url) for _ in everybody]
    with ThreadPoolExecutor(len(everybody)) as pool:
        for turn in range(walks // len(everybody) + 1):
            for name in PARTS:
                began = time.perf_counter()
                list(pool.map(act, everybody, ways, [name] * len(everybody)))
                if turn == 0:  # libraries and connections are new
                    waits[name].clear()
                    continue
                elapsed[name] += time.perf_counter() - began
    for way in ways:
        way.client.close()
    for name in PARTS:
        cuts = statistics.quantiles(waits[name], n=100)
        figures[name] = {"per_second": len(waits[name]) / elapsed[name], "p50": cuts[49], "p99": cuts[98]}
    return figures


@contextmanager
def service(folder: Path, database: str, profile: Path | None) -> Iterator[str]:
    """Run the service on `database`, with a profiler on it where one is asked for."""
    port = free_port()
    with (
        service_process(
            data=folder, clock=START, port=port, database=database, environment={"KAIJO_LIMITS": "off"}
        ) as url,
        ExitStack() as stack,
    ):
        if profile is not None:
            stack.enter_context(_profiler(port, profile))
        yield url


@contextmanager
def _profiler(port: int, profile: Path) -> Iterator[None]:
    found = subprocess.run(["pgrep", "-f", f"kaijo serve --port {port}"], check=True, capture_output=True, text=True)
    spy = [str(Path(sys.executable).with_name("py-spy")), "record", "--output", str(profile), "--pid"]
    watching = subprocess.Popen([*spy, found.stdout.split()[0]], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        watching.send_signal(2)
        watching.wait(60)


def measure(engine: str, *, walks: int, at_once: int, profile: Path | None) -> dict[str, dict[str, float]]:
    """Return the figures of one engine: for each half, what was reached, what alone is needed, and the ratio."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["KAIJO_HOME"] = str(folder)
        address = stack.enter_context(postgres()) if engine == "postgresql" else str(folder / "load.sqlite3")
        everybody = holders(at_once + 1)
        bare = limits(everybody.pop(), address, app.make_folder(folder / "service"), walks // 4)
        with service(folder / "service", address, profile) as url:
            reached = load(url, everybody, walks)
    return {name: {**reached[name], **bare[name], "ratio": _ratio(reached[name], bare[name])} for name in PARTS}


def _ratio(reached: dict[str, float], bare: dict[str, float]) -> float:
    return reached["per_second"] * (bare["sql"] + bare["crypto"]) / 1000


def page_part(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the figures as Markdown."""
    head = ["", "a second", "p50, ms", "p99, ms", "limit, a second", "ratio", "SQL alone, ms", "RSA alone, ms"]
    rows, counts = [], []
    for engine, halves in figures.items():
        for name, one in halves.items():
            limit = 1000 / (one["sql"] + one["crypto"])
            rows.append(
                [
                    f"{engine}: {name}",
                    *(f"{one['per_second']:.0f}", f"{one['p50']:.0f}", f"{one['p99']:.0f}"),
                    *(f"{limit:.0f}", f"{one['ratio']:.2f}", f"{one['sql']:.2f}", f"{one['crypto']:.2f}"),
                ]
            )
            counts.append(
                f"{engine}, {name}: {one['transactions']:.0f} transactions, {one['statements']:.0f} statements, "
                f"{one['verifications']:.0f} RSA verifications"
            )
    return f"{table(head, rows)}\n\n{'; '.join(counts)}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument("--profile", type=Path, metavar="FILE.svg")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    chosen = parser.parse_args()
    engines = (chosen.engine,) if chosen.engine else ("sqlite", "postgresql")
    figures = {
        engine: measure(engine, walks=chosen.walks, at_once=chosen.at_once, profile=chosen.profile)
        for engine in engines
    }
    if chosen.write:
        write(chosen.write, "load", page_part(figures))
    print(json.dumps(figures, indent=2) if chosen.json else page_part(figures))


if __name__ == "__main__":
    main()
