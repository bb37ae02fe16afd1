import pytest

from kaijo.card.administration import Act
from kaijo.errors import CardTrouble, KaijoError
from kaijo.reset.relay import LAST_STEPS, Turn, Visit, first_command, next_turn
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.virtualcard.card import VirtualCard

from .bench import CARD_ID, MASTER, SIGNATURE, code_of, image

KEYS = KeyFileCardKeys(MASTER)
VISIT = Visit(CARD_ID, bytes(range(16)), SIGNATURE, b"R" * 16)
LAST_STEP = LAST_STEPS[Act.RESET]


def played(card: VirtualCard) -> tuple[list[bytes], list[Turn]]:
    """Return the whole dialogue: the card's answers, and the turn after each."""
    answers: list[bytes] = []
    turns: list[Turn] = []
    command: bytes | None = first_command()
    while command is not None:
        answers.append(card.transmit(command))
        turns.append(next_turn(KEYS, VISIT, answers))
        command = turns[-1].command
    return answers, turns


def test_relay_is_a_function_of_the_transcript() -> None:
    answers, turns = played(VirtualCard(image(CARD_ID), place="bench"))
    assert len(answers) == LAST_STEP + 1
    assert [next_turn(KEYS, VISIT, answers[: step + 1]) for step in range(len(answers))] == turns
    assert [turn.read is not None for turn in turns] == [False, False, False, True, False]
    assert turns[3].read is not None
    assert (turns[3].read.reset_number, turns[3].read.last) == (0, None)


def test_relay_sends_the_grant_encrypted() -> None:
    _, turns = played(VirtualCard(image(CARD_ID), place="bench"))
    assert turns[3].command is not None
    assert turns[3].command[:2] == b"\x84\xaa"
    assert VISIT.reservation not in turns[3].command


def test_relay_beyond_its_end_is_out_of_step() -> None:
    answers, _ = played(VirtualCard(image(CARD_ID), place="bench"))
    assert code_of(lambda: next_turn(KEYS, VISIT, [*answers, b"\x90\x00"])) == "reset.out-of-step"


@pytest.mark.parametrize("step", range(LAST_STEP + 1))
def test_relay_with_an_error_status_is_refused_at_every_step(step: int) -> None:
    answers, _ = played(VirtualCard(image(CARD_ID), place="bench"))
    code = "channel.refused" if step == 2 else "reset.card-refused"
    assert code_of(lambda: next_turn(KEYS, VISIT, [*answers[:step], b"\x69\x85"])) == code


@pytest.mark.parametrize("step", range(LAST_STEP + 1))
@pytest.mark.parametrize("answer", [b"", b"\x90", b"\x90\x00", b"\0" * 40 + b"\x90\x00", b"\xff" * 255 + b"\x90\x00"])
def test_relay_with_a_senseless_answer_never_goes_on(step: int, answer: bytes) -> None:
    if (step in {0, 2} and answer == b"\x90\x00") or (step == 0 and len(answer) > 2):
        return  # that is what those steps wait for
    answers, _ = played(VirtualCard(image(CARD_ID), place="bench"))
    with pytest.raises(KaijoError):
        next_turn(KEYS, VISIT, [*answers[:step], answer])


def test_relay_with_any_bit_of_the_hello_flipped_never_goes_on() -> None:
    answers, _ = played(VirtualCard(image(CARD_ID), place="bench"))
    for position in range(len(answers[1])):
        hello = bytearray(answers[1])
        hello[position] ^= 0x01
        try:
            turn = next_turn(KEYS, VISIT, [answers[0], bytes(hello)])
        except KaijoError:
            continue
        # Only the key version is not covered by the cryptogram, and nothing hangs on it.
        assert (position, turn.command is not None) == (10, True)


def test_relay_with_a_card_that_cannot_keep_the_level_is_refused() -> None:
    answers, _ = played(VirtualCard(image(CARD_ID), place="bench"))
    hello = bytearray(answers[1])
    hello[12] &= ~0x40
    with pytest.raises(CardTrouble) as trouble:
        next_turn(KEYS, VISIT, [answers[0], bytes(hello)])
    assert trouble.value.code == "channel.not-supported"
