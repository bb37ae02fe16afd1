"""From the holder's proof to the receipt: the steps of the relay, the intent before the grant, the receipt after it."""

from dataclasses import dataclass, replace
from datetime import datetime

from kaijo.card.administration import Act, Receipt, ResetState
from kaijo.errors import CardTrouble, KaijoError, Refused
from kaijo.reset.desk import Desk
from kaijo.reset.kiosk_sessions import close_session, find_session, require_going, visit_of
from kaijo.reset.ports import Records
from kaijo.reset.receipts import authentic, settle
from kaijo.reset.records import GrantRow, Place, Reservation, TerminalSession
from kaijo.reset.relay import Certify, Turn, Visit, failed_to_open, next_turn, no_certificate
from kaijo.reset.states import GrantOutcome, SessionState, require_won
from kaijo.reset.stopping import is_stopped, note_failed_channel


@dataclass(frozen=True, slots=True)
class RelayStep:
    """What the terminal does next: give `command` to the card as step `step`.

    None says that the card has the grant; with `done` nothing is left to do: its certificate is renewed.
    """

    step: int
    command: bytes | None
    done: bool = False


def relay_step(desk: Desk, *, session_id: str, step: int, response: bytes, place: Place = Place.KIOSK) -> RelayStep:
    """Take the card's answer to step `step` and return the next one.

    The intent of a grant is durable before its command is returned. The same call again gives the same answer. An
    answer that is not sound ends the session and gives the reservation back. Raises Refused `reset.unknown-session`,
    `reset.proof-missing`, `reset.session-over`, `reset.out-of-step`, `reset.already-done` when the card's receipt says
    so, `reset.other-card`, `reset.card-refused`, `reset.card-stopped` after too many failed openings
    [fact: limit-failed-channels]; CardTrouble as `next_turn`.
    """
    now = desk.clock.now()

    def hear(records: Records) -> _Heard:
        return _hear(desk, records, find_session(records, session_id, place), step=step, response=response, at=now)

    with desk.store.begin() if desk.keys.at_hand else desk.store.look() as records:
        heard = hear(records)
        # No transaction waits for somebody outside: keys in a module, or the issuer of certificates.
        alone = desk.keys.at_hand and heard.visit.act is Act.RESET
        said = _say(desk, heard, now) if alone else None
        failure = None if said is None else _note(desk, records, heard, said, now)
    if said is None:
        said = _say(desk, heard, now)
        with desk.store.begin() as records:
            failure = _note(desk, records, hear(records), said, now)
    # A failure is raised only after what it says has been written down.
    if failure is not None:
        raise failure
    turn = said.turn
    return RelayStep(step + 1, turn.command if turn else None, done=turn is not None and turn.receipt is not None)


@dataclass(frozen=True, slots=True)
class _Heard:
    """Where a session stands that got an answer: what the card said so far, the answer included."""

    session: TerminalSession
    visit: Visit
    answers: tuple[bytes, ...]
    repeated: bool
    stopped: bool

    @property
    def step(self) -> int:
        return len(self.answers) - 1


@dataclass(frozen=True, slots=True)
class _Said:
    """What the service says to it, and the card's authentic receipt where the answer holds one."""

    turn: Turn | None
    failure: KaijoError | None
    receipt: Receipt | None


def _hear(
    desk: Desk, records: Records, session: TerminalSession, *, step: int, response: bytes, at: datetime
) -> _Heard:
    answers = _answers(desk, records, session)
    repeated = _is_repeated(answers, step, response)
    if not repeated:
        _require_relaying(records, session, at)
    stopped = is_stopped(records, session.pseudonym)
    return _Heard(session, visit_of(desk, session), (*answers[:step], response), repeated, stopped)


def _say(desk: Desk, heard: _Heard, at: datetime) -> _Said:
    turn: Turn | None = None
    failure: KaijoError | None = Refused("reset.card-stopped")
    if not heard.stopped:
        turn, failure = _turn(desk, heard.visit, heard.answers, at)
    shown = None if turn is None else turn.receipt or (turn.read.last if turn.read else None)
    return _Said(turn, failure, authentic(desk, card_id=heard.visit.card_id, receipt=shown, at=at))


