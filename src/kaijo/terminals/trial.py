"""Trying out a PIN that was just set: the card signs with it, and its own certificate says whether that holds."""

from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind

# It begins with words, so that no program takes it for a document, a login or a return.
_MESSAGE = b"Kaijo: a test of a new PIN. This text declares nothing and is kept nowhere."


def try_out(guard: Guard, kind: PinKind, pin: str) -> None:
    """Verify `pin` on the card, let the card sign a text that declares nothing, and verify the signature.

    Raises what guard and card raise, and CardTrouble `terminal.trial-failed` when the signature does not hold.
    """
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    guard.verify(kind, pin, shown=guard.tries(kind))
    jpki = JpkiSession(guard)
    signature = jpki.sign_message(kind, _MESSAGE)
    try:
        key = x509.load_der_x509_certificate(jpki.certificate(kind)).public_key()
        if not isinstance(key, RSAPublicKey):
            raise CardTrouble("terminal.trial-failed", kind=kind)
        key.verify(signature, _MESSAGE, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        raise CardTrouble("terminal.trial-failed", kind=kind) from None
