"""What a certificate of each kind must look like to be used as one."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from kaijo.clock import JST
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind

# The policies of test certificates, in the arc beside the production ones. The signature's is known from test cards
# [card notes 9]; the other follows its pattern.
TEST_POLICIES: Mapping[PinKind, frozenset[str]] = MappingProxyType(
    {
        PinKind.SIGNATURE: frozenset({"1.2.392.200149.8.5.1.0.20"}),
        PinKind.AUTHENTICATION: frozenset({"1.2.392.200149.8.5.1.0.30"}),
    }
)

# Exactly these and no more, so that one certificate never passes for the other [card notes 9].
_USAGES: Mapping[PinKind, frozenset[str]] = MappingProxyType(
    {
        PinKind.SIGNATURE: frozenset({"digital_signature", "content_commitment"}),
        PinKind.AUTHENTICATION: frozenset({"digital_signature"}),
    }
)
_USAGE_BITS = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    }
)


def named(kind: PinKind) -> str:
    """Return the word by which errors name the certificate of `kind`."""
    return f"certificate.{kind.value}"


def demand(certificate: x509.Certificate, kind: PinKind, policies: frozenset[str]) -> None:
    """Let a holder's certificate pass whose purpose is that of `kind` and whose policy is one of `policies`.

    Raises Refused `trust.unsupported` (a critical extension that nobody here understands), `trust.wrong-usage`
    (an authority's certificate, or another key usage), `trust.wrong-policy`.
    """
    if any(extension.critical and extension.oid not in _UNDERSTOOD for extension in certificate.extensions):
        raise Refused("trust.unsupported", because="doubt.critical-extension")
    # Nobody but the issuer bears the issuer's name, and a path to oneself would be found without asking any list.
    if (
        is_authority(certificate)
        or certificate.subject == certificate.issuer
        or usages(certificate) != _USAGES.get(kind)
    ):
        raise Refused("trust.wrong-usage", certificate=named(kind))
    if not _policies(certificate) & policies:
        raise Refused("trust.wrong-policy", certificate=named(kind))


def demand_in_force(certificate: x509.Certificate, kind: PinKind, at: datetime) -> None:
    """Let a certificate pass at any moment from its first second to its last, both included [RFC 5280 4.1.2.5].

    Raises Refused `trust.not-yet-valid` with `not_before`, `trust.expired` with `not_after`; both in JST.
    """
    not_before = certificate.not_valid_before_utc.astimezone(JST)
    not_after = certificate.not_valid_after_utc.astimezone(JST)
    if at < not_before:
        raise Refused("trust.not-yet-valid", certificate=named(kind), not_before=not_before)
    if at > not_after:
        raise Refused("trust.expired", certificate=named(kind), not_after=not_after)


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether the certificate says that its key may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def usages(certificate: x509.Certificate) -> frozenset[str]:
    """Return the key usages by their names in RFC 5280 4.2.1.3 (nonRepudiation by its new one, content_commitment)."""
    try:
        bits = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name for name in _USAGE_BITS if getattr(bits, name))


def _policies(certificate: x509.Certificate) -> frozenset[str]:
    try:
        stated = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(policy.policy_identifier.dotted_string for policy in stated)
