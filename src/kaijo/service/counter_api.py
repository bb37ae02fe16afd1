"""The counter's part of the HTTP API, under `/v1/counter`, and the figures of `GET /v1/operations`.

Everything but taking a waiting number and looking at the queue needs a clerk: `POST sign-ins` gives a token for the
header `Authorization: Bearer …`. An answer of 409 `counter.not-signed-in` says that it is over.

A visit: `POST tickets/next` · `GET checklists` · `POST cases` (papers and card) · `POST cases/{id}/acts` (what is to be
done) · `POST cases/{id}/approval` where an act says `needs-second` · for each act `POST cases/{id}/sessions`, then
`POST sessions/{id}/relay` until granted (a reset: the holder types the new PIN, `POST sessions/{id}/receipt`) or
completed (a renewal) · `POST cases/{id}/close` · `POST tickets/{number}/done`. A proxy's first visit ends with
`POST cases/{id}/letter` instead. `kaijo.reset.operations` shows what `GET /v1/operations?days=7` answers.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query

from kaijo.card.administration import Act, Receipt, ResetState
from kaijo.facts.counter import Visitor
from kaijo.facts.counter_papers import documents
from kaijo.facts.usable import certificate_usable
from kaijo.reset.counter import cases, clerks, sessions, waiting
from kaijo.reset.counter.journal import day_of, read_journal
from kaijo.reset.counter.letters import is_letter_visit, send_letter
from kaijo.reset.desk import Desk
from kaijo.reset.operations import MOST_DAYS, summarise
from kaijo.reset.records import Place, Reservation
from kaijo.reset.relay import first_command
from kaijo.reset.states import SessionState
from kaijo.reset.terminal_records import Terminal
from kaijo.service.counter_models import (
    ActAnswer,
    ActsAnswer,
    ApprovalRequest,
    AskRequest,
    BeginRequest,
    CaseAnswer,
    CaseRequest,
    Checklist,
    ChecklistsAnswer,
    ClerkAnswer,
    ClerksAnswer,
    CounterRelayAnswer,
    CounterSessionAnswer,
    DoneAnswer,
    EmptyRequest,
    JournalAnswer,
    LetterAnswer,
    OperationsAnswer,
    OwnCardRequest,
    SignInAnswer,
    SignInRequest,
    SignOutAnswer,
    TicketAnswer,
    TicketsAnswer,
)
from kaijo.service.models import EndAnswer, ReceiptRequest, RelayRequest
from kaijo.service.repeating import Key, RepeatingRoute
from kaijo.service.terminal_api import Gate, Known

_SCHEME = "Bearer "
_VISITS = range(1, 10)


def _bearer(authorization: Annotated[str, Header(max_length=128, description="Bearer TOKEN")] = "") -> str:
    return authorization.removeprefix(_SCHEME) if authorization.startswith(_SCHEME) else ""


Token = Annotated[str, Depends(_bearer)]
CaseId = Annotated[str, Path(max_length=128, description="the id that opening the case gave")]
SessionId = Annotated[str, Path(max_length=128, description="the id that beginning the act gave")]
ClerkId = Annotated[str, Path(max_length=64, description="a clerk")]
Number = Annotated[int, Path(ge=1, le=99_999, description="a waiting number of today")]


def counter_router(desk: Desk, gate: Gate, *, practice: bool) -> APIRouter:
    """Return the counter's routes and the operations page's figures, for the prefix `/v1`."""
    router = APIRouter(route_class=RepeatingRoute)
    known = gate.at(Place.COUNTER)
    for part in (_clerks(desk), _waiting(desk), _cases(desk, practice=practice), _sessions(desk, known)):
        router.include_router(part, prefix="/counter", tags=["counter"], dependencies=[Depends(known)])
    router.include_router(_operations(desk), tags=["operator"], dependencies=[Depends(known)])
    return router


def _clerks(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=RepeatingRoute)

    @router.post("/sign-ins", status_code=201, summary="職員がサインインする · A clerk signs in")
    def sign_ins(request: SignInRequest, key: Key = None) -> SignInAnswer:
        made = clerks.sign_in(desk, clerk_id=request.clerk, password=request.password, key=key)
        return SignInAnswer(token=made.token, clerk=made.clerk, expires_at=made.expires_at)

    @router.post("/sign-out", summary="サインアウトする · Sign out")
    def sign_out(_request: EmptyRequest, token: Token) -> SignOutAnswer:
        clerks.sign_out(desk, token=token)
        return SignOutAnswer()

    @router.get("/clerks", summary="職員の一覧 · Every clerk")
    def listed(token: Token) -> ClerksAnswer:
        found = clerks.list_clerks(desk, token=token)
        return ClerksAnswer(clerks=[ClerkAnswer.of(one, locked=clerks.is_locked(one)) for one in found])

    @router.post("/clerks/{clerk}/unlock", summary="ほかの職員のロックを解く · Let another clerk in again")
    def unlock(clerk: ClerkId, _request: EmptyRequest, token: Token) -> ClerkAnswer:
        return ClerkAnswer.of(clerks.unlock(desk, token=token, clerk_id=clerk), locked=False)

    @router.post("/own-card", summary="自分のカードを届け出る · Note one's own card")
    def own_card(request: OwnCardRequest, token: Token) -> ClerkAnswer:
        noted = clerks.note_own_card(desk, token=token, authentication_certificate=request.authentication_certificate)
        return ClerkAnswer.of(noted, locked=clerks.is_locked(noted))

    return router


def _waiting(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=RepeatingRoute)

    @router.post("/tickets", status_code=201, summary="番号札を取る · Take a waiting number")
    def take(_request: EmptyRequest, key: Key = None) -> TicketAnswer:
        ticket, ahead = waiting.take_ticket(desk, key=key)
        return TicketAnswer.of(ticket, ahead)

    @router.get("/tickets", summary="今日の番号札 · Today's waiting numbers")
    def listed() -> TicketsAnswer:
        day = day_of(desk.clock.now())
        return TicketsAnswer(day=day, tickets=[TicketAnswer.of(one) for one in waiting.list_tickets(desk, day)])

    @router.post("/tickets/next", summary="次の番号を呼ぶ · Call the next number")
    def call(_request: EmptyRequest, token: Token, key: Key = None) -> TicketAnswer:
        return TicketAnswer.of(waiting.call_next(desk, token=token, key=key))

    @router.post("/tickets/{number}/done", summary="番号札の手続きを終える · That number is done")
    def done(number: Number, _request: EmptyRequest, token: Token) -> TicketAnswer:
        return TicketAnswer.of(waiting.finish_ticket(desk, token=token, number=number))

    return router


def _cases(desk: Desk, *, practice: bool) -> APIRouter:
    router = APIRouter(route_class=RepeatingRoute)

    @router.get("/checklists", summary="確認する書類 · What must be seen")
    def checklists() -> ChecklistsAnswer:
        return ChecklistsAnswer(
            checklists=[
                Checklist(
                    visitor=visitor,
                    visit=visit,
                    documents=list(documents(visitor, visit)),
                    letter=is_letter_visit(visitor, visit),
                )
                for visitor in Visitor
                for visit in _VISITS
                if documents(visitor, visit)
            ]
        )

    @router.post("/cases", status_code=201, summary="書類を確かめて手続きを始める · Open a case")
    def open_case(request: CaseRequest, token: Token, key: Key = None) -> CaseAnswer:
        papers = cases.Papers(
            visitor=request.visitor,
            visit=request.visit,
            seen=tuple(request.documents),
            letter=request.letter,
            ticket=request.ticket,
        )
        made = cases.open_case(
            desk,
            token=token,
            papers=papers,
            authentication_certificate=request.authentication_certificate,
            reset_state=None if request.reset_state is None else ResetState.decode(request.reset_state),
            key=key,
        )
        return CaseAnswer.of(made)

    @router.get("/cases/{case_id}", summary="手続きの状態 · How a case stands")
    def look(case_id: CaseId, token: Token) -> CaseAnswer:
        return CaseAnswer.of(*cases.look_at_case(desk, token=token, case_id=case_id))

    @router.post("/cases/{case_id}/acts", summary="することを決める · Say what is to be done")
    def ask(case_id: CaseId, request: AskRequest, token: Token) -> ActsAnswer:
        wanted = [(one.act, one.kind) for one in request.acts]
        standing = cases.ask(desk, token=token, case_id=case_id, acts=wanted)
        return ActsAnswer(acts=[ActAnswer.of(one) for one in standing])

    @router.post("/cases/{case_id}/approval", summary="二人目の職員が承認する · A second clerk agrees")
    def approve(case_id: CaseId, request: ApprovalRequest, token: Token) -> ActsAnswer:
        standing = cases.approve(desk, token=token, case_id=case_id, clerk_id=request.clerk, password=request.password)
        return ActsAnswer(acts=[ActAnswer.of(one) for one in standing])

    @router.post("/cases/{case_id}/letter", summary="照会書を送る · Send the inquiry letter")
    def letter(case_id: CaseId, _request: EmptyRequest, token: Token, key: Key = None) -> LetterAnswer:
        code = send_letter(desk, token=token, case_id=case_id, key=key)
        return LetterAnswer(sent_at=desk.clock.now(), code=code if practice else None)

    @router.post("/cases/{case_id}/close", summary="手続きを終える · Close the case")
    def close(case_id: CaseId, _request: EmptyRequest, token: Token) -> CaseAnswer:
        cases.close_case(desk, token=token, case_id=case_id)
        return CaseAnswer.of(*cases.look_at_case(desk, token=token, case_id=case_id))

    return router


def _sessions(desk: Desk, known: Known) -> APIRouter:
    router = APIRouter(route_class=RepeatingRoute)

    @router.post("/cases/{case_id}/sessions", status_code=201, summary="カードへの手続きを始める · Begin an act")
    def begin(
        case_id: CaseId,
        request: BeginRequest,
        token: Token,
        terminal: Annotated[Terminal | None, Depends(known)],
        key: Key = None,
    ) -> CounterSessionAnswer:
        name = request.terminal if terminal is None else terminal.name
        begun = sessions.begin(
            desk, token=token, case_id=case_id, act=request.act, kind=request.kind, terminal=name, key=key
        )
        return CounterSessionAnswer(
            session_id=begun.id, expires_at=begun.expires_at, step=0, command=first_command().hex()
        )

    @router.post("/sessions/{session_id}/relay", summary="カードの応答を渡す · Relay", response_model_exclude_none=True)
    def relay(session_id: SessionId, request: RelayRequest, token: Token) -> CounterRelayAnswer:
        made = sessions.relay(desk, token=token, session_id=session_id, step=request.step, response=request.response)
        if made.command is not None:
            return CounterRelayAnswer(state=SessionState.RELAYING, step=made.step, command=made.command.hex())
        return CounterRelayAnswer(state=SessionState.COMPLETED if made.done else SessionState.GRANTED, step=made.step)

    @router.post("/sessions/{session_id}/receipt", summary="カードの受領証を渡す · Hand in the receipt")
    def receipt(session_id: SessionId, request: ReceiptRequest, token: Token) -> DoneAnswer:
        return _done(
            desk, sessions.hand_in(desk, token=token, session_id=session_id, receipt=Receipt.decode(request.receipt))
        )

    @router.post("/sessions/{session_id}/end", summary="終える。もう一度始められる · End; it can be begun again")
    def end(session_id: SessionId, _request: EmptyRequest, token: Token) -> EndAnswer:
        ended = sessions.end(desk, token=token, session_id=session_id)
        over = ended.state is SessionState.COMPLETED
        return EndAnswer(state=SessionState.COMPLETED if over else SessionState.ENDED)

    return router


def _operations(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=RepeatingRoute)

    @router.get("/counter/journal", summary="日誌 · A day's journal")
    def journal(
        token: Token, day: Annotated[date | None, Query(description="today when absent")] = None
    ) -> JournalAnswer:
        clerks.require_clerk(desk, token)
        return JournalAnswer.of(read_journal(desk, day or day_of(desk.clock.now())))

    @router.get("/operations", summary="運用の数字 · Figures of the operation")
    def operations(token: Token, days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 7) -> OperationsAnswer:
        clerks.require_clerk(desk, token)
        return OperationsAnswer.model_validate(summarise(desk, days=days))

    return router


def _done(desk: Desk, used: Reservation) -> DoneAnswer:
    at = used.used_at or desk.clock.now()
    usable = certificate_usable(at) if used.act is Act.RENEW else None
    return DoneAnswer(act=used.act, kind=used.kind, completed_at=at, usable_from=usable)
