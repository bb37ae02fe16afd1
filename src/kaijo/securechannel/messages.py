"""Commands and responses as plain values, the form in which the two ends of a channel meet them."""

from dataclasses import dataclass, field
from typing import Final

OK: Final = 0x9000
NOT_AUTHENTICATED: Final = 0x6300
WRONG_LENGTH: Final = 0x6700
SECURITY_STATUS: Final = 0x6982
CONDITIONS: Final = 0x6985
SECURE_MESSAGING_DATA: Final = 0x6988
WRONG_PARAMETERS: Final = 0x6A86
KEY_NOT_FOUND: Final = 0x6A88

_WARNINGS: Final = (0x62, 0x63)
_SHORT_LC: Final = 255
_SHORT_LE: Final = 256


@dataclass(frozen=True)
class Command:
    """One command. `le` is the number of bytes wanted, 1 to 65536, or 0 for none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int = 0

    def header(self, lc: int) -> bytes:
        """Return CLA INS P1 P2 and `lc` in the form the whole command needs: one byte, or 00 and two bytes.

        A command is extended only when its data or its `le` do not fit the short form [ISO 7816-4 5.2].
        """
        short = lc <= _SHORT_LC and self.le <= _SHORT_LE
        return bytes([self.cla, self.ins, self.p1, self.p2]) + (bytes([lc]) if short else lc.to_bytes(3))


@dataclass(frozen=True)
class Response:
    """One response: its data and its status word."""

    data: bytes = field(repr=False)
    sw: int

    @property
    def is_error(self) -> bool:
        """Whether the status is neither 9000 nor a warning (62xx, 63xx) [GPC Amendment D 6.2.5]."""
        return self.sw != OK and self.sw >> 8 not in _WARNINGS
