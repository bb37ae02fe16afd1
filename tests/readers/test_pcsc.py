"""Readers and links, with the real PC/SC daemon and an echo card in the virtual reader."""

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Self

import pytest

from kaijo.errors import CardTrouble, KaijoError, UsageProblem
from kaijo.readers.pcsc import PcscLink, Reader, list_readers, open_reader
from kaijo.virtualcard.vpcd import insert
from tests.support.echo import ATR, EchoCard
from tests.support.pcscd import PATIENCE, Daemon, Slot, card_in, has_card, slots_empty, until

pytestmark = [pytest.mark.pcsc, pytest.mark.xdist_group("pcsc")]

COMMAND = bytes.fromhex("00B0000003A1B2C3")
ECHO = bytes.fromhex("A1B2C39000")
# An application of its own that holds the card as asked and waits for a line.
HOLDER = """
import sys
from smartcard import scard
_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
number, card, _ = scard.SCardConnect(context, sys.argv[1], int(sys.argv[2]), scard.SCARD_PROTOCOL_ANY)
print(f"{number & 0xFFFFFFFF:08X}", flush=True)
sys.stdin.readline()
number == 0 and scard.SCardDisconnect(card, scard.SCARD_RESET_CARD)
scard.SCardReleaseContext(context)
"""
EXCLUSIVE, SHARED = 1, 2


def reader_of(slot: Slot) -> Reader:
    return next(reader for reader in list_readers() if reader.name == slot.reader)


