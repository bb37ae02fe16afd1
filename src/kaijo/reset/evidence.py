"""What proves that the holder is the holder, and that the card is one the service may reset."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.reset.desk import Desk
from kaijo.reset.face_records import FaceState
from kaijo.reset.noting import noting_refused_proof
from kaijo.reset.policy import FaceRule, decide
from kaijo.reset.ports import CertificateRecord, RegisteredCard
from kaijo.reset.records import Purpose


@dataclass(frozen=True, slots=True)
class LiveCard:
    """A registered card with both certificates alive."""

    registered: RegisteredCard
    authentication: CertificateRecord
    signature: CertificateRecord

    @property
    def card_id(self) -> bytes:
        """The card's own id, 10 bytes."""
        return self.registered.card_id

    def proof_digest(self, kind: PinKind) -> bytes:
        """Return the SHA-256 of the certificate that proves the holder when `kind` is reset."""
        return self.authentication.sha256 if kind is PinKind.SIGNATURE else self.signature.sha256


def proof_message(
    *, purpose: Purpose, kind: PinKind, challenge: str, reservation: bytes | None = None, session: str | None = None
) -> bytes:
    """Return the exact bytes that the card signs: one ASCII line for each thing the proof is bound to."""
    lines = ["KAIJO PROOF 1", f"purpose {purpose.value}", f"kind {kind.value}", f"challenge {challenge}"]
    if reservation is not None:
        lines.append(f"reservation {reservation.hex()}")
    if session is not None:
        lines.append(f"session {session}")
    return "\n".join(lines).encode("ascii")


def find_live_card(desk: Desk, *, authentication_certificate: bytes, at: datetime) -> LiveCard:
    """Return the registered card, once both its certificates are found alive [fact: reset-preconditions] and trusted.

    Raises Refused `reset.unknown-card`, `reset.no-signature-certificate`, `reset.certificate-expired`,
    `reset.certificate-revoked`, `reset.certificate-not-yet-valid`, or what the trust port refuses.
    """
    card = desk.registry.find(authentication_certificate)
    if card is None or card.authentication.sha256 != sha256(authentication_certificate).digest():
        raise Refused("reset.unknown-card")
    if card.signature is None:
        raise Refused("reset.no-signature-certificate")
    _require_alive(card.authentication, "authentication-certificate", at)
    _require_alive(card.signature, "signature-certificate", at)
    desk.trust.check(authentication_certificate, PinKind.AUTHENTICATION, at)
    return LiveCard(card, card.authentication, card.signature)


def require_policy(desk: Desk, *, kind: PinKind, proof: PinKind | None, face_given: bool) -> None:
    """Raise Refused with the policy's code unless this evidence may reset `kind`."""
    code = decide(
        kind=kind,
        proof=proof,
        rule=desk.face_policy.rule(kind),
        matcher_present=desk.face is not None,
        face_given=face_given,
    )
    if code is not None:
        raise Refused(code, kind=kind)


def require_signature(
    desk: Desk, *, certificate: bytes, proof: PinKind, message: bytes, signature: bytes, at: datetime
) -> None:
    """Raise Refused `reset.bad-proof` unless the trusted certificate's key signed the message.

    RSA PKCS#1 v1.5 with SHA-256 [RFC 8017 8.2], which is what the card's keys do. Raises what the trust port refuses.
    """
    _require_signed_by(desk.trust.check(certificate, proof, at).public_key, message, signature)


def require_possession(
    desk: Desk, *, certificate: bytes, message: bytes, signature: bytes, authentication_certificate: bytes
) -> tuple[PinKind, str]:
    """Return which proof this is of the registered card, and the card's pseudonym, to the bearer of the key alone.

    Before that nobody learns what the register knows: whoever cannot sign hears `reset.bad-proof`, after the same work,
    whatever the register says of the certificates. Raises Refused `reset.bad-proof`, `reset.unknown-card`,
    `reset.unknown-proof`.
    """
    key = desk.trust.key_of(certificate)
    card = desk.registry.find(authentication_certificate)
    digest = sha256(authentication_certificate).digest()
    known = card is not None and hmac.compare_digest(card.authentication.sha256, digest)
    name = card.card_id if card is not None and known else b"unregistered " + digest
    pseudonym = desk.veil.pseudonym(name)
    with noting_refused_proof(desk, pseudonym):
        if key is None:
            raise Refused("reset.bad-proof")
        _require_signed_by(key, message, signature)
    if card is None or not known:
        raise Refused("reset.unknown-card" if certificate == authentication_certificate else "reset.unknown-proof")
    signed = None if card.signature is None else card.signature.sha256
    kinds = {card.authentication.sha256: PinKind.AUTHENTICATION, signed: PinKind.SIGNATURE}
    proof = kinds.get(sha256(certificate).digest())
    if proof is None:
        raise Refused("reset.unknown-proof")
    return proof, pseudonym


def _require_signed_by(key: RSAPublicKey, message: bytes, signature: bytes) -> None:
    try:
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Refused("reset.bad-proof") from None


def require_face(desk: Desk, *, kind: PinKind, permit: str | None, challenge: str, pseudonym: str) -> None:
    """Raise Refused `face.bad-permit` when the policy asks for a face and `permit` is none for that card and challenge.

    A permit is the id of a face check that passed. To be called after `require_policy`.
    """
    if desk.face_policy.rule(kind) is not FaceRule.REQUIRED:
        return
    with desk.store.look() as records:
        check = None if permit is None else records.find_face_check(pseudonym, permit)
    if check is None or (check.state, check.challenge, check.kind) != (FaceState.PASSED, challenge, kind):
        raise Refused("face.bad-permit")


def _require_alive(certificate: CertificateRecord, name: str, at: datetime) -> None:
    if certificate.revoked_at is not None and certificate.revoked_at <= at:
        raise Refused("reset.certificate-revoked", certificate=name, revoked_at=certificate.revoked_at)
    if certificate.not_after < at:
        raise Refused("reset.certificate-expired", certificate=name, expired_at=certificate.not_after)
    if at < certificate.not_before:
        raise Refused("reset.certificate-not-yet-valid", certificate=name, valid_from=certificate.not_before)
