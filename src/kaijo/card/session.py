"""What the sessions of all applications share: selecting theirs and reading files."""

from typing import ClassVar

from kaijo.card import tlv
from kaijo.card.apdu import SHORT_LE, Command, Ins, Response
from kaijo.card.files import Application
from kaijo.card.guard import Guard
from kaijo.card.status import Outcome, read_status
from kaijo.errors import CardTrouble, Refused

_LONGEST = 0x7FFF  # beyond, an offset in P1 and P2 would name another file [ISO 7816-4 11.3.3]


class Session:
    """One application of the card behind a guard. Several sessions may share the guard; each selects its own."""

    application: ClassVar[Application]
    _header_size: ClassVar[int] = 5  # enough for a two-byte tag and a three-byte length

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        guard.select(self.application)

    def _read_object(self, file: int) -> bytes:
        """Return the one data object that the file holds, without the filler behind it.

        Two reads on a card that knows short file ids and extended length; the conservative form otherwise.
        Raises Refused `card.pin-needed`, CardTrouble `card.no-such-file` or `card.malformed-data`.
        """
        head = self._first_bytes(file, self._header_size)
        _, start, size = tlv.header(head)
        if start + size > _LONGEST:
            raise CardTrouble("card.malformed-data")
        return self._whole(start + size)

    def _first_bytes(self, file: int, size: int) -> bytes:
        """Return up to `size` bytes from the file's beginning; it is the current one afterwards."""
        self._guard.select(self.application)
        answer = self._guard.transmit(Command(0x00, Ins.READ_BINARY, 0x80 | file, 0, le=size))
        if read_status(answer.sw).outcome in {Outcome.WRONG_PARAMETERS, Outcome.NOT_SUPPORTED, Outcome.END_OF_FILE}:
            self._check(self._select_file(file), file)
            answer = self._guard.transmit(Command(0x00, Ins.READ_BINARY, 0, 0, le=size))
        self._check(answer, file)
        return answer.data

    def _select_file(self, file: int) -> Response:
        return self._guard.transmit(Command(0x00, Ins.SELECT, 0x02, 0x0C, file.to_bytes(2)))

    def _whole(self, total: int) -> bytes:
        content = b""
        step = total
        while len(content) < total:
            le = min(step, total - len(content))
            answer = self._guard.transmit(Command(0x00, Ins.READ_BINARY, len(content) >> 8, len(content) & 0xFF, le=le))
            if not answer.data and step > SHORT_LE:
                step = SHORT_LE  # the card or the reader does not take extended length
                continue
            if not answer.data:
                raise CardTrouble("card.malformed-data")
            content += answer.data
        return content[:total]

    def _check(self, answer: Response, file: int) -> None:
        status = read_status(answer.sw)
        if status.done:
            return
        if status.outcome is Outcome.NOT_ALLOWED:
            raise Refused("card.pin-needed")
        if status.outcome is Outcome.NOT_FOUND:
            raise CardTrouble("card.no-such-file", file=f"{file:04X}")
        raise CardTrouble(
            "card.unexpected-status", status=f"{answer.sw:04X}", meaning=f"outcome.{status.outcome.value}"
        )
