"""One practice issuer and one set of card keys for all tests of issuing: founding is slow, and no test changes them."""

from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kaijo.card import tlv
from kaijo.card.files import Application, Jpki
from kaijo.clock import ManualClock, parse_time
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.certificates import Validity
from kaijo.virtualcard.hierarchy import Hierarchy
from kaijo.virtualcard.identity import Identity
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.material import CardKeys, generate_keys, term
from kaijo.virtualcard.persons import identity, person

NOW = parse_time("2027-03-15T21:40")
CERTIFICATE_KINDS = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
FILES = {
    PinKind.AUTHENTICATION: Jpki.AUTHENTICATION_CERTIFICATE,
    PinKind.SIGNATURE: Jpki.SIGNATURE_CERTIFICATE,
}


@cache
def hierarchy() -> Hierarchy:
    return Hierarchy.found(NOW)


@cache
def keys() -> CardKeys:
    return generate_keys(signature=True)


def holder(person_id: str = "fresh") -> Identity:
    return identity(person(person_id), NOW)


def validity() -> Validity:
    return term(holder(), NOW, expired=False).certificates


def issue_certificate(kind: PinKind, serial: int = 77) -> x509.Certificate:
    return hierarchy().authorities[kind].issue(keys().common.public_key(), serial, validity(), holder())


def open_issuer(folder: Path) -> Issuer:
    """Open the issuer of a folder, with the keys that all tests share unless there are some."""
    folder.mkdir(exist_ok=True)
    if not (folder / "issuer.json").exists():
        (folder / "issuer.json").write_bytes(hierarchy().encode())
    return Issuer.open(folder, ManualClock(NOW))


def certificate(image: CardImage, kind: PinKind) -> bytes | None:
    """Return the DER at the beginning of a certificate file, None when there is only filler."""
    content = image.directories[Application.JPKI].files[FILES[kind]].content
    if content[:1] == b"\xff":
        return None
    _, start, size = tlv.header(content)
    return content[: start + size]


def pem(*ders: bytes) -> bytes:
    return b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders)
