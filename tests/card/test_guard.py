import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaijo
from kaijo.card.apdu import Command, Ins
from kaijo.card.files import Application, Jpki, Resident
from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.clock import JST, ManualClock
from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, WrongPin
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.faults import Recorder, RemovedAt
from kaijo.virtualcard.image import CardImage
from tests.support.scripted import Scripted
from tests.virtualcard.handmade import JPKI, handmade_image

NOW = datetime(2027, 3, 15, 21, 40, tzinfo=JST)
AUTHENTICATION, SIGNATURE, RESIDENT = PinKind.AUTHENTICATION, PinKind.SIGNATURE, PinKind.RESIDENT
SPENDS = {0x20, 0x24, 0x2C, 0x32}


class Bench:
    """A guard over a virtual card, with a recorder between them."""

    def __init__(self, image: CardImage | None = None) -> None:
        self.image = image or handmade_image()
        self.card = VirtualCard(self.image, place="table")
        self.recorder = Recorder(self.card)
        self.clock = ManualClock(NOW)
        self.guard = Guard(self.recorder, self.clock)

    def sent(self) -> list[bytes]:
        return [exchange.command for exchange in self.recorder.dialogue]

    def left(self, kind: PinKind) -> int:
        return Guard(self.card, self.clock).tries(kind).tries_left

    def set_left(self, kind: PinKind, tries: int) -> None:
        file = {AUTHENTICATION: Jpki.AUTHENTICATION_PIN, SIGNATURE: Jpki.SIGNATURE_PIN}[kind]
        self.image.directories[Application.JPKI].pins[file].tries_left = tries

    def pins_sent(self) -> int:
        return sum(1 for raw in self.sent() if raw[1] in SPENDS and len(raw) > 4)


@given(st.integers(0, 255), st.sampled_from((0x20, 0x21, 0x24, 0x25, 0x2C, 0x2D, 0x32, 0x33, 0x54, 0x55, 0xC2, 0xC3)))
def test_protected_command_never_passes(cla: int, ins: int) -> None:
    bench = Bench()
    command = Command(cla, ins, 0, 0x98, b"1234")
    for send in (lambda: bench.guard.transmit(command), lambda: bench.guard.relay(command.encode())):
        with pytest.raises(GuardRefused) as caught:
            send()
        assert caught.value.code == "guard.protected-command"
    assert bench.sent() == []


def test_empty_verify_passes_only_as_a_question_about_tries() -> None:
    bench = Bench()
    with pytest.raises(GuardRefused):
        bench.guard.transmit(Command(0, Ins.VERIFY, 0, 0x98))
    assert bench.guard.tries(AUTHENTICATION) == TriesReading(AUTHENTICATION, 3, 3, NOW, "table")
    assert [raw.hex().upper() for raw in bench.sent()] == [JPKI, "00200098"]


@pytest.mark.parametrize("kind", PinKind)
@given(typed=st.text(max_size=20))
def test_wrong_form_never_leaves(kind: PinKind, typed: str) -> None:
    bench = Bench()
    shown = bench.guard.tries(kind)
    before = bench.pins_sent()
    try:
        bench.guard.verify(kind, typed, shown=shown)
    except GuardRefused as refused:
        assert refused.code == "guard.wrong-form"
        assert bench.pins_sent() == before
    except WrongPin:
        assert bench.pins_sent() == before + 1


def test_right_pin_restores_every_try() -> None:
    bench = Bench()
    bench.set_left(SIGNATURE, 2)
    bench.guard.verify(SIGNATURE, "abc123", shown=bench.guard.tries(SIGNATURE))
    assert bench.left(SIGNATURE) == 5


def test_wrong_pin_tells_the_cards_own_count() -> None:
    bench = Bench()
    with pytest.raises(WrongPin) as caught:
        bench.guard.verify(AUTHENTICATION, "9999", shown=bench.guard.tries(AUTHENTICATION))
    assert (caught.value.code, caught.value.tries_left, bench.left(AUTHENTICATION)) == ("card.wrong-pin", 2, 2)


