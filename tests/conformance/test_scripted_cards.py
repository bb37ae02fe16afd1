"""Promise: any answer of a card at any step ends in a right result or an error with words. No PIN leaves in doubt."""

from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from kaijo.card.apdu import Command
from kaijo.card.files import Application
from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.card.link import Link
from kaijo.card.status import Outcome, read_status
from kaijo.clock import ManualClock
from kaijo.doctor import CardKind, PinState, examine, findings
from kaijo.errors import CardTrouble, KaijoError, WrongPin
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage
from kaijo.words import LANGS, explain, message
from tests.support.player import Player, Wrong, asks, spends
from tests.support.world import NEW_PINS, NIGHT, issued, pins_of

PERSON = "fresh"
NEW = {**NEW_PINS, PinKind.RESIDENT: "8642", PinKind.ATTRIBUTES: "8642"}
REPORTED = {"card.verify-unknown", "card.change-unknown", "card.wrong-pin", "card.wrong-pin-locked", "card.locked"}
Act = Callable[[Guard], object]


def check(guard: Guard) -> None:
    seen = examine(guard, ManualClock(NIGHT))
    for finding in findings(seen):
        assert all(message(finding.code, lang, **finding.data).title for lang in LANGS)
    for kind, pin in seen.pins.items():
        assert pin.tries is not None or pin.state is PinState.ABSENT, kind


def jpki_tries(guard: Guard) -> None:
    for kind in (PinKind.SIGNATURE, PinKind.AUTHENTICATION):
        guard.tries(kind)


def sign(guard: Guard) -> None:
    guard.verify(PinKind.SIGNATURE, pins_of(PERSON)[PinKind.SIGNATURE], shown=guard.tries(PinKind.SIGNATURE))
    jpki = JpkiSession(guard)
    jpki.certificate(PinKind.SIGNATURE)
    assert len(jpki.sign_message(PinKind.SIGNATURE, b"return")) == 256


def verify(kind: PinKind, typed: str) -> Act:
    return lambda guard: guard.verify(kind, typed, shown=guard.tries(kind))


def change(kind: PinKind) -> Act:
    return lambda guard: guard.change(kind, pins_of(PERSON)[kind], NEW[kind], shown=guard.tries(kind))


def which(kind: PinKind) -> Act:
    return lambda guard: guard.new_is_valid(kind, pins_of(PERSON)[kind], NEW[kind], shown=guard.tries(kind))


ACTS: dict[str, Act] = {
    "check": check,
    "jpki-tries": jpki_tries,
    "sign": sign,
    **{f"verify-{kind.value}": verify(kind, pins_of(PERSON)[kind]) for kind in PinKind},
    **{f"miss-{kind.value}": verify(kind, NEW[kind]) for kind in PinKind},
    **{f"change-{kind.value}": change(kind) for kind in PinKind},
    **{f"which-{kind.value}": which(kind) for kind in PinKind},
}
SILENT = ("check", "jpki-tries")
TROUBLES = ("card.removed", "card.was-reset", "card.unpowered", "reader.in-use", "reader.daemon-restarted")


def representative(outcome: Outcome) -> bytes:
    words: list[int] = [0x63C2, *range(0x1_0000)]
    return next(word for word in words if read_status(word).outcome is outcome).to_bytes(2)


WRONG = [
    *(Wrong(f"sw-{one.value}", representative(one)) for one in Outcome),
    *(Wrong(f"sw-{sw:04X}", sw.to_bytes(2)) for sw in (0x63C0, 0x63C1, 0x63C5, 0x63CF, 0x6C00, 0x6A81, 0x6B00)),
    Wrong("empty"),
    Wrong("one-byte", b"\x90"),
    Wrong("cut-by-one", keep=slice(None, -1)),
    Wrong("without-status", keep=slice(None, -2)),
    Wrong("half", keep=slice(3, None)),
    Wrong("all-zero", bytes(64)),
    Wrong("zeros-and-9000", bytes(3) + b"\x90\x00"),
    *(Wrong(f"random-{seed}", Random(seed).randbytes(40)) for seed in range(3)),
    *(Wrong(code, trouble=CardTrouble(code, reader="script"), executed=False) for code in TROUBLES),
    Wrong("card.removed-after", trouble=CardTrouble("card.removed")),
]


@cache
def script(name: str) -> list[bytes]:
    """Return what the act says to a card that answers as it should."""
    commands: list[bytes] = []

    class Listening(VirtualCard):
        def transmit(self, command: bytes) -> bytes:
            commands.append(command)
            return super().transmit(command)

    try:
        ACTS[name](Guard(Listening(issued(PERSON), place="script"), ManualClock(NIGHT)))
    except WrongPin:
        assert name.startswith("miss")
    return commands


def tries_of(image: CardImage) -> dict[tuple[Application, int], int]:
    return {(a, file): pin.tries_left for a, one in image.directories.items() for file, pin in one.pins.items()}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