class OtherProgram:
    """A second PC/SC program that has the card, shared or exclusive."""

    def __init__(self, reader: str, sharing: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, reader, str(sharing)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.connected = self._process.stdout.readline().strip()

    def reset_and_leave(self) -> None:
        self._process.communicate("\n", timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.reset_and_leave()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(KaijoError) as caught:
        act()
    return caught.value.code


def test_readers_are_listed_with_what_is_in_them(slots: tuple[Slot, Slot]) -> None:
    first, second = (slot.reader for slot in slots)
    with card_in(slots[1]):
        free = list_readers()
        with closing(open_reader(second)):
            held = list_readers()
    empty = Reader(first, has_card=False, atr=b"", in_use=False)
    assert free == (empty, Reader(second, has_card=True, atr=ATR, in_use=False))
    assert held == (empty, Reader(second, has_card=True, atr=ATR, in_use=True))


def test_insertion_and_removal_are_noticed(slot: Slot) -> None:
    with card_in(slot) as insertion:
        assert has_card(slot)
        insertion.remove()
        until(lambda: not has_card(slot), "the daemon to notice the removal")


def test_command_goes_there_and_back(slot: Slot) -> None:
    card = EchoCard()
    with card_in(slot, card), closing(open_reader(slot.reader)) as link:
        assert (link.place, link.transmit(COMMAND)) == (slot.reader, ECHO)
        assert card.seen[-2:] == ["on", COMMAND.hex().upper()]


def test_long_command_and_answer_go_through_whole(slot: Slot) -> None:
    command = bytes.fromhex("00B00000") + bytes(range(256)) * 200
    with card_in(slot), closing(open_reader(slot.reader)) as link:
        assert link.transmit(command) == command[5:] + b"\x90\x00"


def test_close_takes_power_at_once_and_lets_others_in(slot: Slot) -> None:
    card = EchoCard()
    with card_in(slot, card):
        link = open_reader(slot.reader)
        link.close()
        link.close()
        until(lambda: card.seen[-1] == "off", "the card to lose power")
        assert not reader_of(slot).in_use
        assert code_of(lambda: link.transmit(COMMAND)) == "reader.closed"
        assert code_of(link.power_cycle) == "reader.closed"


def test_power_cycle_takes_power_and_gives_it_back(slot: Slot) -> None:
    card = EchoCard()
    with card_in(slot, card), closing(open_reader(slot.reader)) as link:
        before = len(card.seen)
        link.power_cycle()
        assert card.seen[before:] == ["off", "on"]
        assert link.transmit(COMMAND) == ECHO


def test_card_held_by_another_program_is_in_use(slot: Slot) -> None:
    with card_in(slot), OtherProgram(slot.reader, EXCLUSIVE) as other:
        assert other.connected == "00000000"
        with pytest.raises(CardTrouble) as refused:
            open_reader(slot.reader)
        assert (refused.value.code, refused.value.data["reader"]) == ("reader.in-use", slot.reader)


def test_card_shared_by_another_program_is_in_use_too(slot: Slot) -> None:
    with card_in(slot), OtherProgram(slot.reader, SHARED):
        assert code_of(lambda: open_reader(slot.reader)) == "reader.in-use"


@pytest.mark.parametrize("sharing", [EXCLUSIVE, SHARED])
def test_nobody_else_gets_in_while_we_hold_the_card(slot: Slot, sharing: int) -> None:
    with card_in(slot), closing(open_reader(slot.reader)) as link:
        with OtherProgram(slot.reader, sharing) as other:
            assert other.connected == "8010000B"
        assert link.transmit(COMMAND) == ECHO


def test_waiting_outlasts_another_program(slot: Slot) -> None:
    with card_in(slot), OtherProgram(slot.reader, EXCLUSIVE) as other, ThreadPoolExecutor() as aside:
        leaving = aside.submit(other.reset_and_leave)
        with closing(open_reader(slot.reader, wait=PATIENCE)) as link:
            assert link.transmit(COMMAND) == ECHO
        leaving.result()


def test_waiting_meets_a_card_that_comes_later(slot: Slot) -> None:
    with ThreadPoolExecutor() as aside:
        waiting = aside.submit(open_reader, slot.reader, wait=PATIENCE)
        with card_in(slot), closing(waiting.result()) as link:
            assert link.transmit(COMMAND) == ECHO


def test_reset_by_another_program_is_told_and_the_link_goes_on(slot: Slot) -> None:
    card = EchoCard()
    with card_in(slot, card), closing(open_reader(slot.reader)) as link:
        # Exclusive access keeps others out, so the handle is made a shared one behind the link's back.
        context = link._open()
        scard = context.scard
        scard.SCardDisconnect(link._card, scard.SCARD_LEAVE_CARD)
        _, link._card, link._protocol = scard.SCardConnect(
            context._handle, slot.reader, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY
        )
        with OtherProgram(slot.reader, SHARED) as other:
            other.reset_and_leave()
        before = len(card.seen)
        assert code_of(lambda: link.transmit(COMMAND)) == "card.was-reset"
        assert card.seen[before:] == ["off", "on"]
        assert link.transmit(COMMAND) == ECHO


def test_card_that_leaves_in_the_middle_of_a_command_is_unknown_and_stays_so(slot: Slot) -> None:
    def leave(command: bytes) -> None:
        if command == COMMAND:
            raise CardTrouble("card.removed")

    with card_in(slot, EchoCard(leave)) as insertion, closing(open_reader(slot.reader)) as link:
        codes = [code_of(lambda: link.transmit(COMMAND)), code_of(lambda: link.transmit(COMMAND))]
        codes += [code_of(link.power_cycle), code_of(lambda: link.transmit(COMMAND))]
        assert (codes, insertion.apdus) == (["card.removed"] * 4, 1)


def test_another_card_in_the_same_reader_is_not_taken_for_the_first(slot: Slot) -> None:
    other = EchoCard()
    with closing(_opened_then_removed(slot)) as link, card_in(slot, other):
        assert [code_of(lambda: link.transmit(COMMAND)), code_of(link.power_cycle)] == ["card.removed"] * 2
    assert [line for line in other.seen if len(line) > 5] == []


def _opened_then_removed(slot: Slot) -> PcscLink:
    with card_in(slot):
        return open_reader(slot.reader)


def test_no_card_is_told_for_a_named_reader_and_for_any(slot: Slot) -> None:
    assert [code_of(lambda: open_reader(slot.reader)), code_of(lambda: open_reader(None))] == ["reader.no-card"] * 2


def test_only_reader_with_a_card_needs_no_name(slots: tuple[Slot, Slot]) -> None:
    with card_in(slots[1]), closing(open_reader(None)) as link:
        assert link.place == slots[1].reader


def test_part_of_a_name_is_enough_when_it_fits_one(slots: tuple[Slot, Slot]) -> None:
    with card_in(slots[1]), closing(open_reader("pcd 00 01")) as link:
        assert link.place == slots[1].reader


def test_two_cards_and_no_name_is_ambiguous(slots: tuple[Slot, Slot]) -> None:
    with card_in(slots[0]), card_in(slots[1]), pytest.raises(UsageProblem) as refused:
        open_reader(None)
    assert refused.value.diagnostics() == {
        "code": "reader.ambiguous",
        "data": {"readers": [slot.reader for slot in slots]},
    }


def test_part_of_two_names_is_ambiguous_with_or_without_cards(slot: Slot) -> None:
    with card_in(slot):
        assert code_of(lambda: open_reader("Virtual")) == "reader.ambiguous"


@pytest.mark.parametrize("name", ["No Such Reader", "Virtual PCD 00 00 ", "バーチャル", "\x00", "x" * 10_000])
@pytest.mark.usefixtures("slot")
def test_name_that_fits_nothing_is_unknown_and_the_known_are_told(name: str) -> None:
    with pytest.raises(CardTrouble) as refused:
        open_reader(name)
    assert refused.value.diagnostics() == {
        "code": "reader.unknown",
        "data": {"reader": name, "readers": [reader.name for reader in list_readers()]},
    }


@pytest.mark.parametrize("command", [b"", b"\x00", b"\x04", bytes(3)])
def test_less_than_a_header_is_not_sent(slot: Slot, command: bytes) -> None:
    with card_in(slot) as insertion, closing(open_reader(slot.reader)) as link:
        assert code_of(lambda: link.transmit(command)) == "card.malformed-command"
        assert (insertion.apdus, link.transmit(COMMAND)) == (0, ECHO)


def test_command_too_long_for_the_service_is_unknown(slot: Slot) -> None:
    with card_in(slot), closing(open_reader(slot.reader)) as link:
        assert code_of(lambda: link.transmit(bytes(70_000))) == "card.removed"


@pytest.mark.parametrize("atr", [b"\x3b", b"\xff\xff\xff", bytes(40)])
def test_card_with_a_broken_atr_is_a_trouble_of_ours(slot: Slot, atr: bytes) -> None:
    class Broken(EchoCard):
        @property
        def atr(self) -> bytes:
            return atr

    with card_in(slot, Broken()):
        expected = "card.unpowered" if len(atr) > 33 else "reader.protocol-mismatch"
        assert code_of(lambda: open_reader(slot.reader)) == expected


def test_hundred_quick_taps_leave_everything_working(slots: tuple[Slot, Slot]) -> None:
    def tap(slot: Slot) -> set[str]:
        troubles: set[str] = set()
        for _ in range(50):
            with insert(EchoCard(), slot.host, slot.port):
                try:
                    open_reader(slot.reader).close()
                except CardTrouble as trouble:
                    troubles.add(trouble.code)
        return troubles

    with ThreadPoolExecutor() as taps:
        outcomes = set[str]().union(*taps.map(tap, slots))
    assert outcomes <= {"reader.no-card", "card.removed", "card.unresponsive", "card.unpowered"}
    until(slots_empty, "the last card's removal")
    with card_in(slots[0]), closing(open_reader(slots[0].reader)) as link:
        assert link.transmit(COMMAND) == ECHO


def test_card_that_follows_at_once_on_a_lost_one_is_noticed(slot: Slot) -> None:
    def leave(command: bytes) -> None:
        if command == COMMAND:
            raise CardTrouble("card.removed")

    with insert(EchoCard(leave), slot.host, slot.port), closing(open_reader(slot.reader, wait=PATIENCE)) as lost:
        assert code_of(lambda: lost.transmit(COMMAND)) == "card.removed"
    with insert(EchoCard(), slot.host, slot.port), closing(open_reader(slot.reader, wait=PATIENCE)) as link:
        assert link.transmit(COMMAND) == ECHO


def test_without_a_daemon_it_is_told(own_pcscd: Daemon, slot: Slot) -> None:
    own_pcscd.stop()
    assert [code_of(list_readers), code_of(lambda: open_reader(slot.reader))] == ["reader.no-daemon"] * 2


def test_daemon_that_was_killed_counts_as_none(own_pcscd: Daemon) -> None:
    own_pcscd.stop(signal.SIGKILL)
    assert code_of(list_readers) == "reader.no-daemon"


def test_daemon_without_readers_is_told(own_pcscd: Daemon, tmp_path: Path) -> None:
    own_pcscd.stop()
    own_pcscd.start(configuration=tmp_path)
    assert (list_readers(), code_of(lambda: open_reader(None))) == ((), "reader.none")
    own_pcscd.stop()


def test_restart_between_calls_is_survived(own_pcscd: Daemon, slot: Slot) -> None:
    with card_in(slot), closing(open_reader(slot.reader)) as link:
        own_pcscd.restart()
        assert [code_of(lambda: link.transmit(COMMAND)), code_of(link.power_cycle)] == ["reader.daemon-restarted"] * 2
    with card_in(slot), closing(open_reader(slot.reader)) as again:
        assert again.transmit(COMMAND) == ECHO


def test_card_inserted_before_a_restart_is_told_that_the_reader_is_lost(own_pcscd: Daemon, slot: Slot) -> None:
    with card_in(slot) as insertion:
        own_pcscd.restart()
        assert insertion.removed.wait(PATIENCE)
        assert insertion.error is not None
        assert insertion.error.code == "vpcd.lost"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_daemon_that_dies_during_a_command_leaves_the_outcome_unknown(
    own_pcscd: Daemon, slot: Slot, how: signal.Signals
) -> None:
    card = EchoCard(lambda command: own_pcscd.stop(how) if command == COMMAND else None)
    with insert(card, slot.host, slot.port):
        with closing(open_reader(slot.reader, wait=PATIENCE)) as link:
            assert code_of(lambda: link.transmit(COMMAND)) == "card.removed"
        own_pcscd.start()


def test_waiting_outlasts_a_daemon_that_starts_late(own_pcscd: Daemon, slot: Slot) -> None:
    own_pcscd.stop()
    with ThreadPoolExecutor() as aside:
        waiting = aside.submit(open_reader, slot.reader, wait=PATIENCE)
        own_pcscd.start()
        with card_in(slot), closing(waiting.result()) as link:
            assert link.transmit(COMMAND) == ECHO


def test_without_pyscard_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    assert [code_of(list_readers), code_of(lambda: open_reader(None))] == ["reader.pyscard-missing"] * 2


def test_importing_us_does_not_import_pyscard() -> None:
    program = (
        "import sys, kaijo.readers.pcsc, kaijo.readers.watch, kaijo.virtualcard.vpcd; print('smartcard' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"
