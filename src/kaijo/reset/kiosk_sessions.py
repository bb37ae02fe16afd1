"""The kiosk's half: opening a session for the card that lies there, the holder's proof, and the end."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from kaijo.card.administration import ResetState
from kaijo.errors import Refused
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.lifetimes import kiosk_session_life, reservation_life
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.evidence import LiveCard, find_live_card, proof_message, require_signature
from kaijo.reset.noting import noting_refused_proof
from kaijo.reset.policy import needed_proof
from kaijo.reset.ports import Records
from kaijo.reset.receipts import settle_if_authentic
from kaijo.reset.records import Place, Purpose, Reservation, TerminalSession
from kaijo.reset.relay import HOST_CHALLENGE_SIZE, Visit
from kaijo.reset.states import ACTIVE, OVER, ReservationState, SessionState, require_won

_SESSION_ID_SIZE = 16
_NONCE_SIZE = 32
_CARD_ID_SIZE = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session, its reservation, and the exact bytes that the holder signs."""

    session: TerminalSession
    reservation: Reservation
    message: bytes = field(repr=False)


def open_session(
    desk: Desk,
    *,
    kiosk: str,
    authentication_certificate: bytes,
    reset_state: ResetState | None,
    key: str | None = None,
) -> Opened:
    """Return a session for the card's active reservation; what the card says of its last reset is settled first.

    The same kiosk with the same `key` gets the same session of this card.

    The session ends with its own life [fact: kiosk-session-life] or with the reservation, whichever is first.
    Raises Refused: `reset.kiosk-closed`, what `find_live_card` refuses, `reset.no-reservation`,
    `reset.reservation-expired`, `reset.in-use`, `reset.already-done`.
    """
    now = desk.clock.now()
    schedule = kiosk_schedule()
    if not schedule.is_open(now):
        raise Refused("reset.kiosk-closed", opens_at=schedule.next_opening(now))
    registered = desk.registry.find(authentication_certificate)
    if registered is not None and reset_state is not None:
        settle_if_authentic(desk, card_id=registered.card_id, receipt=reset_state.last, at=now)
    card = find_live_card(desk, authentication_certificate=authentication_certificate, at=now)
    pseudonym = desk.veil.pseudonym(card.card_id)
    session_id = f"{pseudonym}.{drawn(desk, _SESSION_ID_SIZE, key=key, place=f'session {pseudonym} {kiosk}').hex()}"
    with desk.store.begin() as records:
        records.expire_reservations(pseudonym, now)
        if key is not None and (earlier := _opened_before(records, pseudonym, session_id)) is not None:
            return earlier
        reservation = _find_active(records, pseudonym, now)
        if isinstance(reservation, Reservation):
            session = _new_session(desk, session_id, kiosk=kiosk, card=card, reservation=reservation, at=now)
            records.add_session(session)
            return Opened(session, reservation, _message(session))
    # Raised only now, so that what has expired is written down as such.
    raise reservation


def accept_proof(desk: Desk, *, session_id: str, proof_certificate: bytes, signature: bytes) -> TerminalSession:
    """Return the session, relaying: the holder has proved to be there, and this session alone has the reservation.

    The same call again gives the same session while it lasts. Raises Refused `reset.unknown-session`,
    `reset.session-over`, `reset.already-done`, `reset.in-use`, `reset.unknown-proof`, `reset.bad-proof`, or what the
    trust port refuses.
    """
    now = desk.clock.now()
    with desk.store.look() as records:
        session = find_session(records, session_id)
        require_going(records, session, now)
    with noting_refused_proof(desk, session.pseudonym):
        proof = needed_proof(session.kind)
        if proof is None or sha256(proof_certificate).digest() != _unsealed(desk, session)[_CARD_ID_SIZE:]:
            raise Refused("reset.unknown-proof", kind=session.kind)
        require_signature(
            desk,
            certificate=proof_certificate,
            proof=proof,
            message=_message(session),
            signature=signature,
            at=now,
        )
    with desk.store.begin() as records:
        session = find_session(records, session_id)
        reservation = require_going(records, session, now)
        if session.state is not SessionState.OPENED:
            return session
        if reservation.held_until is not None and reservation.held_by_other(session.id, now):
            raise Refused("reset.in-use", until=reservation.held_until)
        relaying = session.moved(SessionState.RELAYING)
        require_won(records.move_reservation(reservation, reservation.held(session)))
        require_won(records.move_session(session, relaying))
        return relaying


