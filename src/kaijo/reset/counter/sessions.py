"""A session at the counter: one act of a case on its way into the card, over the same relay as at a kiosk."""

from kaijo.card.administration import RESERVATION_SIZE, Act, Receipt
from kaijo.errors import Refused
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.cases import note_refusal
from kaijo.reset.counter.clerks import require_clerk, signed_in
from kaijo.reset.counter.records import Asked, Case, Deed
from kaijo.reset.counter.standing import is_own, needs_second, require_open
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.grants import RelayStep, relay_step, take_receipt
from kaijo.reset.kiosk_sessions import end_session
from kaijo.reset.ports import Records
from kaijo.reset.records import Place, Reservation, TerminalSession
from kaijo.reset.relay import HOST_CHALLENGE_SIZE
from kaijo.reset.reservations import place_reservation
from kaijo.reset.states import ACTIVE, ReservationState, SessionState, require_won

_SESSION_ID_SIZE = 16
_NONCE_SIZE = 32
_DEEDS = {Act.RESET: Deed.RESET, Act.RENEW: Deed.RENEW}


def begin(
    desk: Desk, *, token: str, case_id: str, act: Act, kind: PinKind, terminal: str, key: str | None = None
) -> TerminalSession:
    """Return a session, relaying, for an act that is ready; of one act only one session is on its way at a time.

    The same terminal with the same `key` gets the same session. Raises Refused `counter.not-signed-in`,
    `counter.unknown-case`, `counter.case-over`, `counter.own-card`, `counter.not-asked`, `counter.second-needed`,
    `reset.in-use`, `counter.done-already`. What the rules of the counter refuse stands in the journal.
    """
    now = desk.clock.now()
    with desk.store.look() as records:
        clerk = signed_in(records, token, now)
        case = require_open(records, case_id, now)
        asked = records.find_asked(case.pseudonym, case.id, act, kind)
    code = _objection(case, act, asked, own=is_own(clerk, case))
    if asked is None or code is not None:
        refused = Refused(code or "counter.not-asked", kind=kind)
        note_refusal(desk, _DEEDS[act], clerk.id, case, refused, about=(act, kind))
        raise refused
    with desk.store.begin() as records:
        records.expire_reservations(case.pseudonym, now)
    with desk.store.begin() as records:
        require_open(records, case_id, now)
        place = f"session {case.id} {act.value} {kind.value} {terminal}"
        session_id = f"{case.pseudonym}.{drawn(desk, _SESSION_ID_SIZE, key=key, place=place).hex()}"
        earlier = None if key is None else records.find_session(case.pseudonym, session_id)
        if earlier is not None:
            return earlier
        allowed = _allowed(desk, records, case, asked)
        if allowed.used_at is not None:
            raise Refused("counter.done-already", done_at=allowed.used_at, kind=kind)
        if allowed.state not in ACTIVE:
            raise Refused("counter.case-over")
        if allowed.held_until is not None and allowed.held_by_other(None, now):
            raise Refused("reset.in-use", until=allowed.held_until)
        session = TerminalSession(
            pseudonym=case.pseudonym,
            id=session_id,
            reservation=allowed.id,
            kind=kind,
            kiosk=terminal,
            state=SessionState.RELAYING,
            nonce=desk.randomness(_NONCE_SIZE).hex(),
            host_challenge=desk.randomness(HOST_CHALLENGE_SIZE),
            sealed=desk.veil.seal(desk.veil.unseal(case.sealed, case.id), session_id),
            opened_at=now,
            expires_at=min(now + kiosk_session_life(), case.expires_at),
            act=act,
            place=Place.COUNTER,
        )
        records.add_session(session)
        require_won(records.move_reservation(allowed, allowed.held(session)))
    return session


def relay(desk: Desk, *, token: str, session_id: str, step: int, response: bytes) -> RelayStep:
    """Take the card's answer and return the next command. Raises Refused `counter.not-signed-in`, and as `relay_step`.

    A renewal is done once no command follows.
    """
    require_clerk(desk, token)
    return relay_step(desk, session_id=session_id, step=step, response=response, place=Place.COUNTER)


def hand_in(desk: Desk, *, token: str, session_id: str, receipt: Receipt) -> Reservation:
    """Return what is done now. Raises Refused `counter.not-signed-in`, and as `take_receipt`."""
    require_clerk(desk, token)
    return take_receipt(desk, session_id=session_id, receipt=receipt, place=Place.COUNTER)


def end(desk: Desk, *, token: str, session_id: str) -> TerminalSession:
    """Return the session, over; the act may be begun again. Raises `counter.not-signed-in`, as `end_session`."""
    require_clerk(desk, token)
    return end_session(desk, session_id=session_id, place=Place.COUNTER)


def _objection(case: Case, act: Act, asked: Asked | None, *, own: bool) -> str | None:
    if own:
        return "counter.own-card"
    if asked is None:
        return "counter.not-asked"
    return "counter.second-needed" if needs_second(case, act) and asked.second is None else None


def _allowed(desk: Desk, records: Records, case: Case, asked: Asked) -> Reservation:
    """Return the case's permission for the act; the first call makes it, and a key of the table lets none be second."""
    named = f"{case.id.partition('.')[2]}.{asked.act.value}.{asked.kind.value}"
    earlier = next((row for row in records.reservations(case.pseudonym) if row.challenge == named), None)
    if earlier is not None:
        return earlier
    now = desk.clock.now()
    made = Reservation(
        pseudonym=case.pseudonym,
        id=desk.randomness(RESERVATION_SIZE),
        kind=asked.kind,
        challenge=named,
        state=ReservationState.LIVE,
        made_at=now,
        expires_at=case.expires_at,
        replaced_older=False,
        act=asked.act,
        case=case.id,
    )
    return place_reservation(records, made)
