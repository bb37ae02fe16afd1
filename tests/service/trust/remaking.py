"""Certificates and lists in shapes that no builder makes: altered inside, then signed again by our authority."""

from collections.abc import Callable
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from kaijo.facts.pins import PinKind

from .pki import authority

SHA1 = hashes.SHA1()  # noqa: S303 -- to be refused
SHA256 = hashes.SHA256()


def remade(der: bytes, change: Callable[[Any], None], digest: Any = SHA256) -> bytes:
    """Return a certificate whose signed part was altered by `change`."""
    whole = asn1_x509.Certificate.load(der)
    change(whole["tbs_certificate"])
    whole["signature_algorithm"] = {"algorithm": f"{digest.name}_rsa"}
    whole["signature_value"] = _signed(whole["tbs_certificate"].dump(force=True), digest)
    return bytes(whole.dump(force=True))


def remade_list(der: bytes, change: Callable[[Any], None], digest: Any = SHA256) -> bytes:
    """Return a revocation list whose signed part was altered by `change`."""
    whole = asn1_crl.CertificateList.load(der)
    change(whole["tbs_cert_list"])
    whole["signature_algorithm"] = {"algorithm": f"{digest.name}_rsa"}
    whole["signature"] = _signed(whole["tbs_cert_list"].dump(force=True), digest)
    return bytes(whole.dump(force=True))


def sha_1_inside(signed: Any) -> None:
    """Name SHA-1 where a certificate or list says how it is signed."""
    signed["signature"] = {"algorithm": "sha1_rsa"}


def _signed(content: bytes, digest: Any) -> bytes:
    return authority(PinKind.SIGNATURE).key.sign(content, padding.PKCS1v15(), digest)