def _note(desk: Desk, records: Records, heard: _Heard, said: _Said, at: datetime) -> KaijoError | None:
    session, turn = heard.session, said.turn
    if not heard.repeated:
        sealed = desk.veil.seal(heard.answers[-1], _place(session, heard.step))
        require_won(records.add_answer(session, heard.step, sealed))
    if turn is None:
        close_session(records, session)
        if failed_to_open(heard.step, said.failure):
            note_failed_channel(records, session, at)
    elif turn.receipt is not None:
        return _note_renewed(records, session, receipt=said.receipt, at=at)
    elif turn.command is None:
        _note_granted(records, session)
    elif turn.read is not None:
        return _intend(records, session, read=turn.read, receipt=said.receipt, at=at, repeated=heard.repeated)
    return said.failure


def _turn(desk: Desk, visit: Visit, answers: tuple[bytes, ...], at: datetime) -> tuple[Turn | None, KaijoError | None]:
    try:
        return next_turn(desk.keys, visit, answers, _certify(desk, visit, at)), None
    except (Refused, CardTrouble) as trouble:
        return None, trouble


def take_receipt(desk: Desk, *, session_id: str, receipt: Receipt, place: Place = Place.KIOSK) -> Reservation:
    """Return the reservation, used: the card says that the reset happened, and it counts however late it comes.

    The same call again gives the same answer. Raises Refused `reset.unknown-session`, or `reset.bad-receipt` when the
    receipt is not this card's or not for this session's reservation.
    """
    now = desk.clock.now()

    def proved(session: TerminalSession) -> Receipt | None:
        return authentic(desk, card_id=visit_of(desk, session).card_id, receipt=receipt, at=now)

    used: Reservation | None = None
    alone = desk.keys.at_hand and receipt.grant.act is Act.RESET
    with desk.store.begin() if alone else desk.store.look() as records:
        session = find_session(records, session_id, place)
        if alone and proved(session) is not None:
            used = _settle(records, session, receipt=receipt, at=now)
    if not alone and proved(session) is not None:
        with desk.store.begin() as records:
            used = _settle(records, find_session(records, session_id, place), receipt=receipt, at=now)
    if used is None or used.id != session.reservation:
        raise Refused("reset.bad-receipt")
    return used


def _certify(desk: Desk, visit: Visit, at: datetime) -> Certify:
    if desk.issuer is None:
        return no_certificate
    issuer = desk.issuer
    return lambda key: issuer.renew(visit.card_id, visit.kind, key, visit.reservation, at)


def _settle(records: Records, session: TerminalSession, *, receipt: Receipt, at: datetime) -> Reservation | None:
    used = settle(records, pseudonym=session.pseudonym, receipt=receipt, at=at)
    if used is not None and used.id == session.reservation and session.state is not SessionState.COMPLETED:
        require_won(records.move_session(session, session.moved(SessionState.COMPLETED)))
    return used


def _note_renewed(
    records: Records, session: TerminalSession, *, receipt: Receipt | None, at: datetime
) -> KaijoError | None:
    used = None if receipt is None else _settle(records, session, receipt=receipt, at=at)
    return None if used is not None and used.id == session.reservation else Refused("reset.bad-receipt")


def _is_repeated(answers: tuple[bytes, ...], step: int, response: bytes) -> bool:
    if step == len(answers):
        return False
    if step > len(answers) or answers[step] != response:
        raise Refused("reset.out-of-step", step=len(answers))
    return True


def _require_relaying(records: Records, session: TerminalSession, at: datetime) -> None:
    require_going(records, session, at)
    if session.state is SessionState.OPENED:
        raise Refused("reset.proof-missing")


def _note_granted(records: Records, session: TerminalSession) -> None:
    if session.state is not SessionState.RELAYING:
        return
    require_won(records.move_session(session, session.moved(SessionState.GRANTED)))
    for grant in records.grants(session.pseudonym, session.reservation):
        if grant.session == session.id:
            require_won(records.move_grant(grant, replace(grant, outcome=GrantOutcome.GRANTED)))


def _intend(
    records: Records,
    session: TerminalSession,
    *,
    read: ResetState,
    receipt: Receipt | None,
    at: datetime,
    repeated: bool,
) -> KaijoError | None:
    if repeated:
        # The intent is there; its command is said again only as long as it may still be obeyed.
        require_going(records, session, at)
        return None
    records.forget_failed_channels(session.pseudonym)  # the card proved to be the one it says
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


def _answers(desk: Desk, records: Records, session: TerminalSession) -> tuple[bytes, ...]:
    sealed = records.answers(session)
    return tuple(desk.veil.unseal(answer, _place(session, step)) for step, answer in enumerate(sealed))


def _place(session: TerminalSession, step: int) -> str:
    return f"{session.id} {step}"
