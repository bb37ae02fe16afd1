"""Cases of what a certificate is for: key, usage, policy, extensions."""

from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, ObjectIdentifier

from kaijo.facts.pins import PinKind

from .cases import OURS, Case
from .pki import POLICY, authority, certificate, curve_key, issuer_name, key, revocation_list, usage
from .remaking import SHA1, remade, sha_1_inside

SIGN, AUTH = PinKind.SIGNATURE, PinKind.AUTHENTICATION
UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
# The strict parser leaves this extension alone, the other stumbles over it.
UNREADABLE = x509.UnrecognizedExtension(ExtensionOID.POLICY_MAPPINGS, b"\x30\x03\x02\x01")

ours = partial(Case, incomparable=OURS)


def _policies(*dotted: str) -> bytes:
    stated = [x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in dotted]
    return certificate(extra={"policies": (x509.CertificatePolicies(stated), True)})


def _usage(*bits: str) -> bytes:
    return certificate(extra={"usage": (usage(*bits), True)})


def _with(value: x509.ExtensionType, *, critical: bool) -> bytes:
    return certificate(extra={"more": (value, critical)})


def _pss() -> bytes:
    return certificate(rsa_padding=padding.PSS(padding.MGF1(hashes.SHA256()), 32))


def _authentication_that_binds() -> bytes:
    return certificate(AUTH, extra={"usage": (usage("digital_signature", "content_commitment"), True)})


CASES = [
    Case("longer key", None, lambda: certificate(public_key=key("long", 3072).public_key())),
    Case("one policy of two", None, lambda: _policies("1.2.3.4", POLICY[SIGN])),
    Case("unknown extension not critical", None, lambda: _with(UNKNOWN, critical=False)),
    Case("no authority by its own word", None, lambda: _with(x509.BasicConstraints(False, None), critical=True)),
    Case("no place to look for the list", None, lambda: certificate(without=["points"])),
    ours("no key usage", "trust.wrong-usage", lambda: certificate(without=["usage"])),
    ours("signature without non-repudiation", "trust.wrong-usage", lambda: _usage("digital_signature")),
    ours("non-repudiation alone", "trust.wrong-usage", lambda: _usage("content_commitment")),
    ours(
        "encryption besides",
        "trust.wrong-usage",
        lambda: _usage("digital_signature", "content_commitment", "key_encipherment"),
    ),
    ours(
        "authentication with non-repudiation",
        "trust.wrong-usage",
        _authentication_that_binds,
        (partial(revocation_list, AUTH),),
        AUTH,
    ),
    ours("the authority itself", "trust.wrong-usage", lambda: authority(SIGN).der),
    ours("an authority below ours", "trust.wrong-usage", lambda: _with(x509.BasicConstraints(True, 0), critical=True)),
    ours("the authority's own name", "trust.wrong-usage", lambda: certificate(subject=issuer_name(SIGN))),
    Case("no policy", "trust.wrong-policy", lambda: certificate(without=["policies"])),
    Case("policy of real cards", "trust.wrong-policy", lambda: _policies("1.2.392.200149.8.5.1.1.20")),
    Case("policy of the other kind", "trust.wrong-policy", lambda: _policies(POLICY[AUTH])),
    Case("any policy", "trust.wrong-policy", lambda: _policies("2.5.29.32.0")),
    Case("unknown critical extension", "trust.unsupported", lambda: _with(UNKNOWN, critical=True)),
    ours(
        "critical extended usage",
        "trust.unsupported",
        lambda: _with(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True),
    ),
    Case("extension that only one parser reads", "trust.unsupported", lambda: _with(UNREADABLE, critical=False)),
    Case("weak key", "trust.unsupported", lambda: certificate(public_key=key("weak", 1024).public_key())),
    ours("weak exponent", "trust.unsupported", lambda: certificate(public_key=key("three", exponent=3).public_key())),
    ours("key on a curve", "trust.unsupported", lambda: certificate(public_key=curve_key().public_key())),
    ours("pss signature", "trust.unsupported", _pss),
    Case("sha-1 signature", "trust.unsupported", lambda: remade(certificate(), sha_1_inside, SHA1)),
]
