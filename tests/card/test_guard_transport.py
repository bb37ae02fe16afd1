"""The guard as a way to the card: answers in pieces, selection that is remembered and forgotten, power."""

import pytest

from kaijo.card.apdu import Command, Response
from kaijo.card.files import Application
from kaijo.errors import CardTrouble
from tests.virtualcard.handmade import JPKI, MANAGER

from .dialogue import guard_over, played, trouble
from .test_guard import AUTHENTICATION

ASK = "00200098"
READ = Command(0x00, 0xB0, 0x86, 0, le=16)
GONE = CardTrouble("card.removed")


def test_answer_in_pieces_is_put_together() -> None:
    guard, link = guard_over(("00B0860010", "AABB6102"), ("00C0000002", "CCDD6101"), ("00C0000001", "EE9000"))
    assert guard.transmit(READ) == Response(bytes.fromhex("AABBCCDDEE"), 0x9000)
    assert link.played()


def test_wrong_length_is_asked_again_with_the_right_one() -> None:
    guard, link = guard_over(("00B0860010", "6C03"), ("00B0860003", "AABBCC9000"))
    assert guard.transmit(READ) == Response(bytes.fromhex("AABBCC"), 0x9000)
    assert link.played()


def test_wrong_length_then_more_is_followed() -> None:
    guard, link = guard_over(("00B0860010", "6C03"), ("00B0860003", "AA6101"), ("00C0000001", "BB9000"))
    assert guard.transmit(READ).data == b"\xaa\xbb"
    assert link.played()


def test_answer_that_never_ends_is_given_up() -> None:
    assert played(lambda guard: guard.transmit(READ), ("00B0860010", "6100"), ("00C0000000", "6100")) == (
        "card.malformed-data", {},
    )  # fmt: skip
    pieces = [("00C0000000", "AA" * 256 + "6100")] * 256
    whole = ("00B0860010", "AA6100")
    assert played(lambda guard: guard.transmit(READ), whole, *pieces)[0] == "card.malformed-data"
    guard, link = guard_over(("00B0860010", "6100"), *pieces[:255], ("00C0000000", "AA" * 256 + "9000"))
    assert len(guard.transmit(READ).data) == 65_536
    assert link.played()
    guard, link = guard_over(("00B0860010", "6100"), *pieces, ("00C0000000", "9000"))
    assert len(guard.transmit(READ).data) == 65_536
    assert link.played()


def test_card_that_stumbles_once_is_selected_all_the_same() -> None:
    guard, link = guard_over((JPKI, "6F00"), (JPKI, "9000"), (ASK, "63C3"))
    assert guard.tries(AUTHENTICATION).tries_left == 3
    assert link.played()


@pytest.mark.parametrize("answer", ["6581", "6A84", "0000", "6400"])
def test_card_in_trouble_is_not_called_another_card(answer: str) -> None:
    dialogue = ((JPKI, answer), (JPKI, answer)) if answer == "6400" else ((JPKI, answer),)
    code, data = played(lambda guard: guard.select(Application.JPKI), *dialogue)
    assert (code, data["status"]) == ("card.unexpected-status", answer)


@pytest.mark.parametrize("answer", ["6A82", "6999", "6D00", "6283", "6985"])
def test_application_that_cannot_be_selected_is_named(answer: str) -> None:
    assert played(lambda guard: guard.select(Application.JPKI), (JPKI, answer)) == (
        "card.no-application", {"application": "application.jpki"},
    )  # fmt: skip


def test_selecting_the_selected_application_says_nothing() -> None:
    guard, link = guard_over((JPKI, "9000"), (MANAGER, "9000"), (JPKI, "9000"))
    for application in (Application.JPKI, Application.JPKI, Application.CARD_MANAGER, Application.JPKI):
        guard.select(application)
    assert link.played()


def test_selection_that_fails_is_forgotten() -> None:
    guard, link = guard_over((JPKI, "9000"), (MANAGER, "6A82"), (JPKI, "9000"))
    guard.select(Application.JPKI)
    trouble(lambda: guard.select(Application.CARD_MANAGER))
    guard.select(Application.JPKI)
    assert link.played()


@pytest.mark.parametrize("p1", [0x04, 0x02, 0x00])
def test_only_a_selection_by_name_forgets_the_application(p1: int) -> None:
    foreign = Command(0x00, 0xA4, p1, 0x0C, b"\x00\x18")
    again = ((JPKI, "9000"),) if p1 == 0x04 else ()
    guard, link = guard_over((JPKI, "9000"), (foreign.encode().hex(), "9000"), *again)
    guard.select(Application.JPKI)
    guard.transmit(foreign)
    guard.select(Application.JPKI)
    assert link.played()


def test_power_and_trouble_make_the_guard_select_anew() -> None:
    guard, link = guard_over((JPKI, "9000"), (JPKI, "9000"), ("00B0860010", GONE), (JPKI, "9000"), (JPKI, "9000"))
    guard.select(Application.JPKI)
    guard.power_cycle()
    guard.select(Application.JPKI)
    assert trouble(lambda: guard.transmit(READ)) == ("card.removed", {})
    guard.select(Application.JPKI)
    guard.close()
    guard.select(Application.JPKI)
    assert (link.played(), link.cycles, link.closed) == (True, 1, 1)


def test_relay_passes_bytes_on_and_forgets_the_selection() -> None:
    guard, link = guard_over((JPKI, "9000"), ("80CA00F200", "319000"), (JPKI, "9000"))
    guard.select(Application.JPKI)
    assert guard.relay(bytes.fromhex("80CA00F200")) == b"1\x90\x00"
    guard.select(Application.JPKI)
    assert link.played()


def test_protected_command_is_named() -> None:
    guard, _ = guard_over()
    assert trouble(lambda: guard.transmit(Command(0, 0x24, 0, 0, b"1"))) == (
        "guard.protected-command", {"instruction": "24"},
    )  # fmt: skip
    assert trouble(lambda: guard.transmit(Command(0, 0xC2, 0, 0, b"1")))[1] == {"instruction": "C2"}


def test_wrong_length_told_twice_is_the_answer() -> None:
    guard, link = guard_over(("00B0860010", "6C03"), ("00B0860003", "6C03"))
    assert guard.transmit(READ) == Response(b"", 0x6C03)
    assert link.played()
