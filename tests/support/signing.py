"""Signing keys of test persons, documents to sign, and who judges the certificates."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from kaijo.card.guard import Guard
from kaijo.clock import ManualClock
from kaijo.facts.pins import PinKind
from kaijo.service.trust.checking import CertificateTrust
from kaijo.signing.form import Form
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person
from tests.support.world import NIGHT, issued, pins_of, practice_issuer

CERTIFIED = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)


def key_of(person: str = "fresh", kind: PinKind = PinKind.SIGNATURE, at: datetime = NIGHT) -> SigningKey:
    """Return the key of a card in memory, unlocked through the guard."""
    guard = Guard(VirtualCard(issued(person), place="table"), ManualClock(at))
    return unlock(guard, kind, pins_of(person)[kind], shown=guard.tries(kind))


def key_of_card(issuer: Issuer, who: str, kind: PinKind, at: datetime) -> SigningKey:
    """Return the key of a new card of another issuer, unlocked through the guard."""
    guard = Guard(VirtualCard(issuer.issue(person(who), at), place="table"), ManualClock(at))
    return unlock(guard, kind, identity(person(who), at).pins[kind], shown=guard.tries(kind))


def judge(issuer: Issuer | None = None) -> CertificateTrust:
    """Return who judges by the authorities of an issuer, the tests' own when none is given."""
    from_whom = issuer or practice_issuer()
    return CertificateTrust(
        {kind: [from_whom.ca_certificate(kind)] for kind in CERTIFIED}, lambda kind, at: [from_whom.crl(kind, at)]
    )


def document(form: Form) -> bytes:
    """Return something to sign."""
    if form is Form.CMS:
        return "確定申告\n".encode()
    if form is Form.PDF:
        made = BytesIO()
        Image.new("L", (40, 40), 255).save(made, "PDF")
        return made.getvalue()
    text = (
        "<?xml version='1.0' encoding='Shift_JIS'?>\n<申告 xmlns='urn:test'><!-- 注 --><所得 円='1'>3,000</所得></申告>"
    )
    return text.encode("cp932")


def authorities(folder: Path, kind: PinKind = PinKind.SIGNATURE) -> tuple[Path, Path]:
    """Write the authority and its revocation list as PEM; return both files."""
    issuer = practice_issuer()
    ca, crl = folder / "ca.pem", folder / "crl.pem"
    ca.write_bytes(x509.load_der_x509_certificate(issuer.ca_certificate(kind)).public_bytes(Encoding.PEM))
    crl.write_bytes(x509.load_der_x509_crl(issuer.crl(kind, NIGHT)).public_bytes(Encoding.PEM))
    return ca, crl
