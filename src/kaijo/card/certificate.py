"""What a holder certificate says, without deciding whether to trust it."""

from dataclasses import dataclass, field
from datetime import datetime

from kaijo.clock import JST
from kaijo.errors import CardTrouble

TEST_ORGANISATION = "JPKI-TEST"
_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "key_cert_sign", "crl_sign")


@dataclass(frozen=True, slots=True)
class HolderCertificate:
    """A certificate of the card: DER, validity (aware, JST), key usage, and whether a test authority issued it.

    Nothing personal is kept here; the signature certificate carries name and address in `der` only.
    """

    der: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime
    key_usage: tuple[str, ...]
    test: bool


def read_certificate(der: bytes) -> HolderCertificate:
    """Return what `der` says. Raises CardTrouble `card.malformed-data` when it is no certificate."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        certificate = x509.load_der_x509_certificate(der)
        organisations = [item.value for item in certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
        usage = next((one.value for one in certificate.extensions if isinstance(one.value, x509.KeyUsage)), None)
        return HolderCertificate(
            der=der,
            not_before=certificate.not_valid_before_utc.astimezone(JST),
            not_after=certificate.not_valid_after_utc.astimezone(JST),
            key_usage=tuple(name for name in _USAGES if getattr(usage, name, False)),
            test=organisations == [TEST_ORGANISATION],
        )
    # No list of what parsers may raise on hostile bytes is ever whole.
    except Exception as unreadable:
        raise CardTrouble("card.malformed-data") from unreadable
