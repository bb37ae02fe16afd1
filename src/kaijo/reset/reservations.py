"""The phone's half: a challenge, and the reservation that a good answer to it makes."""

from dataclasses import dataclass, replace
from datetime import datetime

from kaijo.card.administration import RESERVATION_SIZE
from kaijo.errors import Refused
from kaijo.facts.lifetimes import challenge_life, reservation_life
from kaijo.facts.pins import PinKind
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.evidence import (
    LiveCard,
    find_live_card,
    proof_message,
    require_face,
    require_policy,
    require_possession,
    require_signature,
)
from kaijo.reset.limits import require_card_free
from kaijo.reset.noting import noting_refused_proof
from kaijo.reset.policy import needed_proof
from kaijo.reset.ports import Records
from kaijo.reset.records import Challenge, Purpose, Reservation
from kaijo.reset.states import ACTIVE, ReservationState, require_won

_CHALLENGE_SIZE = 32


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the phone sends with an answered challenge; certificates in DER, the signature raw, `face` a permit."""

    authentication_certificate: bytes
    proof_certificate: bytes
    signature: bytes
    face: str | None = None


def make_challenge(desk: Desk, *, purpose: Purpose, kind: PinKind, key: str | None = None) -> tuple[Challenge, bytes]:
    """Return a challenge for one use [fact: challenge-life] and the exact bytes to sign.

    The same call with the same `key` gives the same challenge. Raises Refused `reset.counter-only` for a kind that no
    kiosk resets.
    """
    if needed_proof(kind) is None:
        raise Refused("reset.counter-only", kind=kind)
    name = drawn(desk, _CHALLENGE_SIZE, key=key, place=f"challenge {purpose.value} {kind.value}").hex()
    challenge = Challenge(name, purpose, kind, desk.clock.now() + challenge_life())
    with desk.store.begin() as records:
        earlier = None if key is None else records.find_challenge(name)
        if earlier is None:
            records.add_challenge(challenge)
    return earlier or challenge, _message(challenge)


def make_reservation(desk: Desk, *, challenge_id: str, kind: PinKind, evidence: Evidence) -> Reservation:
    """Return the reservation that this evidence makes; an older live one of the same card and kind is replaced.

    The same call again gives the same reservation. Raises Refused: `reset.unknown-challenge`,
    `reset.challenge-expired`, `reset.challenge-used`, `reset.challenge-mismatch`; what the policy and the proof refuse;
    `limits.card` (retry_at); `reset.in-use` while a kiosk is at work with the older one. Nothing is written before the
    evidence is found good.
    """
    now = desk.clock.now()
    challenge = find_asked(desk, challenge_id, kind)
    card = require_proven(desk, challenge=challenge, evidence=evidence, face_given=evidence.face is not None, at=now)
    pseudonym = desk.veil.pseudonym(card.card_id)
    require_face(desk, kind=kind, permit=evidence.face, challenge=challenge.id, pseudonym=pseudonym)
    # Two transactions, since the challenge belongs to no card; a claim without a reservation is claimed again.
    claim_challenge(desk, challenge, pseudonym, now)
    with desk.store.begin() as records:
        earlier = next((row for row in records.reservations(pseudonym) if row.challenge == challenge.id), None)
        if earlier is not None:
            return earlier
        if now >= challenge.expires_at:
            raise Refused("reset.challenge-expired", expired_at=challenge.expires_at)
        require_card_free(desk, records.reservations(pseudonym), now)
        records.expire_reservations(pseudonym, now)
        return _add(
            records,
            pseudonym=pseudonym,
            challenge=challenge,
            reservation_id=desk.randomness(RESERVATION_SIZE),
            at=now,
        )


def find_reservation(desk: Desk, *, cancel_token: str) -> Reservation:
    """Return the reservation that the token came with, as it stands now.

    Raises Refused `reset.unknown-cancel-token`.
    """
    with desk.store.look() as records:
        found = _of_token(desk, records, cancel_token)
    lapsed = found.state in ACTIVE and found.expires_at <= desk.clock.now()
    return replace(found, state=ReservationState.EXPIRED, holder=None, held_until=None) if lapsed else found


def cancel_reservation(desk: Desk, *, cancel_token: str) -> Reservation:
    """Return the reservation, over now: cancelled, or what it already was.

    The same call again gives the same answer. Raises Refused: `reset.unknown-cancel-token`; `reset.already-done` once a
    kiosk has used it; `reset.in-use` while a kiosk is at work with it, when nobody knows whether it still can be.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        records.expire_reservations(_of_token(desk, records, cancel_token).pseudonym, now)
        found = _of_token(desk, records, cancel_token)
        if found.state is ReservationState.USED:
            raise Refused("reset.already-done", done_at=found.used_at or now, kind=found.kind)
        if found.state not in ACTIVE:
            return found
        if found.held_until is not None and found.held_by_other(None, now):
            raise Refused("reset.in-use", until=found.held_until)
        require_won(records.move_reservation(found, found.cancelled()))
        return found.cancelled()


