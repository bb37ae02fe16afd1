"""Bytes from outside become a certificate here, or a refusal."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import SignatureAlgorithmOID

from kaijo.errors import Refused

# The issuers of every real card carry this organisation name, and ours never do [card notes 9].
PRODUCTION_ORGANISATION = "JPKI"
KEY_BITS = 2048
# FIPS 186-5 A.1.1: a public exponent is greater than 2^16.
EXPONENT = 65537
SIGNATURES = frozenset(
    {
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
    }
)


def read(der: bytes) -> x509.Certificate:
    """Return the certificate that `der` is, to the last byte, with every part that is looked at later readable.

    Raises Refused `trust.malformed`.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        # The library opens these only when asked, and only then finds them broken.
        _ = certificate.issuer, certificate.subject, certificate.extensions
        whole = (
            certificate.version is x509.Version.v3
            and certificate.serial_number > 0
            and certificate.not_valid_before_utc <= certificate.not_valid_after_utc
            # How many bits of the signature's last byte are unused: the library does not mind, so one certificate
            # could come in several byte sequences.
            and der[-1 - len(certificate.signature)] == 0
        )
    # No list of what parsers may raise on hostile bytes is ever whole.
    except Exception as unreadable:
        raise Refused("trust.malformed") from unreadable
    if not whole:
        raise Refused("trust.malformed")
    return certificate


def refuse_production(certificate: x509.Certificate) -> None:
    """Refuse a certificate that says it comes from the national issuers, before anything else is asked of it.

    Raises Refused `trust.production-card`.
    """
    names = certificate.issuer.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    if any(str(name.value).strip().upper() == PRODUCTION_ORGANISATION for name in names):
        raise Refused("trust.production-card")


def strong_key(certificate: x509.Certificate) -> RSAPublicKey:
    """Return the certificate's RSA key when key and signature algorithm are strong enough to be relied on.

    Raises Refused `trust.unsupported` with `because` `doubt.weak-algorithm` or `doubt.weak-key`.
    """
    if certificate.signature_algorithm_oid not in SIGNATURES:
        raise Refused("trust.unsupported", because="doubt.weak-algorithm")
    try:
        key = certificate.public_key()
    except Exception as unreadable:
        raise Refused("trust.unsupported", because="doubt.weak-key") from unreadable
    if not isinstance(key, RSAPublicKey) or key.key_size < KEY_BITS or key.public_numbers().e < EXPONENT:
        raise Refused("trust.unsupported", because="doubt.weak-key")
    return key