def test_last_try_is_held_back() -> None:
    bench = Bench()
    bench.set_left(AUTHENTICATION, 1)
    with pytest.raises(GuardRefused) as caught:
        bench.guard.verify(AUTHENTICATION, "1234", shown=bench.guard.tries(AUTHENTICATION))
    assert (caught.value.code, bench.pins_sent(), bench.left(AUTHENTICATION)) == ("guard.last-try", 0, 1)


def test_last_try_passes_with_fresh_consent() -> None:
    bench = Bench()
    bench.set_left(AUTHENTICATION, 1)
    shown = bench.guard.tries(AUTHENTICATION)
    bench.clock.advance(timedelta(seconds=5))
    bench.guard.verify(AUTHENTICATION, "1234", shown=shown, consent=LastTryConsent(shown))
    assert bench.left(AUTHENTICATION) == 3


def test_last_try_missed_locks_and_says_so() -> None:
    bench = Bench()
    bench.set_left(AUTHENTICATION, 1)
    shown = bench.guard.tries(AUTHENTICATION)
    with pytest.raises(WrongPin) as caught:
        bench.guard.verify(AUTHENTICATION, "4321", shown=shown, consent=LastTryConsent(shown))
    assert (caught.value.code, bench.left(AUTHENTICATION)) == ("card.wrong-pin-locked", 0)


@pytest.mark.parametrize("case", ["old", "other kind", "other count", "other place"])
def test_consent_to_something_else_does_not_count(case: str) -> None:
    bench = Bench()
    bench.set_left(AUTHENTICATION, 1)
    bench.set_left(SIGNATURE, 1)
    shown = bench.guard.tries(AUTHENTICATION)
    given_on = {
        "old": shown,
        "other kind": bench.guard.tries(SIGNATURE),
        "other count": TriesReading(AUTHENTICATION, 2, 3, NOW, "table"),
        "other place": TriesReading(AUTHENTICATION, 1, 3, NOW, "elsewhere"),
    }[case]
    if case == "old":
        bench.clock.advance(timedelta(seconds=5, microseconds=1))
    with pytest.raises(GuardRefused) as caught:
        bench.guard.verify(AUTHENTICATION, "1234", shown=shown, consent=LastTryConsent(given_on))
    assert (caught.value.code, bench.pins_sent()) == ("guard.stale-consent", 0)


def test_count_that_changed_since_it_was_shown_stops_the_pin() -> None:
    bench = Bench()
    shown = bench.guard.tries(AUTHENTICATION)
    bench.set_left(AUTHENTICATION, 2)
    with pytest.raises(GuardRefused) as caught:
        bench.guard.verify(AUTHENTICATION, "1234", shown=shown)
    assert (caught.value.code, bench.pins_sent()) == ("guard.count-changed", 0)


def test_reading_of_another_pin_stops_the_pin() -> None:
    bench = Bench()
    with pytest.raises(GuardRefused) as caught:
        bench.guard.verify(AUTHENTICATION, "1234", shown=bench.guard.tries(PinKind.ATTRIBUTES))
    assert caught.value.code == "guard.count-changed"


def test_locked_pin_is_not_sent() -> None:
    bench = Bench()
    bench.set_left(SIGNATURE, 0)
    with pytest.raises(Refused) as caught:
        bench.guard.verify(SIGNATURE, "ABC123", shown=bench.guard.tries(SIGNATURE))
    assert (caught.value.code, bench.pins_sent()) == ("card.locked", 0)


@pytest.mark.parametrize("executed", [True, False])
def test_card_lost_during_verify_is_unknown_and_never_wrong(executed: bool) -> None:
    bench = Bench()
    shown = bench.guard.tries(AUTHENTICATION)
    recorder = Recorder(RemovedAt(bench.card, apdu=3, executed=executed))
    with pytest.raises(CardTrouble) as caught:
        Guard(recorder, bench.clock).verify(AUTHENTICATION, "9999", shown=shown)
    assert caught.value.code == "card.verify-unknown"
    assert [exchange.command[1] for exchange in recorder.dialogue].count(
        0x20
    ) == 2  # one question, one PIN, nothing again
    assert bench.left(AUTHENTICATION) == (2 if executed else 3)


