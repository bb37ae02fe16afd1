"""Answers of a card, or of a kiosk that makes them up, to the service's end of the secure channel."""

from collections.abc import Callable, Sequence
from functools import partial

from fuzz.tape import Disturbed, Tape
from fuzz.told import told
from kaijo.card.administration import Grant, Receipt, ResetState
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.reset.relay import Visit, first_command, next_turn
from kaijo.securechannel.handshake import CardHello
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.virtualcard.card import VirtualCard
from tests.reset.bench import CARD_ID, MASTER, image

_KEYS = KeyFileCardKeys(MASTER)
_VISIT = Visit(CARD_ID, bytes(range(16)), PinKind.SIGNATURE, bytes(range(16)))
_STEPS = 6
_MESSAGES: tuple[Callable[[bytes], object], ...] = (
    CardHello.parse, Grant.decode, Receipt.decode, ResetState.decode,
)  # fmt: skip


def run(data: bytes) -> None:
    """Relay to a disturbed card; then read `data` as each message of the channel and of administration."""
    tape = Tape(data)
    link = Disturbed(VirtualCard(image(CARD_ID), place="table", random=bytes), tape)
    command: bytes | None = first_command()
    answers: list[bytes] = []
    while command is not None and len(answers) < _STEPS:
        try:
            answers.append(link.transmit(command))
        except KaijoError:
            break
        command = _next(answers)
    for decode in _MESSAGES:
        told(partial(decode, data))
    told(lambda: next_turn(_KEYS, _VISIT, [data] * (1 + len(data) % _STEPS)))


def _next(answers: Sequence[bytes]) -> bytes | None:
    turns: list[bytes | None] = []
    told(lambda: turns.append(next_turn(_KEYS, _VISIT, answers).command))
    return turns[0] if turns else None
