"""The JPKI application (公的個人認証): certificates and signatures."""

from typing import ClassVar, NamedTuple

from kaijo.card.apdu import Command, Ins
from kaijo.card.files import Application, Jpki
from kaijo.card.session import Session
from kaijo.card.status import Outcome, read_status
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind

# DigestInfo of SHA-256 without the digest [RFC 8017 9.2 note 1]; the NULL is mandatory.
SHA256_PREFIX = bytes.fromhex("3031300D060960864801650304020105000420")
SIGNATURE_SIZE = 256
# The plastic card, phones of two makes, and the card before this one [card notes 3].
TOKEN_LABELS = frozenset(("JPKIAPICCTOKEN2", "JPKIAPGPSETOKEN", "JPKIAPIOSTOKEN", "JPKIAPICCTOKEN"))
_LABEL_SIZE = 32

_CERTIFICATES = {
    PinKind.SIGNATURE: Jpki.SIGNATURE_CERTIFICATE,
    PinKind.AUTHENTICATION: Jpki.AUTHENTICATION_CERTIFICATE,
}
_CA_CERTIFICATES = {
    PinKind.SIGNATURE: Jpki.SIGNATURE_CA_CERTIFICATE,
    PinKind.AUTHENTICATION: Jpki.AUTHENTICATION_CA_CERTIFICATE,
}
_KEYS = {PinKind.SIGNATURE: Jpki.SIGNATURE_KEY, PinKind.AUTHENTICATION: Jpki.AUTHENTICATION_KEY}


class CertificateAvailability(NamedTuple):
    """Which certificates the card has. A card of a child under 15 has no signature certificate."""

    signature: bool
    authentication: bool


class JpkiSession(Session):
    """The JPKI application of a card behind a guard.

    Raises CardTrouble `card.no-application` when the card has none.
    """

    application: ClassVar[Application] = Application.JPKI
    _header_size: ClassVar[int] = 4  # a certificate is a SEQUENCE: 30 82 hh ll

    def availability(self) -> CertificateAvailability:
        """Return which certificates exist, from the three-byte file 0008 [card notes 3]."""
        data = self._first_bytes(Jpki.CERTIFICATE_AVAILABILITY, 3)
        if len(data) != 3:
            raise CardTrouble("card.malformed-data")
        return CertificateAvailability(bool(data[0]), bool(data[1]))

    def token_label(self) -> str:
        """Return the label in the token information: JPKIAPICCTOKEN2 for the plastic card."""
        return self._first_bytes(Jpki.TOKEN_INFO, _LABEL_SIZE).decode("ascii", "replace").rstrip()

    def recognised(self) -> bool:
        """Return whether the token information is that of a JPKI application, and not of a card that says yes to all.

        A card where it is absent or shut is not one either.
        """
        try:
            return self.token_label() in TOKEN_LABELS
        except Refused:
            return False
        except CardTrouble as trouble:
            if trouble.code != "card.no-such-file":
                raise
            return False

    def certificate(self, kind: PinKind) -> bytes:
        """Return a holder certificate as DER. The signature certificate needs its PIN: Refused `card.pin-needed`."""
        return self._read_object(_CERTIFICATES[kind])

    def ca_certificate(self, kind: PinKind) -> bytes:
        """Return the certificate of the issuing authority as DER. Needs no PIN."""
        return self._read_object(_CA_CERTIFICATES[kind])

    def sign(self, kind: PinKind, digest_info: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 signature (256 bytes) over a ready DigestInfo.

        The PIN of this kind must be verified: Refused `card.pin-needed`.
        """
        self._guard.select(self.application)
        answer = self._guard.transmit(Command(0x80, Ins.PSO, 0x00, 0x80 | _KEYS[kind], digest_info, SIGNATURE_SIZE))
        status = read_status(answer.sw)
        if status.outcome is Outcome.NOT_ALLOWED:
            raise Refused("card.pin-needed")
        if not status.done or len(answer.data) != SIGNATURE_SIZE:
            raise CardTrouble(
                "card.unexpected-status", status=f"{answer.sw:04X}", meaning=f"outcome.{status.outcome.value}"
            )
        return answer.data

    def sign_message(self, kind: PinKind, message: bytes) -> bytes:
        """Return the sha256WithRSAEncryption signature over `message`. Raises as `sign`."""
        import hashlib

        return self.sign(kind, SHA256_PREFIX + hashlib.sha256(message).digest())
