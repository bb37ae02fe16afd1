"""A strict player: a card that expects the dialogue of a healthy one, gives one wrong answer, and watches what follows.

Up to the wrong answer an unexpected command fails the test; after it a real (virtual) card goes on answering.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kaijo.card.link import Link
from kaijo.card.status import Outcome, read_status
from kaijo.errors import CardTrouble
from kaijo.virtualcard.faults import Around, Exchange

SPENDING = frozenset((0x20, 0x24, 0x2C, 0x32))


def spends(command: bytes) -> bool:
    """Return whether the command can spend a try or change a PIN."""
    return command[1] in SPENDING and len(command) > 4


def asks(command: bytes) -> bool:
    """Return whether the command is an empty VERIFY."""
    return command[1] == 0x20 and len(command) == 4


@dataclass(frozen=True)
class Wrong:
    """A wrong answer: bytes, a number of bytes cut off the right one, or trouble; `executed` by the card or not."""

    name: str
    answer: bytes = b""
    keep: slice | None = None
    trouble: CardTrouble | None = None
    executed: bool = True


class Player(Around):
    """Expects `script`; gives `wrong` for answer number `step` (from 0, None for never)."""

    def __init__(
        self, card: Link, script: Sequence[bytes], step: int | None = None, wrong: Wrong | None = None
    ) -> None:
        super().__init__(card)
        self._script = script
        self._step = step
        self._wrong = wrong
        self.dialogue: list[Exchange] = []

    def transmit(self, command: bytes) -> bytes:
        at = len(self.dialogue)
        if self._step is None or at <= self._step:
            assert at < len(self._script), f"unexpected {command.hex()} after the end"
            assert command == self._script[at]
        self.dialogue.append(Exchange(command, None))
        wrong = self._wrong if at == self._step else None
        answer = super().transmit(command) if wrong is None or wrong.executed else b"\x6f\x00"
        if wrong is not None:
            if wrong.trouble is not None:
                raise wrong.trouble
            answer = wrong.answer if wrong.keep is None else answer[wrong.keep]
        self.dialogue[-1] = Exchange(command, answer)
        return answer

    def check_every_pin_was_admitted(self) -> None:
        """Assert that before every PIN the card said that two tries are left, and before every change that it is right.

        And that nothing that spends follows on an answer that does not say what became of the one before.
        """
        for number, exchange in enumerate(self.dialogue):
            if not spends(exchange.command):
                continue
            before = self.dialogue[number - 1]
            assert before.response is not None
            if exchange.command[1] == 0x20:
                assert asks(before.command)
                assert before.command[3] == exchange.command[3]
                assert (read_status(int.from_bytes(before.response[-2:])).tries_left or 0) >= 2
            elif exchange.command[1] != 0x2C:
                assert spends(before.command)
                assert before.response == b"\x90\x00"
        outcomes = [self._outcome(one.response) for one in self.dialogue if spends(one.command)]
        assert set(outcomes[:-1]) <= {Outcome.DONE, Outcome.TRIES, Outcome.NOT_VERIFIED}

    def said_wrong(self) -> bool:
        """Return whether the last answer to a PIN was that it is wrong."""
        spoken = [one.response for one in self.dialogue if spends(one.command)]
        return bool(spoken) and self._outcome(spoken[-1]) in {Outcome.TRIES, Outcome.NOT_VERIFIED}

    @staticmethod
    def _outcome(response: bytes | None) -> Outcome | None:
        if response is None or len(response) < 2:
            return None
        return read_status(int.from_bytes(response[-2:])).outcome
