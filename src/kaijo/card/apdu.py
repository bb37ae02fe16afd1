"""Command and response APDUs, short and extended [ISO 7816-4 5.1, 5.2]."""

from dataclasses import dataclass, field
from enum import IntEnum, unique

from kaijo.errors import CardTrouble

SHORT_DATA, SHORT_LE = 255, 256
EXTENDED_DATA, EXTENDED_LE = 65_535, 65_536


@unique
class Ins(IntEnum):
    """Instruction bytes, named as the specifications name them [ISO 7816-4 table 4; GPC 11; JICSAP 1.1]."""

    VERIFY = 0x20
    MANAGE_SECURITY_ENVIRONMENT = 0x22
    CHANGE_REFERENCE_DATA = 0x24
    PSO = 0x2A
    RESET_RETRY_COUNTER = 0x2C
    CHANGE_KEY = 0x32
    INITIALIZE_UPDATE = 0x50
    UNLOCK_KEY = 0x54
    EXTERNAL_AUTHENTICATE = 0x82
    GET_CHALLENGE = 0x84
    INTERNAL_AUTHENTICATE = 0x88
    SELECT = 0xA4
    READ_BINARY = 0xB0
    READ_RECORD = 0xB2
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCA


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU. `le` is the number of bytes wanted, 0 for none (cases 1 and 3).

    The data field stays out of `repr`: it may hold a PIN.
    """

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int = 0

    def encode(self) -> bytes:
        """Return the bytes on the wire: the short form where it fits, else the extended one.

        Raises CardTrouble `card.command-too-long` when neither form can carry it.
        """
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        if len(self.data) > EXTENDED_DATA or self.le > EXTENDED_LE:
            raise CardTrouble("card.command-too-long")
        if len(self.data) <= SHORT_DATA and self.le <= SHORT_LE:
            lc = bytes((len(self.data),)) + self.data if self.data else b""
            return header + lc + (bytes((self.le & 0xFF,)) if self.le else b"")
        lc = len(self.data).to_bytes(2) + self.data if self.data else b""
        return header + b"\0" + lc + ((self.le & 0xFFFF).to_bytes(2) if self.le else b"")

    @classmethod
    def decode(cls, raw: bytes) -> "Command":
        """Return the command that `raw` spells. Raises CardTrouble `card.malformed-command` when it spells none."""
        if len(raw) < 4:
            raise CardTrouble("card.malformed-command")
        cla, ins, p1, p2, *_ = raw
        body = raw[4:]
        if not body:
            return cls(cla, ins, p1, p2)
        if len(body) == 1:
            return cls(cla, ins, p1, p2, le=body[0] or SHORT_LE)
        if body[0]:
            data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
            if len(data) != body[0] or len(rest) > 1:
                raise CardTrouble("card.malformed-command")
            return cls(cla, ins, p1, p2, data, (rest[0] or SHORT_LE) if rest else 0)
        data, le = cls._decode_extended(body[1:])
        return cls(cla, ins, p1, p2, data, le)

    @staticmethod
    def _decode_extended(body: bytes) -> tuple[bytes, int]:
        if len(body) == 2:
            return b"", int.from_bytes(body) or EXTENDED_LE
        size = int.from_bytes(body[:2])
        data, rest = body[2 : 2 + size], body[2 + size :]
        if not size or len(data) != size or len(rest) not in {0, 2}:
            raise CardTrouble("card.malformed-command")
        return data, (int.from_bytes(rest) or EXTENDED_LE) if rest else 0


@dataclass(frozen=True, slots=True)
class Response:
    """A response APDU: data (kept out of `repr`) and the status word."""

    data: bytes = field(repr=False)
    sw: int

    @classmethod
    def decode(cls, raw: bytes) -> "Response":
        """Return the response that `raw` spells. Raises CardTrouble `card.malformed-answer` below two bytes."""
        if len(raw) < 2:
            raise CardTrouble("card.malformed-answer")
        return cls(raw[:-2], int.from_bytes(raw[-2:]))

    def encode(self) -> bytes:
        """Return the bytes on the wire."""
        return self.data + self.sw.to_bytes(2)
