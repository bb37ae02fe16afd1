import pytest

from kaijo.card.apdu import Ins
from kaijo.errors import CardTrouble, WrongPin
from kaijo.facts.pins import PinKind
from kaijo.terminals.trial import try_out
from kaijo.virtualcard.faults import Around
from tests.support.world import World, pins_of

CERTIFIED = [PinKind.SIGNATURE, PinKind.AUTHENTICATION]


class Forged(Around):
    """A card whose signatures have one bit wrong."""

    def transmit(self, command: bytes) -> bytes:
        answer = super().transmit(command)
        return bytes([answer[0] ^ 1]) + answer[1:] if command[1] == Ins.PSO else answer


@pytest.mark.parametrize("kind", CERTIFIED)
def test_pin_that_works_signs(world: World, kind: PinKind) -> None:
    guard = world.guard(world.card("fresh"))
    try_out(guard, kind, pins_of("fresh")[kind])
    assert guard.tries(kind).tries_left == guard.tries(kind).tries_max


def test_pin_that_does_not_work_is_told_with_its_tries(world: World) -> None:
    with pytest.raises(WrongPin) as wrong:
        try_out(world.guard(world.card("fresh")), PinKind.SIGNATURE, "WRONG99")
    assert wrong.value.tries_left == 4


@pytest.mark.parametrize("kind", CERTIFIED)
def test_signature_that_does_not_hold_is_told(world: World, kind: PinKind) -> None:
    with pytest.raises(CardTrouble) as failed:
        try_out(world.guard(Forged(world.card("fresh"))), kind, pins_of("fresh")[kind])
    assert failed.value.code == "terminal.trial-failed"
