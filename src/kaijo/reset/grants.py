"""From the holder's proof to the receipt: the steps of the relay, the intent before the grant, the receipt after it."""

from dataclasses import dataclass, replace
from datetime import datetime

from kaijo.card.administration import Receipt, ResetState
from kaijo.errors import CardTrouble, KaijoError, Refused
from kaijo.reset.desk import Desk
from kaijo.reset.kiosk_sessions import close_session, find_session, require_going, visit_of
from kaijo.reset.ports import Records
from kaijo.reset.receipts import is_authentic, settle
from kaijo.reset.records import GrantRow, KioskSession, Reservation
from kaijo.reset.relay import Turn, next_turn
from kaijo.reset.states import GrantOutcome, SessionState, require_won


@dataclass(frozen=True, slots=True)
class RelayStep:
    """What the kiosk does next: give `command` to the card as step `step`; None says that the card has the grant."""

    step: int
    command: bytes | None


def relay_step(desk: Desk, *, session_id: str, step: int, response: bytes) -> RelayStep:
    """Take the card's answer to step `step` and return the next one.

    The intent of a grant is durable before its command is returned. The same call again gives the same answer. An
    answer that is not sound ends the session and gives the reservation back. Raises Refused `reset.unknown-session`,
    `reset.proof-missing`, `reset.session-over`, `reset.out-of-step`, `reset.already-done` when the card's receipt says
    so, `reset.other-card`, `reset.card-refused`; CardTrouble as `next_turn`.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        session = find_session(records, session_id)
        answers = _answers(desk, records, session)
        if not _is_repeated(answers, step, response):
            _require_relaying(records, session, now)
    visit = visit_of(desk, session)
    turn: Turn | None = None
    failure: KaijoError | None = None
    receipt: Receipt | None = None
    try:
        turn = next_turn(desk.keys, visit, (*answers[:step], response))
    except (Refused, CardTrouble) as trouble:
        failure = trouble
    else:
        last = turn.read.last if turn.read else None
        receipt = last if last and is_authentic(desk.keys, visit.card_id, last) else None
    with desk.store.begin() as records:
        session = find_session(records, session_id)
        if not _is_repeated(_answers(desk, records, session), step, response):
            _require_relaying(records, session, now)
            require_won(records.add_answer(session, step, desk.veil.seal(response, _place(session, step))))
        if turn is None:
            close_session(records, session)
        elif turn.command is None:
            _note_granted(records, session)
        elif turn.read is not None:
            failure = _intend(records, session, read=turn.read, receipt=receipt, at=now)
    # A failure is raised only after what it says has been written down.
    if failure is not None:
        raise failure
    return RelayStep(step + 1, turn.command if turn else None)


def take_receipt(desk: Desk, *, session_id: str, receipt: Receipt) -> Reservation:
    """Return the reservation, used: the card says that the reset happened, and it counts however late it comes.

    The same call again gives the same answer. Raises Refused `reset.unknown-session`, or `reset.bad-receipt` when the
    receipt is not this card's or not for this session's reservation.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        session = find_session(records, session_id)
    used: Reservation | None = None
    if is_authentic(desk.keys, visit_of(desk, session).card_id, receipt):
        with desk.store.begin() as records:
            used = settle(records, pseudonym=session.pseudonym, receipt=receipt, at=now)
            session = find_session(records, session_id)
            if used is not None and used.id == session.reservation and session.state is not SessionState.COMPLETED:
                require_won(records.move_session(session, session.moved(SessionState.COMPLETED)))
    if used is None or used.id != session.reservation:
        raise Refused("reset.bad-receipt")
    return used


def _is_repeated(answers: tuple[bytes, ...], step: int, response: bytes) -> bool:
    if step == len(answers):
        return False
    if step > len(answers) or answers[step] != response:
        raise Refused("reset.out-of-step", step=len(answers))
    return True


def _require_relaying(records: Records, session: KioskSession, at: datetime) -> None:
    require_going(records, session, at)
    if session.state is SessionState.OPENED:
        raise Refused("reset.proof-missing")


def _note_granted(records: Records, session: KioskSession) -> None:
    if session.state is not SessionState.RELAYING:
        return
    require_won(records.move_session(session, session.moved(SessionState.GRANTED)))
    for grant in records.grants(session.pseudonym, session.reservation):
        if grant.session == session.id:
            require_won(records.move_grant(grant, replace(grant, outcome=GrantOutcome.GRANTED)))


def _intend(
    records: Records, session: KioskSession, *, read: ResetState, receipt: Receipt | None, at: datetime
) -> KaijoError | None:
    if receipt is not None:
        settle(records, pseudonym=session.pseudonym, receipt=receipt, at=at)
    try:
        require_going(records, session, at)
    except Refused as refusal:
        close_session(records, session)
        return refusal
    records.add_grant(
        GrantRow(
            pseudonym=session.pseudonym,
            session=session.id,
            reservation=session.reservation,
            kind=session.kind,
            reset_number=read.reset_number,
            intended_at=at,
            outcome=GrantOutcome.INTENDED,
        )
    )
    return None


def _answers(desk: Desk, records: Records, session: KioskSession) -> tuple[bytes, ...]:
    sealed = records.answers(session)
    return tuple(desk.veil.unseal(answer, _place(session, step)) for step, answer in enumerate(sealed))


def _place(session: KioskSession, step: int) -> str:
    return f"{session.id} {step}"
