"""The same virtual card in the real PC/SC daemon, asked the same by Kaijo and by OpenSC, counted outside both.

    python bench/side_by_side.py [--rounds N] [--write docs/benchmarks.md] [--json]

Round trips first, then whole processes on a card whose answers take as long as over a 106 kbit/s link. Needs root or a
running PC/SC daemon, vsmartcard-vpcd and OpenSC; takes turns with the tests through their lock.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from _daemon import READER, virtual_reader
from _page import table, write
from _programs import Program, Run, compiled, run
from _relay import Relay, relay

from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.clock import SystemClock
from kaijo.doctor.counters import every_counter
from kaijo.facts.pins import PinKind
from kaijo.readers.pcsc import open_reader
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.cardfile import create, open_card
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person
from kaijo.virtualcard.timing import TimedLink
from kaijo.virtualcard.vpcd import PORT, insert

AUTHENTICATION = PinKind.AUTHENTICATION
KAIJO = str(Path(sys.executable).with_name("kaijo"))
BARE = "python -c pass"
LIST_PINS = ("pkcs15-tool", "--list-pins")
READ_CERTIFICATE = ("pkcs15-tool", "--read-certificate", "01")
WITHOUT_CERTIFICATE = 37  # bytes of the three commands and answers that bring a certificate, itself not counted


class Card:
    """A card for the virtual reader whose answers take their time on the air when `slow`."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card
        self._air = TimedLink(card, sleep=time.sleep)
        self.slow = False

    @property
    def atr(self) -> bytes:
        return self._card.atr

    def transmit(self, command: bytes) -> bytes:
        return (self._air if self.slow else self._card).transmit(command)

    def power_on(self) -> None:
        self._card.power_on()

    def power_off(self) -> None:
        self._card.power_off()

    def reset(self) -> None:
        self._card.reset()


@dataclass(frozen=True)
class Place:
    """Where everything happens: the card in the reader, its relay, its holder's PIN, and a folder for files."""

    card: Card
    relay: Relay
    pin: str
    folder: Path


@contextmanager
def laid_out() -> Iterator[Place]:
    clock = SystemClock()
    now = clock.now()
    with tempfile.TemporaryDirectory() as name, virtual_reader(), relay(PORT) as counting:
        folder = Path(name)
        create(folder / "card", Issuer.open(folder / "issuer", clock).issue(person("fresh"), now))
        (folder / "jpki.conf").write_text("app default { card_drivers = jpki; }\n")
        (folder / "message").write_text("practice")
        (folder / "digest").write_bytes(bytes(32))
        virtual = open_card(folder / "card")
        card = Card(virtual)
        try:
            with insert(card, port=counting.port):
                yield Place(card, counting, identity(person("fresh"), now).pins[AUTHENTICATION], folder)
        finally:
            virtual.close()


def tries(guard: Guard, _pin: str) -> None:
    guard.tries(AUTHENTICATION)
    guard.tries(PinKind.SIGNATURE)


def counters(guard: Guard, _pin: str) -> None:
    assert None not in every_counter(guard).values()


def certificate(guard: Guard, _pin: str) -> None:
    JpkiSession(guard).certificate(AUTHENTICATION)


def signature(guard: Guard, pin: str) -> None:
    jpki = JpkiSession(guard)
    shown = guard.tries(AUTHENTICATION)  # what a person would see before typing; the guard asks again
    guard.verify(AUTHENTICATION, pin, shown=shown)
    jpki.sign_message(AUTHENTICATION, b"practice")


def counted(act: Callable[[Guard, str], None], place: Place) -> tuple[int, int]:
    guard = Guard(open_reader(READER), SystemClock())
    place.relay.take()
    try:
        act(guard, place.pin)
    finally:
        guard.close()
    passed = place.relay.take()
    return passed.apdus, passed.bytes


def programs(place: Place) -> dict[str, Program]:
    """Return what OpenSC is asked, by operation."""
    message, digest, signed = (str(place.folder / name) for name in ("message", "digest", "signed"))
    label = "JPKI (User Authentication PIN)"
    return {
        "tries": Program("list-pins", LIST_PINS),
        "certificate": Program("read-certificate", READ_CERTIFICATE),
        "signature": Program(
            "pkcs15-crypt",
            (
                *("pkcs15-crypt", "--sign", "--key", "01", "--sha-256", "--pkcs1", "--pin", place.pin),
                *("--input", digest, "--output", signed),
            ),
        ),
        "signature, PKCS#11": Program(
            "pkcs11-tool",
            (
                *("pkcs11-tool", "--token-label", label, "--login", "--pin", place.pin, "--sign", "--id", "01"),
                *("--mechanism", "SHA256-RSA-PKCS", "--input-file", message, "--output-file", signed),
            ),
        ),
    }