@pytest.mark.parametrize("code", ["card.was-reset", "card.unpowered", "reader.in-use", "reader.daemon-restarted"])
def test_pin_that_never_reached_the_card_is_not_unknown(code: str) -> None:
    link = Scripted(
        (JPKI, "9000"), ("00200098", "63C3"), ("00200098", "63C3"), ("002000980431323334", CardTrouble(code)),
        (JPKI, "9000"), ("00200098", "63C3"),
    )  # fmt: skip
    guard = Guard(link, ManualClock(NOW))
    with pytest.raises(CardTrouble) as caught:
        guard.verify(AUTHENTICATION, "1234", shown=guard.tries(AUTHENTICATION))
    assert caught.value.code == code
    assert guard.tries(AUTHENTICATION).tries_left == 3
    assert link.played()


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (AUTHENTICATION, "1234", "8642"),
        (SIGNATURE, "ABC123", "xyz789"),
        (PinKind.ATTRIBUTES, "5678", "8642"),
        (RESIDENT, "4321", "8642"),
    ],
)
def test_pin_is_changed_in_the_form_its_application_knows(kind: PinKind, old: str, new: str) -> None:
    bench = Bench()
    bench.guard.change(kind, old, new, shown=bench.guard.tries(kind))
    fresh = Guard(bench.card, bench.clock)
    fresh.verify(kind, new, shown=fresh.tries(kind))
    with pytest.raises(WrongPin):
        fresh.verify(kind, old, shown=fresh.tries(kind))


def test_same_pin_is_not_a_change() -> None:
    bench = Bench()
    with pytest.raises(GuardRefused) as caught:
        bench.guard.change(SIGNATURE, "abc123", "ABC123", shown=bench.guard.tries(SIGNATURE))
    assert (caught.value.code, bench.pins_sent()) == ("guard.same-pin", 0)


def test_wrong_old_pin_changes_neither_half_of_the_resident_pin() -> None:
    bench = Bench()
    with pytest.raises(WrongPin):
        bench.guard.change(RESIDENT, "1111", "8642", shown=bench.guard.tries(RESIDENT))
    values = [bench.image.directories[a].pins[Resident.PIN].value for a in (Application.RESIDENT, Application.COMMON)]
    assert values == [b"4321", b"4321"]


def _pair(image: CardImage) -> tuple[bytes | None, ...]:
    return tuple(image.directories[a].pins[Resident.PIN].value for a in (Application.RESIDENT, Application.COMMON))


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("apdu", range(1, 22))
def test_resident_change_torn_anywhere_is_completed_by_asking_again(apdu: int, executed: bool) -> None:
    bench = Bench()
    shown = bench.guard.tries(RESIDENT)
    torn = False
    try:
        Guard(RemovedAt(bench.card, apdu=apdu, executed=executed), bench.clock).change(
            RESIDENT, "4321", "8642", shown=shown
        )
    except CardTrouble as trouble:
        torn = True
        assert trouble.code in {"card.removed", "card.verify-unknown", "card.change-unknown"}
    if torn and _pair(bench.image) != (b"8642", b"8642"):
        again = Guard(bench.card, bench.clock)
        again.change(RESIDENT, "4321", "8642", shown=again.tries(RESIDENT))
    assert _pair(bench.image) == (b"8642", b"8642")


def test_short_file_ids_unknown_to_the_card_are_replaced_by_selection() -> None:
    link = Scripted(
        (JPKI, "9000"),
        ("00200098", "6A86"),
        ("00A4020C020018", "9000"),
        ("00200080", "63C3"),
        ("00A4020C020018", "9000"),
        ("00200080", "63C3"),
        ("002000800431323334", "9000"),
    )
    guard = Guard(link, ManualClock(NOW))
    guard.verify(AUTHENTICATION, "1234", shown=guard.tries(AUTHENTICATION))
    assert link.played()


