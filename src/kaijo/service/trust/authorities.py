"""The authorities this service relies on, per kind of certificate."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.service.trust.profile import is_authority, named, usages
from kaijo.service.trust.reading import read, strong_key


class Authorities:
    """The authorities' certificates, each checked once for being fit to be one.

    Raises ServiceTrouble `trust.bad-authority` when one of them is not.
    """

    def __init__(self, certificates: Mapping[PinKind, Sequence[bytes]]) -> None:
        self._by_kind = {kind: tuple(_authority(der, kind) for der in ders) for kind, ders in certificates.items()}

    @property
    def kinds(self) -> tuple[PinKind, ...]:
        """The kinds of certificate that have an authority."""
        return tuple(self._by_kind)

    def issuer_of(self, certificate: x509.Certificate, kind: PinKind) -> x509.Certificate:
        """Return the authority for `kind` whose signature `certificate` bears, be it still in force or not.

        Generations of one authority share their name, so the signature decides among them [card notes 9].
        Raises Refused `trust.unknown-issuer`, `trust.bad-signature`.
        """
        candidates = [authority for authority in self._by_kind.get(kind, ()) if authority.subject == certificate.issuer]
        if not candidates:
            raise Refused("trust.unknown-issuer", certificate=named(kind))
        for authority in candidates:
            if _signed(certificate, authority):
                return authority
        raise Refused("trust.bad-signature", certificate=named(kind))


def demand_authority_in_force(authority: x509.Certificate, kind: PinKind, at: datetime) -> None:
    """Let an authority pass that is in force at `at`. Raises Refused `trust.unknown-issuer`."""
    if not authority.not_valid_before_utc <= at <= authority.not_valid_after_utc:
        raise Refused("trust.unknown-issuer", certificate=named(kind))


def _authority(der: bytes, kind: PinKind) -> x509.Certificate:
    try:
        certificate = read(der)
        strong_key(certificate)
    except KaijoError as unfit:
        raise ServiceTrouble("trust.bad-authority", certificate=named(kind)) from unfit
    if not is_authority(certificate) or "key_cert_sign" not in usages(certificate):
        raise ServiceTrouble("trust.bad-authority", certificate=named(kind))
    return certificate


def _signed(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
