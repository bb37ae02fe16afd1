"""The phone's half: a challenge, and the reservation that a good answer to it makes."""

from dataclasses import dataclass
from datetime import datetime

from kaijo.card.administration import RESERVATION_SIZE
from kaijo.errors import Refused
from kaijo.facts.lifetimes import challenge_life, reservation_life
from kaijo.facts.pins import PinKind
from kaijo.reset.desk import Desk
from kaijo.reset.evidence import (
    LiveCard,
    find_live_card,
    proof_message,
    require_face,
    require_policy,
    require_signature,
)
from kaijo.reset.policy import needed_proof
from kaijo.reset.ports import Records
from kaijo.reset.records import Challenge, Purpose, Reservation
from kaijo.reset.states import ACTIVE, ReservationState, require_won

_CHALLENGE_SIZE = 32


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the phone sends with an answered challenge; certificates in DER, the signature raw, the face as captured."""

    authentication_certificate: bytes
    proof_certificate: bytes
    signature: bytes
    face: bytes | None = None


def make_challenge(desk: Desk, *, purpose: Purpose, kind: PinKind) -> tuple[Challenge, bytes]:
    """Return a challenge for one use [fact: challenge-life] and the exact bytes to sign.

    Raises Refused `reset.counter-only` for a kind that no kiosk resets.
    """
    if needed_proof(kind) is None:
        raise Refused("reset.counter-only", kind=kind)
    challenge = Challenge(desk.randomness(_CHALLENGE_SIZE).hex(), purpose, kind, desk.clock.now() + challenge_life())
    with desk.store.begin() as records:
        records.add_challenge(challenge)
    return challenge, _message(challenge)


def make_reservation(desk: Desk, *, challenge_id: str, kind: PinKind, evidence: Evidence) -> Reservation:
    """Return the reservation that this evidence makes; an older live one of the same card and kind is replaced.

    The same call again gives the same reservation. Raises Refused: `reset.unknown-challenge`,
    `reset.challenge-expired`, `reset.challenge-used`, `reset.challenge-mismatch`; what `find_live_card`, the policy
    and the proof refuse; `reset.in-use` while a kiosk is at work with the older one. Nothing is written before the
    evidence is found good.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        challenge = records.find_challenge(challenge_id)
    if challenge is None:
        raise Refused("reset.unknown-challenge")
    if (challenge.purpose, challenge.kind) != (Purpose.RESERVE, kind):
        raise Refused("reset.challenge-mismatch")
    card = _require_evidence(desk, challenge=challenge, evidence=evidence, at=now)
    pseudonym = desk.veil.pseudonym(card.card_id)
    # Two transactions, since the challenge belongs to no card; a claim without a reservation is claimed again.
    with desk.store.begin() as records:
        if challenge.claimed_by is None and now >= challenge.expires_at:
            raise Refused("reset.challenge-expired", expired_at=challenge.expires_at)
        if not records.claim_challenge(challenge.id, pseudonym):
            raise Refused("reset.challenge-used")
    with desk.store.begin() as records:
        earlier = next((row for row in records.reservations(pseudonym) if row.challenge == challenge.id), None)
        if earlier is not None:
            return earlier
        if now >= challenge.expires_at:
            raise Refused("reset.challenge-expired", expired_at=challenge.expires_at)
        records.expire_reservations(pseudonym, now)
        return _add(
            records,
            pseudonym=pseudonym,
            challenge=challenge,
            reservation_id=desk.randomness(RESERVATION_SIZE),
            at=now,
        )


def _require_evidence(desk: Desk, *, challenge: Challenge, evidence: Evidence, at: datetime) -> LiveCard:
    kind = challenge.kind
    card = find_live_card(desk, authentication_certificate=evidence.authentication_certificate, at=at)
    proof = card.proof_kind(evidence.proof_certificate)
    require_policy(desk, kind=kind, proof=proof, face=evidence.face)
    if proof is None:
        raise Refused("reset.unknown-proof", kind=kind)
    require_signature(
        desk,
        certificate=evidence.proof_certificate,
        proof=proof,
        message=_message(challenge),
        signature=evidence.signature,
        at=at,
    )
    require_face(desk, kind=kind, face=evidence.face, card=card)
    return card


def _add(records: Records, *, pseudonym: str, challenge: Challenge, reservation_id: bytes, at: datetime) -> Reservation:
    older = next(
        (row for row in records.reservations(pseudonym) if row.kind is challenge.kind and row.state in ACTIVE), None
    )
    if older is not None:
        if older.held_until is not None and older.held_by_other(None, at):
            raise Refused("reset.in-use", until=older.held_until)
        require_won(records.move_reservation(older, older.replaced()))
    made = Reservation(
        pseudonym=pseudonym,
        id=reservation_id,
        kind=challenge.kind,
        challenge=challenge.id,
        state=ReservationState.LIVE,
        made_at=at,
        expires_at=at + reservation_life(),
        replaced_older=older is not None,
    )
    require_won(records.add_reservation(made))
    return made


def _message(challenge: Challenge) -> bytes:
    return proof_message(purpose=challenge.purpose, kind=challenge.kind, challenge=challenge.id)