def _of_token(desk: Desk, records: Records, cancel_token: str) -> Reservation:
    named = desk.veil.read_cancel_token(cancel_token)
    found = records.find_reservation(*named) if named else None
    if found is None or found.case is not None:  # what a clerk asked for is no phone's to cancel
        raise Refused("reset.unknown-cancel-token")
    return found


def find_asked(desk: Desk, challenge_id: str, kind: PinKind) -> Challenge:
    """Return the challenge that was given out for a reservation of `kind`.

    Raises Refused `reset.unknown-challenge`, `reset.challenge-mismatch`.
    """
    with desk.store.look() as records:
        challenge = records.find_challenge(challenge_id)
    if challenge is None:
        raise Refused("reset.unknown-challenge")
    if (challenge.purpose, challenge.kind) != (Purpose.RESERVE, kind):
        raise Refused("reset.challenge-mismatch")
    return challenge


def claim_challenge(desk: Desk, challenge: Challenge, pseudonym: str, at: datetime) -> None:
    """Give the challenge to this card. Raises Refused `reset.challenge-expired`, `reset.challenge-used`."""
    with desk.store.begin() as records:
        if challenge.claimed_by is None and at >= challenge.expires_at:
            raise Refused("reset.challenge-expired", expired_at=challenge.expires_at)
        if not records.claim_challenge(challenge.id, pseudonym):
            raise Refused("reset.challenge-used")


def require_proven(desk: Desk, *, challenge: Challenge, evidence: Evidence, face_given: bool, at: datetime) -> LiveCard:
    """Return the card whose holder answered the challenge; the face is not yet looked at, only whether there is one.

    Only the bearer of the key hears anything of the card. Raises what `require_possession`, `find_live_card`, the
    policy and the proof refuse.
    """
    kind, message = challenge.kind, _message(challenge)
    proof, pseudonym = require_possession(
        desk,
        certificate=evidence.proof_certificate,
        message=message,
        signature=evidence.signature,
        authentication_certificate=evidence.authentication_certificate,
    )
    card = find_live_card(desk, authentication_certificate=evidence.authentication_certificate, at=at)
    require_policy(desk, kind=kind, proof=proof, face_given=face_given)
    with noting_refused_proof(desk, pseudonym):
        require_signature(
            desk,
            certificate=evidence.proof_certificate,
            proof=proof,
            message=message,
            signature=evidence.signature,
            at=at,
        )
    return card


def _add(records: Records, *, pseudonym: str, challenge: Challenge, reservation_id: bytes, at: datetime) -> Reservation:
    made = Reservation(
        pseudonym=pseudonym,
        id=reservation_id,
        kind=challenge.kind,
        challenge=challenge.id,
        state=ReservationState.LIVE,
        made_at=at,
        expires_at=at + reservation_life(),
        replaced_older=False,
    )
    return place_reservation(records, made)


def place_reservation(records: Records, made: Reservation) -> Reservation:
    """Keep a new reservation in the place of an older active one of the same card, act and kind, and return it.

    Raises Refused `reset.in-use` while a terminal is at work with the older one.
    """
    rows = records.reservations(made.pseudonym)
    older = next((row for row in rows if (row.act, row.kind) == (made.act, made.kind) and row.state in ACTIVE), None)
    if older is not None:
        if older.held_until is not None and older.held_by_other(None, made.made_at):
            raise Refused("reset.in-use", until=older.held_until)
        require_won(records.move_reservation(older, older.replaced()))
    kept = replace(made, replaced_older=older is not None)
    require_won(records.add_reservation(kept))
    return kept


def _message(challenge: Challenge) -> bytes:
    return proof_message(purpose=challenge.purpose, kind=challenge.kind, challenge=challenge.id)