def round_trips(place: Place) -> dict[str, dict[str, tuple[int, int]]]:
    """Return APDUs and bytes by operation and by who asked; `minimum` is computed."""
    acts = {"tries": tries, "counters": counters, "certificate": certificate, "signature": signature}
    ours = {name: counted(act, place) for name, act in acts.items()}
    size = ours["certificate"][1] - WITHOUT_CERTIFICATE
    minimum = {
        "tries": (3, 29),
        "counters": (15, 145),
        "certificate": (3, WITHOUT_CERTIFICATE + size),
        "signature": (4, 349),
    }
    found = {name: {"minimum": minimum[name], "Kaijo": numbers} for name, numbers in ours.items()}
    alone = {"OPENSC_CONF": str(place.folder / "jpki.conf")}
    for name, program in programs(place).items():
        for who, environment in (("OpenSC", {}), ("OpenSC, one driver", alone)):
            passed = run(program, place.relay, environment).dialogue
            found.setdefault(name, {})[who] = (passed.apdus, passed.bytes)
    return found


def processes(place: Place, rounds: int) -> dict[str, list[Run]]:
    """Return the runs of each whole process on the slow card."""
    place.card.slow = True
    asked = (
        Program(BARE, (sys.executable, "-c", "pass")),
        Program("kaijo check", (KAIJO, "check", "--reader", READER), " / [0-9]", 4),
        Program("kaijo check --json", (KAIJO, "check", "--reader", READER, "--json")),
        Program("pkcs15-tool --list-pins", LIST_PINS, "Tries left", 2),
        Program("pkcs15-tool --list-pins --read-certificate 01", (*LIST_PINS, *READ_CERTIFICATE[1:])),
    )
    python = compiled(place.folder)
    for program in asked:
        run(program, place.relay, python)
    runs: dict[str, list[Run]] = {program.name: [] for program in asked}
    for _ in range(rounds):  # in turn, so that a busy moment meets them all
        for program in asked:
            runs[program.name].append(run(program, place.relay, python))
    return runs


def connecting(rounds: int) -> float:
    """Return the median milliseconds from nothing to a card held, libraries loaded."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        link = open_reader(READER)
        spent.append((time.perf_counter() - began) * 1000)
        link.close()
    return median(spent)


def shares(runs: list[Run], connect: float) -> dict[str, float]:
    """Return where the milliseconds of `kaijo check --json` go, from its own meter and the relay's."""
    card = median([one.dialogue.card * 1000 for one in runs])
    waiting = median([float(json.loads(one.printed)["link"]["milliseconds"]) for one in runs])
    first, ended = median([one.first for one in runs]), median([one.ended for one in runs])
    return {
        "start-up": first - connect,
        "PC/SC": connect + waiting - card,
        "card on the air": card,
        "reading, meaning, printing": ended - first - waiting,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--write", type=Path, metavar="PAGE")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with laid_out() as place:
        trips = round_trips(place)
        runs = processes(place, chosen.rounds)
        parts = shares(runs["kaijo check --json"], connecting(chosen.rounds))
    times = {
        name: {
            part: median([getattr(one, part) for one in found]) for part in ("first", "answered", "ended", "processor")
        }
        for name, found in runs.items()
    }
    if chosen.json:
        print(json.dumps({"round_trips": trips, "milliseconds": times, "shares": parts}, indent=2))
        return
    quietest = min(one.ended for one in runs[BARE]), min(one.first for one in runs["kaijo check"])
    said = report(trips, times, parts, quietest, chosen.rounds)
    print(said)
    if chosen.write:
        write(chosen.write, "side-by-side", said)


def report(
    trips: dict[str, dict[str, tuple[int, int]]],
    times: dict[str, dict[str, float]],
    parts: dict[str, float],
    quietest: tuple[float, float],
    rounds: int,
) -> str:
    """Return everything as Markdown."""
    who = ["minimum", "Kaijo", "OpenSC", "OpenSC, one driver"]
    rows = [[name, *(_pair(row.get(column)) for column in who)] for name, row in trips.items()]
    counted_table = table(["APDUs / bytes", *who], rows)
    listed = times["pkcs15-tool --list-pins"]["answered"]
    timed = [
        [
            f"`{name}`",
            *(f"{row[part]:.0f}" for part in ("first", "answered", "ended", "processor")),
            f"{row['answered'] / listed:.2f}",
        ]
        for name, row in times.items()
        if name != BARE
    ]
    timed_table = table(
        ["ms, median", "first command", "answer", "end", "processor", "answer, ratio to list-pins"], timed
    )
    total = sum(parts.values())
    shared = table(
        ["`kaijo check --json`", "ms", "share"], [[n, f"{v:.0f}", f"{v / total:.0%}"] for n, v in parts.items()]
    )
    first, bare = times["kaijo check"]["first"], times[BARE]["ended"]
    return f"""Round trips:

{counted_table}

Whole processes on the slow card, {rounds} runs of each in turn:

{timed_table}

{shared}

In the same rounds `python -c pass` takes {bare:.1f} ms; `kaijo check` sends its first command after {first:.0f} ms,
{first / bare:.1f} times as long. At the shortest, when other work was least in the way, they take {quietest[0]:.1f} ms
and {quietest[1]:.0f} ms. The budget is 60 ms."""


def _pair(numbers: tuple[int, int] | None) -> str:
    return f"{numbers[0]} / {numbers[1]:,}" if numbers else "–"


if __name__ == "__main__":
    main()
