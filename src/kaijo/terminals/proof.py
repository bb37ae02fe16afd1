"""What phone and kiosk share: knowing that the card may be used here, and proving its holder."""

from dataclasses import dataclass

from kaijo.card.certificate import read_certificate
from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.card.jpki import JpkiSession
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind


@dataclass(frozen=True, slots=True)
class Proof:
    """The holder proved: the certificate of the proof PIN's key and its signature over the service's message."""

    certificate: bytes
    signature: bytes


def practice_certificate(guard: Guard) -> bytes:
    """Return the authentication certificate of a test card, as DER.

    Raises Refused `terminal.real-card` for a real card, before any PIN is asked for, and
    Refused `terminal.no-certificate` for a card that has none.
    """
    jpki = JpkiSession(guard)
    if not jpki.availability().authentication:
        raise Refused("terminal.no-certificate")
    certificate = read_certificate(jpki.certificate(PinKind.AUTHENTICATION))
    if not certificate.test:
        raise Refused("terminal.real-card")
    return certificate.der


def proof_reading(guard: Guard, kind: PinKind) -> TriesReading:
    """Return the tries left of the proof PIN for a reset of `kind`.

    Raises Refused `terminal.counter-only` where no PIN proves (resident, attributes), `terminal.no-proof` when the
    card has no such PIN, `terminal.proof-locked` when it is locked too.
    """
    proof = proof_kind(kind)
    if proof is None:
        raise Refused("terminal.counter-only", kind=kind)
    try:
        reading = guard.tries(proof)
    except CardTrouble as trouble:
        if trouble.code != "card.no-such-pin":
            raise
        raise Refused("terminal.no-proof", kind=kind, proof=proof) from None
    if reading.locked and proof is PinKind.SIGNATURE and not JpkiSession(guard).availability().signature:
        raise Refused("terminal.no-proof", kind=kind, proof=proof)
    if reading.locked:
        raise Refused("terminal.proof-locked", kind=kind, proof=proof)
    return reading


def prove(
    guard: Guard, message: bytes, typed: str, *, shown: TriesReading, consent: LastTryConsent | None = None
) -> Proof:
    """Verify the proof PIN on the card and let the card sign `message`. Raises as `Guard.verify`."""
    kind = PinKind(shown.kind.value)
    jpki = JpkiSession(guard)
    guard.verify(kind, typed, shown=shown, consent=consent)
    return Proof(jpki.certificate(kind), jpki.sign_message(kind, message))
