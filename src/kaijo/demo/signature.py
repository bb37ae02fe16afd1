"""The proof at the end: the card signs with the new PIN, and a library that knows no card verifies it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.errors import CardTrouble, UsageProblem
from kaijo.facts.pins import PinKind, pin_rule

_LENGTH = 8
_LETTERS, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789"


@dataclass(frozen=True, slots=True)
class Signed:
    """A message, the card's signature over it (sha256WithRSAEncryption) and the certificate (DER) that verifies it."""

    kind: PinKind
    message: bytes
    signature: bytes
    certificate: bytes = field(repr=False)

    def write(self, folder: Path) -> None:
        """Leave message.bin, signature.bin and certificate.pem in `folder` for any other program to verify.

        Raises UsageProblem `usage.unwritable`.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding

        pem = x509.load_der_x509_certificate(self.certificate).public_bytes(Encoding.PEM)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in (
                ("message.bin", self.message),
                ("signature.bin", self.signature),
                ("certificate.pem", pem),
            ):
                (folder / name).write_bytes(content)
        except OSError:
            raise UsageProblem("usage.unwritable", path=str(folder)) from None


def sign_and_verify(guard: Guard, kind: PinKind, pin: str) -> Signed:
    """Verify `pin` on the card, sign, and verify the signature with the card's certificate.

    Raises what guard and card raise, and CardTrouble `demo.bad-signature` when the signature does not hold.
    """
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    message = "Kaijo: このカードはふたたび署名できます。\n".encode()
    guard.verify(kind, pin, shown=guard.tries(kind))
    jpki = JpkiSession(guard)
    signature, certificate = jpki.sign_message(kind, message), jpki.certificate(kind)
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if not isinstance(key, RSAPublicKey):
            raise CardTrouble("demo.bad-signature", kind=kind)
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise CardTrouble("demo.bad-signature", kind=kind) from None
    return Signed(kind, message, signature, certificate)


def make_new_pin(kind: PinKind, old: str, choice: Callable[[Sequence[str]], str]) -> str:
    """Return a PIN of the right form that differs from `old`. `choice` picks one of several, at random."""
    rule = pin_rule(kind)
    if rule.needs_letter_and_digit:
        size = max(rule.min_length, _LENGTH)
        new = "".join(choice(_LETTERS) for _ in range(size - 2)) + "".join(choice(_DIGITS) for _ in range(2))
    else:
        new = "".join(choice(_DIGITS) for _ in range(rule.min_length))
    return new if new != old else make_new_pin(kind, old, choice)
