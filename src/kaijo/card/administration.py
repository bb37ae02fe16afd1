"""The administration commands of the virtual card. **Our own invention**: how the real one is administered is secret.

They ride on the card manager inside GlobalPlatform SCP03 at level 33. A grant lets the card obey one
RESET RETRY COUNTER [ISO 7816-4 11.6.10, P1 = 02: new reference data only], or renew one certificate with a key that
it makes itself; the card's answer is a receipt.
"""

from dataclasses import dataclass
from enum import Enum

from kaijo.card.apdu import Command
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind

PUT_CERTIFICATE = 0xA8
AUTHORISE_RESET = 0xAA
READ_RECEIPT = 0xAC
PREPARE_KEY = 0xAE
RESERVATION_SIZE = 16
RECEIPT_KEY_LABEL = "receipt"  # under which a card's receipt key is derived from the master
_KIND_CODES = {PinKind.SIGNATURE: 1, PinKind.AUTHENTICATION: 2, PinKind.RESIDENT: 3, PinKind.ATTRIBUTES: 4}
_KINDS = {code: kind for kind, code in _KIND_CODES.items()}
_EXTENDED_LE = 1024  # room for a public key and what the channel adds to it


class Act(Enum):
    """What a grant allows: a new value for a PIN, or a new key and certificate."""

    RESET = "reset"
    RENEW = "renew"


_ACT_CODES = {Act.RESET: 0, Act.RENEW: 1}
_ACTS = {code: act for act, code in _ACT_CODES.items()}


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission for one act on one PIN kind, bound to a reservation and to the card's present reset number."""

    kind: PinKind
    reservation: bytes
    reset_number: int
    act: Act = Act.RESET

    def encode(self) -> bytes:
        """Return a data field: act and kind (a half byte each), reservation (16), reset number (4)."""
        first = _ACT_CODES[self.act] << 4 | _KIND_CODES[self.kind]
        return bytes((first,)) + self.reservation + self.reset_number.to_bytes(4)

    @classmethod
    def decode(cls, raw: bytes) -> "Grant":
        """Return the grant that `raw` spells. Raises CardTrouble `card.malformed-grant`."""
        if len(raw) != 1 + RESERVATION_SIZE + 4 or raw[0] & 0x0F not in _KINDS or raw[0] >> 4 not in _ACTS:
            raise CardTrouble("card.malformed-grant")
        return cls(_KINDS[raw[0] & 0x0F], raw[1:-4], int.from_bytes(raw[-4:]), _ACTS[raw[0] >> 4])


@dataclass(frozen=True, slots=True)
class Receipt:
    """The card's authenticated answer that the act happened: what it was for, and which number it got.

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


def prepare_key(grant: Grant) -> Command:
    """Return PREPARE KEY: the card makes a new RSA-2048 key, to be used once it has a certificate for it.

    The answer is its SubjectPublicKeyInfo in DER. It is obeyed only inside the secure channel.
    """
    return Command(0x80, PREPARE_KEY, 0, 0, grant.encode(), _EXTENDED_LE)


def put_certificate(certificate: bytes) -> Command:
    """Return PUT CERTIFICATE (DER): new key and certificate in one write; the answer is a receipt."""
    return Command(0x80, PUT_CERTIFICATE, 0, 0, certificate, 256)
