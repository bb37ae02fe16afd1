"""What phone and kiosk share: knowing that the card may be used here, and proving its holder."""

from dataclasses import dataclass

from kaijo.card.certificate import read_certificate
from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.card.jpki import JpkiSession
from kaijo.clock import Clock
from kaijo.doctor import CardKind, examine
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind


@dataclass(frozen=True, slots=True)
class Proof:
    """The holder proved: the certificate of the proof PIN's key and its signature over the service's message."""

    certificate: bytes
    signature: bytes


def practice_certificate(guard: Guard, clock: Clock) -> bytes:
    """Return the authentication certificate of a test card, as DER, before any PIN is asked for.

    Raises Refused `terminal.real-card` for a real card. The other refusals spare the holder the PIN, since the
    service, which decides, would refuse as well: `terminal.no-certificate`, `terminal.no-signature-certificate`
    (children under 15, face-authentication cards) and `terminal.certificate-expired`.
    """
    jpki = JpkiSession(guard)
    available = jpki.availability()
    if not available.authentication:
        raise Refused("terminal.no-certificate")
    certificate = read_certificate(jpki.certificate(PinKind.AUTHENTICATION))
    if not certificate.test:
        raise Refused("terminal.real-card")
    if clock.now() > certificate.not_after:
        raise Refused("terminal.certificate-expired", not_after=certificate.not_after)
    if not available.signature:
        raise Refused("terminal.no-signature-certificate")
    return certificate.der


def filing_certificate(guard: Guard, clock: Clock) -> bytes:
    """Return and raise as `practice_certificate`, in the words of whoever files and has no reset in mind.

    Refused `filing.no-signature-certificate`, or `filing.face-only-card` where no PIN was ever set, stands in place of
    `terminal.no-signature-certificate`.
    """
    try:
        return practice_certificate(guard, clock)
    except Refused as refused:
        if refused.code != "terminal.no-signature-certificate":
            raise
        face = examine(guard, clock).kind is CardKind.FACE_AUTHENTICATION
        raise Refused("filing.face-only-card" if face else "filing.no-signature-certificate") from None


def proof_reading(guard: Guard, kind: PinKind) -> TriesReading:
    """Return the tries left of the proof PIN for a reset of `kind`.

    Raises Refused `terminal.counter-only` where no PIN proves (resident, attributes), `terminal.proof-locked` when
    the proof PIN is locked too.
    """
    proof = proof_kind(kind)
    if proof is None:
        raise Refused("terminal.counter-only", kind=kind)
    reading = guard.tries(proof)
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