@pytest.mark.parametrize("name", ACTS)
def test_wrong_answer_at_any_step_ends_in_words_and_without_a_pin_in_doubt(name: str, wrong: Wrong) -> None:
    for step in range(len(script(name))):
        image = issued(PERSON)
        before = tries_of(image)
        player = Player(VirtualCard(image, place="script"), script(name), step, wrong)
        code = ""
        try:
            ACTS[name](Guard(player, ManualClock(NIGHT)))
        except KaijoError as error:
            code = error.code
            assert not isinstance(error, WrongPin) or player.said_wrong()
            for lang in LANGS:
                said = explain(error, lang)
                assert all((said.title, said.cause, said.remedy))
        player.check_every_pin_was_admitted()
        if name in SILENT:
            assert not any(spends(one.command) for one in player.dialogue)
        lied = player.dialogue[step].response == b"\x90\x00"  # "right" for a wrong PIN: nobody can know
        if any(left < before[pin] for pin, left in tries_of(image).items()) and not lied:
            assert code in REPORTED, step


@pytest.mark.parametrize("name", ACTS)
def test_healthy_dialogue_is_played_as_it_was(name: str) -> None:
    player = Player(VirtualCard(issued(PERSON), place="script"), script(name))
    if name.startswith("miss"):
        with pytest.raises(WrongPin):
            ACTS[name](Guard(player, ManualClock(NIGHT)))
    else:
        ACTS[name](Guard(player, ManualClock(NIGHT)))
    assert [one.command for one in player.dialogue] == script(name)
    player.check_every_pin_was_admitted()


def test_two_jpki_tries_take_three_commands() -> None:
    assert [one.hex().upper() for one in script("jpki-tries")] == [
        "00A4040C0AD392F000260100000001", "0020009B", "00200098",
    ]  # fmt: skip


def test_doctor_knows_the_card_before_it_asks_about_any_pin() -> None:
    said = script("check")
    first = next(number for number, command in enumerate(said) if asks(command))
    assert [one.hex().upper() for one in said[:2]] == ["00A4040C0AD392F000260100000001", "00B0860020"]
    assert first > 1


class Foreign:
    """A card of another kind: an empty VERIFY is a wrong try on it. `reading` is what it answers to READ BINARY."""

    place = "script"

    def __init__(self, *, selects: bool, reading: str) -> None:
        self._selects = selects
        self._reading = bytes.fromhex(reading)
        self.tries_left = 3

    def transmit(self, command: bytes) -> bytes:
        instruction = Command.decode(command).ins
        if instruction == 0xA4:
            return b"\x90\x00" if self._selects else b"\x6a\x82"
        if instruction == 0x20:
            self.tries_left -= 1
            return (0x63C0 | self.tries_left).to_bytes(2)
        return self._reading if instruction == 0xB0 else b"\x6d\x00"

    def power_cycle(self) -> None:
        raise AssertionError

    def close(self) -> None:
        pass


READINGS = ["9000", "0000009000", "8F8F009000", "6A82", "6982", "6F00", "6D00", "", "90", "FF" * 32 + "9000",
            b"JPKIAPICCTOKEN3".ljust(32).hex() + "9000", b"BELPIC".ljust(32).hex() + "9000", "61FF"]  # fmt: skip


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("selects", [True, False])
def test_card_that_counts_a_question_as_a_miss_is_never_asked(selects: bool, reading: str) -> None:
    card = Foreign(selects=selects, reading=reading)
    link: Link = card
    try:
        seen = examine(Guard(link, ManualClock(NIGHT)), ManualClock(NIGHT))
    except KaijoError as error:
        assert selects
        assert all(explain(error, lang).remedy for lang in LANGS)
    else:
        assert (seen.kind, seen.pins) == (CardKind.UNKNOWN, {})
        assert [finding.code for finding in findings(seen)] == ["finding.unknown-card"]
    assert card.tries_left == 3


def test_guard_asks_nothing_where_the_application_is_absent() -> None:
    card = Foreign(selects=False, reading="6A82")
    for name, act in ACTS.items():
        if name != "check":
            with pytest.raises(CardTrouble) as caught:
                act(Guard(card, ManualClock(NIGHT)))
            assert caught.value.code == "card.no-application"
    assert card.tries_left == 3


def test_card_that_stumbles_once_after_power_on_is_known_all_the_same() -> None:
    class Stumbling(VirtualCard):
        stumbled = False

        def transmit(self, command: bytes) -> bytes:
            if not self.stumbled:
                self.stumbled = True
                return b"\x6f\x00"
            return super().transmit(command)

    guard = Guard(Stumbling(issued(PERSON), place="script"), ManualClock(NIGHT))
    assert examine(guard, ManualClock(NIGHT)).kind is CardKind.CURRENT


def test_phone_token_without_the_other_applications_has_two_pins() -> None:
    image = issued(PERSON)
    image.directories = {Application.JPKI: image.directories[Application.JPKI]}
    seen = examine(Guard(VirtualCard(image, place="phone"), ManualClock(NIGHT)), ManualClock(NIGHT))
    assert {kind for kind, pin in seen.pins.items() if pin.state is PinState.ABSENT} == {
        PinKind.RESIDENT, PinKind.ATTRIBUTES,
    }  # fmt: skip
