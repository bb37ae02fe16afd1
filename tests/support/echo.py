"""A card that does next to nothing, and writes down what happens to it."""

from collections.abc import Callable

ATR = bytes.fromhex("3B80800101")
LEAVE = bytes.fromhex("0088FFFF")


class EchoCard:
    """Answers with the command's data field and 9000; `before` is called with every command first."""

    def __init__(self, before: Callable[[bytes], None] = lambda _command: None) -> None:
        self.seen: list[str] = []
        self._before = before

    @property
    def atr(self) -> bytes:
        return ATR

    def transmit(self, command: bytes) -> bytes:
        self.seen.append(command.hex().upper())
        self._before(command)
        return command[5:] + b"\x90\x00"

    def power_on(self) -> None:
        self.seen.append("on")

    def power_off(self) -> None:
        self.seen.append("off")

    def reset(self) -> None:
        self.seen.append("reset")
