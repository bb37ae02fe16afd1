"""From a card behind its guard to a key with its certificates."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.card.jpki import JpkiSession
from kaijo.clock import JST
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.signing.key import CardPrivateKey

SIGNING_KINDS = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
Progress = Callable[[str], None]


class SigningKey(NamedTuple):
    """A key and its certificates, the holder's first and the authority's after it where the card has a fitting one."""

    kind: PinKind
    key: RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The holder's certificate."""
        return self.chain[0]

    def pem(self) -> list[str]:
        """Return the certificates in PEM."""
        return [one.public_bytes(Encoding.PEM).decode() for one in self.chain]

    def demand_in_force(self, at: datetime) -> None:
        """Let pass when the certificate is in force at `at`. Raises Refused `trust.expired`, `trust.not-yet-valid`."""
        ends = self.certificate.not_valid_after_utc.astimezone(JST)
        begins = self.certificate.not_valid_before_utc.astimezone(JST)
        if at > ends:
            raise Refused("trust.expired", certificate=f"certificate.{self.kind.value}", not_after=ends)
        if at < begins:
            raise Refused("trust.not-yet-valid", certificate=f"certificate.{self.kind.value}", not_before=begins)


def unlock(
    guard: Guard,
    kind: PinKind,
    typed: str,
    *,
    shown: TriesReading,
    consent: LastTryConsent | None = None,
    progress: Progress = lambda _step: None,
) -> SigningKey:
    """Verify the PIN of `kind` (signature or authentication) and return the card's key, good while the card stays.

    `progress` is told the label of each step that takes the card a while. Raises as `Guard.verify` and JpkiSession do;
    CardTrouble `card.malformed-data` when the certificate cannot be read.
    """
    session = JpkiSession(guard)
    progress("signing.step.verify")
    guard.verify(kind, typed, shown=shown, consent=consent)
    progress("signing.step.certificate")
    certificate = _read(session.certificate(kind))
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise CardTrouble("card.malformed-data")
    authority = _authority(session, kind, certificate)
    chain = (certificate,) if authority is None else (certificate, authority)
    return SigningKey(kind, CardPrivateKey(session, kind, key), chain)


def _read(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except Exception as unreadable:
        raise CardTrouble("card.malformed-data") from unreadable
    return certificate


def _authority(session: JpkiSession, kind: PinKind, certificate: x509.Certificate) -> x509.Certificate | None:
    """Return the authority's certificate from the card when it is the one that issued `certificate`."""
    try:
        authority = _read(session.ca_certificate(kind))
        certificate.verify_directly_issued_by(authority)
    except (CardTrouble, Refused, InvalidSignature, ValueError, TypeError):
        return None
    return authority