def test_card_without_the_application_is_asked_nothing() -> None:
    link = Scripted((JPKI, "6A82"))
    with pytest.raises(CardTrouble) as caught:
        Guard(link, ManualClock(NOW)).tries(AUTHENTICATION)
    assert caught.value.code == "card.no-application"


@pytest.mark.parametrize(("answer", "code"), [("9000", "card.tries-not-told"), ("6300", "card.tries-not-told")])
def test_card_that_does_not_count_is_said_to(answer: str, code: str) -> None:
    with pytest.raises(CardTrouble) as caught:
        Guard(Scripted((JPKI, "9000"), ("00200098", answer)), ManualClock(NOW)).tries(AUTHENTICATION)
    assert caught.value.code == code


def test_absent_pin_is_said_to_be_absent() -> None:
    link = Scripted((JPKI, "9000"), ("0020009B", "6A82"), ("00A4020C02001B", "6A82"))
    with pytest.raises(CardTrouble) as caught:
        Guard(link, ManualClock(NOW)).tries(SIGNATURE)
    assert caught.value.code == "card.no-such-pin"


@pytest.mark.parametrize("locked", ["6983", "6984"])
def test_both_ways_of_saying_locked_are_understood(locked: str) -> None:
    assert Guard(Scripted((JPKI, "9000"), ("00200098", locked)), ManualClock(NOW)).tries(AUTHENTICATION).locked


@given(st.integers(0, 0xFFFF))
def test_any_answer_to_a_pin_ends_in_an_error_of_ours_or_done(sw: int) -> None:
    link = Scripted(
        (JPKI, "9000"), ("00200098", "63C3"), ("00200098", "63C3"), ("002000980431323334", f"{sw:04X}"),
        ("00200098", "63C2"),
    )  # fmt: skip
    guard = Guard(link, ManualClock(NOW))
    shown = guard.tries(AUTHENTICATION)
    try:
        guard.verify(AUTHENTICATION, "1234", shown=shown)
    except KaijoError as error:
        assert sw != 0x9000
        told = {"card.wrong-pin", "card.wrong-pin-locked", "card.locked"}
        assert error.code in told | {"card.unexpected-status", "card.verify-unknown"}
    else:
        assert sw == 0x9000


def test_reset_without_a_grant_is_refused() -> None:
    bench = Bench()
    with pytest.raises(Refused) as caught:
        bench.guard.reset(SIGNATURE, "NEW123")
    assert caught.value.code == "card.no-grant"


def test_only_the_guard_knows_the_protected_instructions() -> None:
    protected = {"VERIFY", "CHANGE_REFERENCE_DATA", "CHANGE_KEY", "RESET_RETRY_COUNTER", "UNLOCK_KEY"}
    root = Path(kaijo.__file__).parent
    users = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in protected:
                users.add(file.relative_to(root).parts[0] + "/" + file.relative_to(root).parts[-1])
    assert {user for user in users if not user.startswith("virtualcard/")} == {"card/guard.py"}


@pytest.mark.parametrize(("held", "is_new"), [("8642", True), ("1234", False)])
def test_card_is_asked_which_pin_is_valid_after_a_torn_change(held: str, is_new: bool) -> None:
    bench = Bench()
    bench.image.directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].value = held.encode()
    shown = bench.guard.tries(AUTHENTICATION)
    assert bench.guard.new_is_valid(AUTHENTICATION, "1234", "8642", shown=shown) is is_new
    assert bench.left(AUTHENTICATION) == 3


def test_neither_pin_valid_is_a_wrong_pin_and_never_the_last_try() -> None:
    bench = Bench()
    bench.set_left(AUTHENTICATION, 2)
    with pytest.raises(WrongPin):
        bench.guard.new_is_valid(AUTHENTICATION, "1111", "2222", shown=bench.guard.tries(AUTHENTICATION))
    assert bench.left(AUTHENTICATION) == 1
