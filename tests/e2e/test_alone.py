"""Alone with the card: while a PIN is verified no other program may use it, and afterwards it is forgotten."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.readers.pcsc import open_reader
from kaijo.virtualcard.vpcd import insert
from tests.support.pcscd import PATIENCE, Slot, card_in, until
from tests.support.world import World, pins_of

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]

KIND = PinKind.AUTHENTICATION


def sign_as_another_program(slot: Slot, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Let OpenSC try to sign without a PIN."""
    (cwd / "data").write_bytes(bytes(32))
    return subprocess.run(
        ["pkcs15-crypt", "--reader", slot.reader, "--sign", "--key", "01", "--sha-256", "--pkcs1",
         "--input", "data", "--output", "signature", "--raw", "--pin", "-"],
        input="", text=True, capture_output=True, check=False, cwd=cwd,
    )  # fmt: skip


def test_second_client_is_refused_and_later_asked_for_its_pin(world: World, slot: Slot, tmp_path: Path) -> None:
    card = world.card("fresh")
    with card_in(slot, card):
        guard = Guard(open_reader(slot.reader, wait=PATIENCE), world.clock)
        guard.verify(KIND, pins_of("fresh")[KIND], shown=guard.tries(KIND))
        with pytest.raises(CardTrouble) as caught:
            open_reader(slot.reader)
        assert caught.value.code == "reader.in-use"
        assert sign_as_another_program(slot, tmp_path).returncode != 0
        assert not (tmp_path / "signature").exists()
        assert len(JpkiSession(guard).sign_message(KIND, b"mine")) == 256
        guard.close()
        second = Guard(open_reader(slot.reader, wait=PATIENCE), world.clock)
        with pytest.raises(Refused) as refused:
            JpkiSession(second).sign_message(KIND, b"theirs")
        assert refused.value.code == "card.pin-needed"
        second.close()


def test_watch_follows_cards_as_they_come(world: World, slot: Slot) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kaijo", "check", "--watch", "--json", "--reader", slot.reader],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for person_id, left in (("fresh", 5), ("signature-locked", 0)):
            with insert(world.card(person_id), slot.host, slot.port):
                line = process.stdout.readline()
                assert f'"kind": "signature", "tries_left": {left}' in line
            until(lambda: process.poll() is None, "the watcher to go on")
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
