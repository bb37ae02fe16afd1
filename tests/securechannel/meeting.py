"""A card and a host that meet, and the published transcripts, for every test of the secure channel."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kaijo.securechannel.card import CardEnd, SecurityDomain
from kaijo.securechannel.handshake import CardHello, Options, SecurityLevel, initialize_update
from kaijo.securechannel.host import HostEnd
from kaijo.securechannel.keys import StaticKeys, derive_card_keys, derive_session_keys
from kaijo.securechannel.messages import OK, Command, Response

VECTORS = tomllib.loads((Path(__file__).parent / "vectors.toml").read_text("utf-8"))
MASTER = bytes(range(32))
CARD_ID = bytes.fromhex("4B41494A4F0000000001")
AID = bytes.fromhex("A000000151000000")
ALL_OPTIONS = Options.PSEUDO_RANDOM | Options.R_MAC | Options.R_ENC
S8, S16 = ALL_OPTIONS, ALL_OPTIONS | Options.S16


def echo(command: Command) -> Response:
    return Response(command.data, OK)


@dataclass
class Meeting:
    """A card and the host that has just read its hello; nothing is authenticated yet."""

    key_length: int = 16
    options: Options = S8
    level: SecurityLevel = SecurityLevel.C_ENC_R_ENC
    executed: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys = derive_card_keys(MASTER[: self.key_length], CARD_ID)
        domain = SecurityDomain(self.keys, 1, CARD_ID, self.options, AID)
        self.card = CardEnd(domain, random=lambda size: b"\x5c" * size, next_counter=lambda: 7)
        self.answer: Callable[[Command], Response] = echo
        self.challenge = bytes(range(0xA0, 0xA0 + self.options.width))
        self.hello = self.card.process(initialize_update(self.challenge), self.execute)
        self.host = self.new_host()

    def new_host(self) -> HostEnd:
        hello = CardHello.parse(self.hello.data)
        session_keys = derive_session_keys(self.keys, self.challenge, hello.challenge)
        return HostEnd(session_keys, self.challenge, hello, self.level)

    def execute(self, command: Command) -> Response:
        self.executed.append(command)
        return self.answer(command)

    def send(self, command: Command) -> Response:
        return self.card.process(command, self.execute)

    def open(self) -> "Meeting":
        self.host.unwrap(self.send(self.host.external_authenticate()))
        return self

    def exchange(self, command: Command) -> Response:
        return self.host.unwrap(self.send(self.host.wrap(command)))


def static_keys(name: str) -> StaticKeys:
    return StaticKeys(**{part: bytes.fromhex(value) for part, value in VECTORS["keys"][name].items()})


def spell(command: Command) -> bytes:
    """Return the bytes of a command, written here once more so that the tests owe nothing to the code."""
    short = len(command.data) <= 255 and command.le <= 256
    size = 1 if short else 2
    raw = bytes([command.cla, command.ins, command.p1, command.p2]) + (b"" if short else b"\0")
    if command.data:
        raw += len(command.data).to_bytes(size) + command.data
    return raw + (command.le % 256**size).to_bytes(size) if command.le else raw


def read(text: str) -> Command:
    """Return the command that a short transcript line spells."""
    raw = bytes.fromhex(text)
    header, lc, body = raw[:4], raw[4:5], raw[5:]
    if not body:
        return command_of(header, (lc[0] or 256) if lc else 0)
    rest = body[lc[0] :]
    return command_of(header + body[: lc[0]], (rest[0] or 256) if rest else 0)


def command_of(header_and_data: bytes | bytearray, le: int = 0) -> Command:
    cla, ins, p1, p2 = header_and_data[:4]
    return Command(cla, ins, p1, p2, bytes(header_and_data[4:]), le)


def sessions() -> list[Any]:
    return [pytest.param(session, id=session["name"]) for session in VECTORS["session"]]
