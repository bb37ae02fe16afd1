"""Promise: a card that is torn away at any command is never "wrong PIN", and no spent try goes untold."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from kaijo.card.files import PIN_REFERENCES
from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.clock import ManualClock
from kaijo.doctor import examine
from kaijo.errors import CardTrouble, KaijoError, WrongPin
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.faults import Exchange, Recorder, RemovedAt
from kaijo.virtualcard.image import CardImage
from tests.support.player import spends
from tests.support.world import NEW_PINS, NIGHT, World, issued, pins_of

PERSON, AT_KIOSK = "fresh", "signature-locked"
NEW = {**NEW_PINS, PinKind.RESIDENT: "8642", PinKind.ATTRIBUTES: "8642"}
OLD = pins_of(PERSON)
UNKNOWN = {"card.verify-unknown", "card.change-unknown"}
KIOSK_COMMANDS = 20
Act = Callable[[Guard], object]


def check(guard: Guard) -> None:
    examine(guard, ManualClock(NIGHT))


def sign(guard: Guard) -> None:
    guard.verify(PinKind.SIGNATURE, OLD[PinKind.SIGNATURE], shown=guard.tries(PinKind.SIGNATURE))
    JpkiSession(guard).sign_message(PinKind.SIGNATURE, b"return")


def verify(kind: PinKind, typed: str) -> Act:
    return lambda guard: guard.verify(kind, typed, shown=guard.tries(kind))


def change(kind: PinKind) -> Act:
    return lambda guard: guard.change(kind, OLD[kind], NEW[kind], shown=guard.tries(kind))


def which(kind: PinKind) -> Act:
    return lambda guard: guard.new_is_valid(kind, OLD[kind], NEW[kind], shown=guard.tries(kind))


CHANGES = {f"change-{kind.value}": kind for kind in PinKind}
ACTS: dict[str, Act] = {
    "check": check,
    "sign": sign,
    **{f"verify-{kind.value}": verify(kind, OLD[kind]) for kind in PinKind},
    **{f"miss-{kind.value}": verify(kind, NEW[kind]) for kind in PinKind},
    **{name: change(kind) for name, kind in CHANGES.items()},
    **{f"which-{kind.value}": which(kind) for kind in PinKind},
}


def commands(act: Act) -> range:
    """Return the numbers of the commands that the act says to a card that stays."""
    recorder = Recorder(VirtualCard(issued(PERSON), place="table"))
    with suppress(WrongPin):
        act(Guard(recorder, ManualClock(NIGHT)))
    return range(1, len(recorder.dialogue) + 1)


def spent(image: CardImage) -> bool:
    fresh = issued(PERSON).directories
    return any(
        pin.tries_left < fresh[name].pins[file].tries_left
        for name, one in image.directories.items()
        for file, pin in one.pins.items()
    )


def values(image: CardImage, kind: PinKind) -> set[str]:
    held = (image.directories[one.application].pins[one.file].value for one in PIN_REFERENCES[kind])
    return {value.decode() for value in held if value is not None}


def tear(image: CardImage, act: Act, apdu: int, *, executed: bool) -> tuple[str, list[Exchange]]:
    """Return the code of the trouble, and what was said."""
    recorder = Recorder(RemovedAt(VirtualCard(image, place="table"), apdu=apdu, executed=executed))
    with pytest.raises(CardTrouble) as caught:
        act(Guard(recorder, ManualClock(NIGHT)))
    return caught.value.code, recorder.dialogue


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("name", ACTS)
def test_torn_card_is_never_a_wrong_pin_and_a_spent_try_is_told(name: str, executed: bool) -> None:
    for apdu in commands(ACTS[name]):
        image = issued(PERSON)
        code, dialogue = tear(image, ACTS[name], apdu, executed=executed)
        assert code in UNKNOWN | {"card.removed"}
        assert not any(spends(exchange.command) for exchange in dialogue[apdu:])
        if spends(dialogue[apdu - 1].command) or spent(image):
            assert code in UNKNOWN, apdu
        if name == "check":
            assert code == "card.removed"


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("name", CHANGES)
def test_torn_change_is_settled_by_asking_the_card(name: str, executed: bool) -> None:
    kind = CHANGES[name]
    for apdu in commands(ACTS[name]):
        image = issued(PERSON)
        code, _ = tear(image, ACTS[name], apdu, executed=executed)
        if code == "card.removed":
            assert values(image, kind) == {OLD[kind]}, apdu
            continue
        guard = Guard(VirtualCard(image, place="table"), ManualClock(NIGHT))
        new = guard.new_is_valid(kind, OLD[kind], NEW[kind], shown=guard.tries(kind))
        assert values(image, kind) == {NEW[kind] if new else OLD[kind]}, apdu
        assert not spent(image)


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("apdu", range(1, KIOSK_COMMANDS + 1))
def test_card_torn_at_the_kiosk_loses_neither_try_nor_reservation(world: World, apdu: int, executed: bool) -> None:
    image = issued(AT_KIOSK)
    world.reserve(VirtualCard(image, place="table"), AT_KIOSK)
    recorder = Recorder(RemovedAt(VirtualCard(image, place="kiosk"), apdu=apdu, executed=executed))
    with pytest.raises(KaijoError) as caught:
        world.reset(world.kiosk(recorder), AT_KIOSK)
    assert caught.value.code in {"card.removed", "card.verify-unknown", "card.reset-unknown"}
    assert not any(spends(exchange.command) for exchange in recorder.dialogue[apdu:])
    if spends(recorder.dialogue[apdu - 1].command):
        assert caught.value.code in {"card.verify-unknown", "card.reset-unknown"}
    world.clock.advance(kiosk_session_life() + timedelta(seconds=1))
    try:
        world.reset(world.kiosk(VirtualCard(image, place="kiosk")), AT_KIOSK)
    except KaijoError as error:
        assert error.code == "reset.already-done"
    assert image.administration.reset_number == 1
    guard = world.guard(VirtualCard(image, place="table"))
    for kind in PinKind:
        assert guard.tries(kind).tries_left == guard.tries(kind).tries_max


def test_kiosk_says_as_many_commands_as_are_torn_above(world: World) -> None:
    recorder = Recorder(world.card(AT_KIOSK))
    world.reserve(world.card(AT_KIOSK), AT_KIOSK)
    world.reset(world.kiosk(recorder), AT_KIOSK)
    assert len(recorder.dialogue) == KIOSK_COMMANDS
