"""The administration commands of the virtual card. **Our own invention**: how the real one is administered is secret.

They ride on the card manager inside GlobalPlatform SCP03 at level 33. A grant lets the card obey one
RESET RETRY COUNTER [ISO 7816-4 11.6.10, P1 = 02: new reference data only]; the card's answer is a receipt.
"""

from dataclasses import dataclass

from kaijo.card.apdu import Command
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind

AUTHORISE_RESET = 0xAA
READ_RECEIPT = 0xAC
RESERVATION_SIZE = 16
RECEIPT_KEY_LABEL = "receipt"  # under which a card's receipt key is derived from the master
_KIND_CODES = {PinKind.SIGNATURE: 1, PinKind.AUTHENTICATION: 2, PinKind.RESIDENT: 3, PinKind.ATTRIBUTES: 4}
_KINDS = {code: kind for kind, code in _KIND_CODES.items()}


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for one reset of one PIN kind, bound to a reservation and to the card's present reset number."""

    kind: PinKind
    reservation: bytes
    reset_number: int

    def encode(self) -> bytes:
        """Return the data field of AUTHORISE RESET: kind (1), reservation (16), reset number (4)."""
        return bytes((_KIND_CODES[self.kind],)) + self.reservation + self.reset_number.to_bytes(4)

    @classmethod
    def decode(cls, raw: bytes) -> "Grant":
        """Return the grant that `raw` spells. Raises CardTrouble `card.malformed-grant`."""
        if len(raw) != 1 + RESERVATION_SIZE + 4 or raw[0] not in _KINDS:
            raise CardTrouble("card.malformed-grant")
        return cls(_KINDS[raw[0]], raw[1:-4], int.from_bytes(raw[-4:]))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The card's authenticated answer that a reset happened: what it was for, and which number it got.

    `mac` is AES-CMAC (16 bytes) over `message()` under the card's receipt key.
    """

    grant: Grant
    mac: bytes

    def message(self) -> bytes:
        """Return the bytes under the MAC; the grant's number here is the number after the reset."""
        return b"KAIJO RECEIPT 1" + self.grant.encode()

    def encode(self) -> bytes:
        """Return the receipt as it lies on the card: grant (21), MAC (16)."""
        return self.grant.encode() + self.mac

    @classmethod
    def decode(cls, raw: bytes) -> "Receipt":
        """Return the receipt that `raw` spells. Raises CardTrouble `card.malformed-receipt`."""
        if len(raw) != 1 + RESERVATION_SIZE + 4 + 16:
            raise CardTrouble("card.malformed-receipt")
        try:
            return cls(Grant.decode(raw[:-16]), raw[-16:])
        except CardTrouble:
            raise CardTrouble("card.malformed-receipt") from None


@dataclass(frozen=True, slots=True)
class ResetState:
    """What READ RECEIPT answers: the card's reset number and the last receipt, if there ever was one."""

    reset_number: int
    last: Receipt | None

    def encode(self) -> bytes:
        """Return reset number (4) and the receipt (37 or nothing)."""
        return self.reset_number.to_bytes(4) + (self.last.encode() if self.last else b"")

    @classmethod
    def decode(cls, raw: bytes) -> "ResetState":
        """Return the state that `raw` spells. Raises CardTrouble `card.malformed-receipt`."""
        if len(raw) < 4:
            raise CardTrouble("card.malformed-receipt")
        return cls(int.from_bytes(raw[:4]), Receipt.decode(raw[4:]) if raw[4:] else None)


def authorise_reset(grant: Grant) -> Command:
    """Return AUTHORISE RESET in clear; it is obeyed only inside the secure channel."""
    return Command(0x80, AUTHORISE_RESET, 0, 0, grant.encode(), 256)


def read_receipt() -> Command:
    """Return READ RECEIPT. Anybody may ask, in clear or inside the secure channel."""
    return Command(0x80, READ_RECEIPT, 0, 0, le=256)
