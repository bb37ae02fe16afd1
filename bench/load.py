"""Reservations and whole kiosk sessions a second, on both engines, beside what their cryptography and SQL alone allow.

    python bench/load.py [--walks N] [--at-once N] [--processes N] [--engine sqlite|postgresql] [--json]
                         [--write docs/benchmarks.md] [--flame docs/flame]

The service answers over HTTP on loopback; the phones and kiosks, with their cards in memory, are threads of this
process and share the machine's processors with it. Every card walks once. The limit is measured in the same run: the
RSA verifications alone (bare `cryptography`) and the statements that the store made, in a bare loop of the bare driver,
one after the other, nobody else at work. Where the service's time goes is asked of one process afterwards, with other
cards, since the asking costs some of it; `--flame` keeps that as a graph.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from queue import Queue
from typing import Any

from _flame import Samples, flame, sampling, shares
from _page import table, write
from _postgres import postgres
from _replay import Recording, replay
from _serving import Serving, fleet, processor, server_processes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.clock import ManualClock, parse_time
from kaijo.facts.pins import PinKind
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
ENGINES = {"sqlite": 1, "postgresql": 2}
"""How many processes serve: more of them stand in line for one file."""
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
Figures = dict[str, dict[str, float]]


def holders(number: int) -> list[Holder]:
    """Return so many holders, each with a card of its own."""
    issuer = app.practice_issuer(CLOCK)
    who = person(PERSON)
    proof = dict(identity(who, NIGHT).pins)[PinKind.AUTHENTICATION]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images = list(pool.map(lambda _: issuer.issue(who, NIGHT), range(number)))
    return [Holder(VirtualCard(image, place="bench"), proof) for image in images]


class Counted:
    """The trust port, with the certificates counted that it has not seen before: the others take no verification."""

    def __init__(self, inner: Trust) -> None:
        self._inner = inner
        self.seen: set[tuple[bytes, PinKind]] = set()
        self.demand_lists = inner.demand_lists
        self.key_of = inner.key_of

    def check(self, certificate: bytes, kind: PinKind, at: datetime) -> TrustedCertificate:
        self.seen.add((certificate, kind))
        return self._inner.check(certificate, kind, at)


def record(holder: Holder, database: str, folder: Path) -> tuple[Recording, dict[str, int]]:
    """Let one holder walk; return what the store was told, and how many RSA verifications each half took."""
    recording = Recording()
    app.upgrade_database(folder, database)
    desk = app.desk(folder, CLOCK, face_required=False, database=database)
    trust = Counted(desk.trust)
    with desk.store.look() as records:
        records.count_failed_channels("")  # the first to ask also asks whether the table is there
    recording.listen()
    verified: dict[str, int] = {}
    with (
        serving(create_app(desk=replace(desk, trust=trust, limited=False), practice=True)) as url,
        ServiceClient(url) as client,
    ):
        for name, half in holder.halves().items():
            before = len(trust.seen)
            with recording.part(name):
                half(client)
            verified[name] = (len(trust.seen) - before) * CHECKED + 1
    desk.store.close()  # type: ignore[attr-defined]
    return recording, verified


def limits(holder: Holder, database: str, folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Return for each half: transactions, statements, verifications, and the milliseconds that these alone take."""
    recording, verified = record(holder, database, folder)
    alone = replay(recording, database, rounds)
    taken = replay(recording, database, rounds, first=rounds, watch=time.process_time)
    one = verification(rounds * 10)
    return {
        name: {
            "transactions": recording.transactions(name),
            "looks": recording.looks(name),
            "statements": recording.statements(name),
            "verifications": verified[name],
            "sql": alone[name],
            "crypto": verified[name] * one,
            "bare": taken[name] + verified[name] * one,
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


class Crowd:
    """So many at a time, each with a connection of its own to one of the service processes."""

    def __init__(self, serving: Sequence[Serving], at_once: int) -> None:
        self._ways = [Waits(serving[number % len(serving)].url) for number in range(at_once)]
        self._free: Queue[Waits] = Queue()
        for way in self._ways:
            self._free.put(way)

    def go(self, everybody: Sequence[Holder], name: str) -> list[float]:
        """Let everybody go through one half; return how many milliseconds each waited for the service."""
        with ThreadPoolExecutor(len(self._ways)) as pool:
            return list(pool.map(self._act, everybody, [name] * len(everybody)))

    def warm(self, everybody: Sequence[Holder]) -> None:
        """Let them go through both halves: afterwards nothing has to be loaded or connected any more."""
        for name in PARTS:
            self.go(everybody, name)

    def close(self) -> None:
        for way in self._ways:
            way.client.close()

    def _act(self, holder: Holder, name: str) -> float:
        way = self._free.get()
        way.spent = 0.0
        try:
            holder.halves()[name](way.client)
        finally:
            self._free.put(way)
        return way.spent * 1000


def load(serving: Sequence[Serving], database: str, crowd: Crowd, everybody: Sequence[Holder]) -> Figures:
    """Let all holders reserve and then all of them reset.

    Return for each half rate, waiting times and the processor's milliseconds of service, database and clients.
    """

    def so_far() -> tuple[float, ...]:
        of = (one.process for one in serving)
        return time.perf_counter(), processor(*of), processor(*server_processes(database)), time.process_time()

    figures: Figures = {}
    for name in PARTS:
        begun = so_far()
        waits = crowd.go(everybody, name)
        seconds, service, server, clients = (after - before for before, after in zip(begun, so_far(), strict=True))
        cuts, number = statistics.quantiles(waits, n=100), len(waits)
        figures[name] = {
            "per_second": number / seconds,
            "p50": cuts[49],
            "p99": cuts[98],
            "service": service / number,
            "server": server / number,
            "clients": clients * 1000 / number,
        }
    return figures


def measure(engine: str, *, walks: int, at_once: int, processes: int, profile: int) -> tuple[Figures, Samples]:
    """Return the figures of one engine: for each half, what was reached, what alone is needed, and the ratio.

    With them come samples of where one process spends its time, over `profile` further walks.
    """
    samples: Samples = Samples()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["KAIJO_HOME"] = str(folder)
        address = stack.enter_context(postgres()) if engine == "postgresql" else str(folder / "load.sqlite3")
        data = app.make_folder(folder / "service")
        first, *everybody = holders(1 + walks + profile + at_once * (2 if profile else 1))
        bare = limits(first, address, data, max(walks // 2, 20))
        warming, everybody = everybody[:at_once], everybody[at_once:]
        with fleet(processes, data=data, database=address, clock=START) as serving:
            crowd = Crowd(serving, at_once)
            crowd.warm(warming)
            reached = load(serving, address, crowd, everybody[:walks])
            crowd.close()
        if profile:
            with fleet(1, data=data, database=address, clock=START) as (one,):
                crowd = Crowd([one], at_once)
                crowd.warm(everybody[walks : walks + at_once])
                with sampling(one.process, samples):
                    for name in PARTS:
                        crowd.go(everybody[walks + at_once :], name)
                crowd.close()
    figures = {name: {**reached[name], **bare[name], "ratio": _ratio(reached[name], bare[name])} for name in PARTS}
    return figures, samples


def _ratio(reached: dict[str, float], bare: dict[str, float]) -> float:
    return reached["per_second"] * (bare["sql"] + bare["crypto"]) / 1000


def page_part(figures: dict[str, Figures], parts: dict[str, dict[str, float]], processes: dict[str, int]) -> str:
    """Return the figures as Markdown."""
    rates, times, counts = [], [], []
    for engine, halves in figures.items():
        for name, one in halves.items():
            which, alone = f"{engine}: {name}", one["sql"] + one["crypto"]
            rates.append(
                [
                    which,
                    *(f"{one['per_second']:.0f}", f"{one['p50']:.0f}", f"{one['p99']:.0f}"),
                    *(f"{1000 / alone:.0f}", f"{one['ratio']:.2f}", f"{one['sql']:.2f}", f"{one['crypto']:.2f}"),
                ]
            )
            sides = (one[side] for side in ("service", "server", "clients"))
            times.append([which, *(f"{side:.1f}" for side in sides), f"{one['bare']:.1f}"])
            counts.append(
                [
                    which,
                    *(f"{one['transactions']:.0f}", f"{one['looks']:.0f}"),
                    *(f"{one['statements']:.0f}", f"{one['verifications']:.0f}"),
                ]
            )
    served = ", ".join(f"{engine}: {number}" for engine, number in processes.items())
    head = ["", "a second", "p50, ms", "p99, ms", "limit, a second", "ratio", "SQL alone, ms", "RSA alone, ms"]
    tables = [
        table(head, rates),
        f"Service processes: {served}. What each of these takes of a processor, and what the limit takes of one:",
        table(["processor ms", "service", "database server", "clients and cards", "the limit's client"], times),
        table(["", "transactions", "of them only reading", "statements", "RSA verifications"], counts),
    ]
    if all(parts.values()):
        names = dict.fromkeys(name for of in parts.values() for name in of)
        rows = [[name, *(f"{of.get(name, 0):.0%}" for of in parts.values())] for name in names]
        tables += [
            "Where the processor time of one service process goes; waiting, for whatever, is left out:",
            table(["share", *parts], rows),
        ]
    return "\n\n".join(tables)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--walks", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--processes", type=int, help="of the service; as many as help, if not said")
    parser.add_argument("--engine", choices=tuple(ENGINES))
    parser.add_argument("--flame", type=Path, metavar="FOLDER", help="put flame graphs there")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    chosen = parser.parse_args()
    figures, parts, processes = {}, {}, {}
    for engine in (chosen.engine,) if chosen.engine else ENGINES:
        processes[engine] = chosen.processes or ENGINES[engine]
        figures[engine], samples = measure(
            engine,
            walks=chosen.walks,
            at_once=chosen.at_once,
            processes=processes[engine],
            profile=chosen.walks // 2 if chosen.write or chosen.flame else 0,
        )
        parts[engine] = shares(samples)
        if chosen.flame:
            chosen.flame.mkdir(exist_ok=True)
            (chosen.flame / f"service-{engine}.svg").write_text(flame(samples, f"service on {engine}"), "utf-8")
    said = page_part(figures, parts, processes)
    if chosen.write:
        write(chosen.write, "load", said)
    print(json.dumps(figures, indent=2) if chosen.json else said)


if __name__ == "__main__":
    main()