def end_session(desk: Desk, *, session_id: str, place: Place = Place.KIOSK) -> TerminalSession:
    """Return the session, over; a reservation that it still has is live again at once.

    Raises Refused `reset.unknown-session`.
    """
    with desk.store.begin() as records:
        return close_session(records, find_session(records, session_id, place))


def close_session(records: Records, session: TerminalSession) -> TerminalSession:
    """End the session inside a transaction and give back the reservation it has; one that is over stays as it is."""
    if session.state in OVER:
        return session
    ended = session.moved(SessionState.ENDED)
    reservation = records.find_reservation(session.pseudonym, session.reservation)
    if reservation is not None and reservation.state is ReservationState.HELD and reservation.holder == session.id:
        require_won(records.move_reservation(reservation, reservation.released()))
    require_won(records.move_session(session, ended))
    return ended


def find_session(records: Records, session_id: str, place: Place = Place.KIOSK) -> TerminalSession:
    """Return the session of that id at that place. Raises Refused `reset.unknown-session`."""
    session = records.find_session(session_id.partition(".")[0], session_id)
    if session is None or session.place is not place:
        raise Refused("reset.unknown-session")
    return session


def require_going(records: Records, session: TerminalSession, at: datetime) -> Reservation:
    """Return the reservation of a session that is not over.

    Raises Refused `reset.already-done` when the reset has happened, else `reset.session-over`.
    """
    reservation = records.find_reservation(session.pseudonym, session.reservation)
    if reservation is not None and reservation.used_at is not None:
        code = "reset.already-done" if reservation.case is None else "counter.done-already"
        raise Refused(code, done_at=reservation.used_at, kind=reservation.kind)
    if (
        reservation is None
        or reservation.state not in ACTIVE
        or session.state in OVER
        or at >= session.expires_at
        or (session.state is not SessionState.OPENED and reservation.holder != session.id)
    ):
        raise Refused("reset.session-over")
    return reservation


def visit_of(desk: Desk, session: TerminalSession) -> Visit:
    """Return what the relay needs to know. Raises ServiceTrouble `store.damaged`."""
    card_id = _unsealed(desk, session)[:_CARD_ID_SIZE]
    return Visit(card_id, session.host_challenge, session.kind, session.reservation, session.act)


def _find_active(records: Records, pseudonym: str, at: datetime) -> Reservation | Refused:
    rows = [row for row in records.reservations(pseudonym) if row.case is None]
    active = next((row for row in rows if row.state in ACTIVE), None)
    if active is not None and active.held_until is not None and active.held_by_other(None, at):
        return Refused("reset.in-use", until=active.held_until)
    if active is not None:
        return active
    newest = next(iter(rows), None)
    # What is older than a reservation's life says nothing about why the person stands here now.
    if newest is not None and newest.used_at is not None and at - newest.used_at < reservation_life():
        return Refused("reset.already-done", done_at=newest.used_at, kind=newest.kind)
    if newest is not None and newest.state is ReservationState.CANCELLED:
        return Refused("reset.no-reservation")
    if newest is not None and newest.used_at is None and at - newest.expires_at < reservation_life():
        return Refused("reset.reservation-expired", expired_at=newest.expires_at)
    return Refused("reset.no-reservation")


def _opened_before(records: Records, pseudonym: str, session_id: str) -> Opened | None:
    session = records.find_session(pseudonym, session_id)
    reservation = None if session is None else records.find_reservation(pseudonym, session.reservation)
    return None if session is None or reservation is None else Opened(session, reservation, _message(session))


def _new_session(
    desk: Desk, session_id: str, *, kiosk: str, card: LiveCard, reservation: Reservation, at: datetime
) -> TerminalSession:
    return TerminalSession(
        pseudonym=reservation.pseudonym,
        id=session_id,
        reservation=reservation.id,
        kind=reservation.kind,
        kiosk=kiosk,
        state=SessionState.OPENED,
        nonce=desk.randomness(_NONCE_SIZE).hex(),
        host_challenge=desk.randomness(HOST_CHALLENGE_SIZE),
        sealed=desk.veil.seal(card.card_id + card.proof_digest(reservation.kind), session_id),
        opened_at=at,
        expires_at=min(at + kiosk_session_life(), reservation.expires_at),
    )


def _unsealed(desk: Desk, session: TerminalSession) -> bytes:
    return desk.veil.unseal(session.sealed, session.id)


def _message(session: TerminalSession) -> bytes:
    return proof_message(
        purpose=Purpose.KIOSK,
        kind=session.kind,
        challenge=session.nonce,
        reservation=session.reservation,
        session=session.id,
    )
