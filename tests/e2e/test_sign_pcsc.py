"""Through the real PC/SC daemon: the card in the reader signs what OpenSSL verifies, and filing is rehearsed.

The commands are the product's own, run as a person runs them, with a PIN on stdin.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from tests.support.pcscd import Slot, card_in
from tests.support.world import NIGHT, pins_of

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]

CLOCK = NIGHT.isoformat()
PINS = pins_of("fresh")


class Desk:
    """A folder with a file to sign, and the command line that works there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "return.txt"
        self.file.write_text("確定申告", "utf-8")

    def kaijo(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command; PINs are what `stdin` says."""
        return subprocess.run(
            [sys.executable, "-m", "kaijo", *arguments],
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            env={**os.environ, "KAIJO_HOME": str(self.folder / "home")},
        )

    @contextmanager
    def with_card(self, person: str, slot: Slot) -> Iterator[tuple[str, ...]]:
        """Put a person's new card into the slot; give the options that name the reader and the night."""
        file = self.folder / f"{person}.json"
        assert self.kaijo("card", "new", str(file), "--person", person, "--clock", CLOCK).returncode == 0
        card = open_card(file)
        try:
            with card_in(slot, card):
                yield ("--reader", slot.reader, "--clock", CLOCK, "--json")
        finally:
            card.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_card_in_the_reader_signs_what_openssl_verifies(desk: Desk, slot: Slot) -> None:
    with desk.with_card("fresh", slot) as at:
        signed = desk.kaijo("sign", str(desk.file), "--as", "cms", *at, stdin=f"{PINS[PinKind.SIGNATURE]}\n")
    assert signed.returncode == 0, signed.stdout + signed.stderr
    out = json.loads(signed.stdout)["out"]
    judged = desk.kaijo("verify", out, "--content", str(desk.file), "--at", CLOCK, "--json")
    assert (judged.returncode, json.loads(judged.stdout)["holds"]) == (0, True)
    verify = ("openssl", "cms", "-verify", "-inform", "DER", "-in", out, "-binary", "-noverify", "-out", os.devnull)
    assert subprocess.run([*verify, "-content", str(desk.file)], capture_output=True, check=False).returncode == 0
    desk.file.write_text("確定申告書", "utf-8")
    assert subprocess.run([*verify, "-content", str(desk.file)], capture_output=True, check=False).returncode != 0


def test_both_acts_of_filing_are_rehearsed_in_the_reader(desk: Desk, slot: Slot) -> None:
    pins = f"{PINS[PinKind.AUTHENTICATION]}\n{PINS[PinKind.SIGNATURE]}\n"
    with desk.with_card("fresh", slot) as at:
        ended = desk.kaijo("rehearse", *at, stdin=pins)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    answer = json.loads(ended.stdout)
    assert (answer["works"], [act["works"] for act in answer["acts"]]) == (True, [True] * 4)


def test_locked_card_in_the_reader_ends_with_its_code(desk: Desk, slot: Slot) -> None:
    login = f"{pins_of('signature-locked')[PinKind.AUTHENTICATION]}\n"
    with desk.with_card("signature-locked", slot) as at:
        signed = desk.kaijo("sign", str(desk.file), "--as", "cms", *at)
        rehearsed = desk.kaijo("rehearse", *at, stdin=login)
    assert (signed.returncode, json.loads(signed.stdout)["error"]["code"]) == (1, "card.locked")
    assert not desk.file.with_name("return.txt.p7s").exists()
    acts = json.loads(rehearsed.stdout)["acts"]
    assert (rehearsed.returncode, [act["works"] for act in acts]) == (1, [True, True, False, False])
    assert acts[2]["because"]["code"] == "card.locked"
