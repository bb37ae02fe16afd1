"""Any bytes as commands to the card in software: it answers each with a status word."""

from functools import partial

from fuzz.tape import Tape
from fuzz.told import demand, told
from kaijo.card.apdu import Command, Response
from kaijo.virtualcard.card import VirtualCard
from tests.virtualcard.handmade import handmade_image

_MOST = 32
_SELECTIONS = tuple(
    bytes.fromhex(f"00A4040C{len(aid) // 2:02X}{aid}")
    for aid in (
        "D392F000260100000001", "D3921000310001010402", "D3921000310001010408",
        "D3921000310001010401", "D3921000310001010100", "A0000001510000",
    )
)  # fmt: skip


def run(data: bytes) -> None:
    """Send commands: each begins with its length, or is one of the six selections."""
    tape = Tape(data)
    card = VirtualCard(handmade_image(), place="table", random=bytes)
    for _ in range(_MOST):
        size = tape.byte()
        command = _SELECTIONS[size - 250] if size >= 250 else tape.take(size)
        if not tape.rest() and not size:
            break
        told(partial(_survives, command))
        demand(len(card.transmit(command)) >= 2, "every command is answered")


def _survives(command: bytes) -> None:
    decoded = Command.decode(command)
    demand(Command.decode(decoded.encode()) == decoded, "a command survives the wire")
    Response.decode(command).encode()
