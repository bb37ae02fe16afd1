"""A link that plays a dialogue strictly: an unexpected command fails the test."""

from kaijo.errors import KaijoError


class Scripted:
    """Expects each command in turn (hex) and gives its answer (hex), or raises the error that stands there."""

    place = "script"

    def __init__(self, *dialogue: tuple[str, str | KaijoError]) -> None:
        self._dialogue = list(dialogue)
        self.cycles = 0
        self.closed = 0

    def transmit(self, command: bytes) -> bytes:
        assert self._dialogue, f"unexpected {command.hex().upper()} after the end"
        expected, answer = self._dialogue.pop(0)
        assert command.hex().upper() == expected.replace(" ", "").upper()
        if isinstance(answer, KaijoError):
            raise answer
        return bytes.fromhex(answer)

    def power_cycle(self) -> None:
        self.cycles += 1

    def close(self) -> None:
        self.closed += 1

    def played(self) -> bool:
        return not self._dialogue
