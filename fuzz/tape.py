"""Bytes that are taken piece by piece, and a card that a tape of bytes disturbs."""

import json

from kaijo.card.link import Link
from kaijo.errors import CardTrouble
from kaijo.virtualcard.faults import Around

TROUBLES = ("card.removed", "card.was-reset", "card.unpowered", "reader.noise", "reader.in-use")
_TRUE_ANSWERS = 0x80


class Tape:
    """Bytes to be taken from the front; zeros follow for ever."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken.ljust(size, b"\0")

    def rest(self) -> bytes:
        """Return all that was not taken yet."""
        return self._data[self._at :]

    def value(self) -> object:
        """Return the rest as the JSON value that it spells, else as text."""
        raw = self.rest()
        try:
            value = json.loads(raw)
            json.dumps([[[value]]])
        except (ValueError, RecursionError):
            return raw.decode("latin-1")
        return value


class Disturbed(Around):
    """A card whose answers the tape changes: one byte for every command says how, and what follows says to what."""

    def __init__(self, inner: Link, tape: Tape) -> None:
        super().__init__(inner)
        self._tape = tape
        self.sent: list[bytes] = []
        self.answers: list[bytes | None] = []

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on and change the answer. Raises CardTrouble as a link may."""
        self.sent.append(command)
        self.answers.append(None)
        answer = self._changed(super().transmit(command), self._tape.byte())
        self.answers[-1] = answer
        return answer

    def _changed(self, answer: bytes, how: int) -> bytes:
        tape = self._tape
        if how == 0 or how >= _TRUE_ANSWERS:
            return answer
        match how % 6:
            case 0:
                raise CardTrouble(TROUBLES[tape.byte() % len(TROUBLES)], reader=self.place)
            case 1:
                return tape.take(2)
            case 2:
                return answer[:-2] + tape.take(2)
            case 3:
                return tape.take(tape.byte())
            case 4:
                return answer[: tape.byte()]
            case _:
                at = int.from_bytes(tape.take(2)) % len(answer)
                return answer[:at] + tape.take(1) + answer[at + 1 :]
