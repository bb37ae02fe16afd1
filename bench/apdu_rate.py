"""APDUs per second: an echo card and the virtual card, in process and through vpcd and pcscd, side by side.

    python bench/apdu_rate.py [--json] [--seconds N] [--write docs/benchmarks.md]

Where no PC/SC daemon runs and none can be started, the last two are left out and said so.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from _daemon import READER, virtual_reader
from _page import table as markdown
from _page import write

from kaijo.clock import SystemClock
from kaijo.errors import CardTrouble
from kaijo.readers.pcsc import open_reader
from kaijo.virtualcard.cardfile import create, open_card
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person
from kaijo.virtualcard.vpcd import Insertable, insert

SELECT_JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
SELECT_PIN = bytes.fromhex("00A4020C020018")
SELECT_CERTIFICATE = bytes.fromhex("00A4020C02000A")
QUERY = bytes.fromhex("00200080")
READ = bytes.fromhex("00B0000000")
# What is timed, and what makes the card ready for it.
COMMANDS = {
    "verify-empty": ((SELECT_JPKI, SELECT_PIN), QUERY),
    "select": ((SELECT_JPKI,), SELECT_PIN),
    "read-256": ((SELECT_JPKI, SELECT_CERTIFICATE), READ),
}


class Transmits(Protocol):
    def transmit(self, command: bytes) -> bytes: ...


class EchoCard:
    """The least a card can do: it costs nothing, so what is left is the way to it."""

    atr = bytes.fromhex("3B80800101")

    def transmit(self, command: bytes) -> bytes:
        return (bytes(256) if command == READ else b"") + b"\x90\x00"

    def power_on(self) -> None: ...

    def power_off(self) -> None: ...

    def reset(self) -> None: ...


def rate(link: Transmits, ready: tuple[bytes, ...], command: bytes, seconds: float) -> float:
    for before in ready:
        assert link.transmit(before)[-2:] == b"\x90\x00"
    count, batch = 0, 50
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for _ in range(batch):
            link.transmit(command)
        count += batch
    return count / spent


def rates(link: Transmits, seconds: float) -> dict[str, float]:
    return {name: rate(link, ready, command, seconds) for name, (ready, command) in COMMANDS.items()}


@contextmanager
def virtual_card() -> Iterator[Insertable]:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fresh.card"
        create(path, Issuer.open(Path(folder) / "ca", clock).issue(person("fresh"), clock.now()))
        card = open_card(path)
        try:
            yield card
        finally:
            card.close()


def through_pcscd(card: Insertable, seconds: float) -> dict[str, float]:
    with virtual_reader(), insert(card):
        link = open_reader(READER, wait=5)
        try:
            return rates(link, seconds)
        finally:
            link.close()


def measure(seconds: float) -> dict[str, dict[str, float]]:
    with ExitStack() as stack:
        cards: dict[str, Insertable] = {"echo": EchoCard(), "virtual": stack.enter_context(virtual_card())}
        ways: dict[str, Callable[[Insertable, float], dict[str, float]]] = {"in-process": rates, "pcscd": through_pcscd}
        table = {}
        for way, run in ways.items():
            for name, card in cards.items():
                try:
                    table[f"{name} {way}"] = run(card, seconds)
                except CardTrouble as missing:
                    print(f"{name} {way}: left out ({missing.code})", file=sys.stderr)
        return table


def page_part(table: dict[str, dict[str, float]], ratios: dict[str, dict[str, float]]) -> str:
    """Return both tables as Markdown."""
    rates = [[row, *(f"{numbers[name]:,.0f}" for name in COMMANDS)] for row, numbers in table.items()]
    ratio = [[row, *(f"{numbers[name]:.2f}" for name in COMMANDS)] for row, numbers in ratios.items()]
    return f"{markdown(['APDUs a second', *COMMANDS], rates)}\n\n{markdown(['ratio', *COMMANDS], ratio)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=1.0, help="per number")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    options = parser.parse_args()
    table = measure(options.seconds)
    ratios = {
        f"{upper} / {lower}": {name: table[upper][name] / table[lower][name] for name in COMMANDS}
        for upper, lower in (
            ("virtual in-process", "echo in-process"),
            ("virtual pcscd", "echo pcscd"),
            ("virtual pcscd", "virtual in-process"),
        )
        if upper in table and lower in table
    }
    if options.write:
        write(options.write, "apdu-rate", page_part(table, ratios))
    if options.json:
        print(json.dumps({"apdus_per_second": table, "ratios": ratios}, indent=2))
        return
    print(f"{'APDUs/s':40}" + "".join(f"{name:>15}" for name in COMMANDS))
    for row, numbers in table.items():
        print(f"{row:40}" + "".join(f"{numbers[name]:15,.0f}" for name in COMMANDS))
    for row, numbers in ratios.items():
        print(f"{row:40}" + "".join(f"{numbers[name]:15.2f}" for name in COMMANDS))


if __name__ == "__main__":
    main()
