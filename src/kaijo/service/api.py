"""The reservation service's HTTP API. Its OpenAPI document is a product: other phones and kiosks can be built on it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Path
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from kaijo import __version__
from kaijo.card.administration import Receipt, ResetState
from kaijo.errors import KaijoError
from kaijo.facts.stores import chains_for
from kaijo.reset.desk import Desk
from kaijo.reset.extending import extend_session
from kaijo.reset.grants import relay_step, take_receipt
from kaijo.reset.kiosk_sessions import accept_proof, end_session, open_session
from kaijo.reset.limits import begin_at_device, begin_at_terminal
from kaijo.reset.records import Place, Purpose, Reservation
from kaijo.reset.relay import first_command
from kaijo.reset.reservations import (
    Evidence,
    cancel_reservation,
    find_reservation,
    make_challenge,
    make_reservation,
)
from kaijo.reset.states import SessionState
from kaijo.reset.terminal_records import Terminal
from kaijo.service.answers import ERROR_ANSWERS, on_bad_request, on_http_error
from kaijo.service.counter_api import counter_router
from kaijo.service.envelope import Envelope
from kaijo.service.face_api import face_router
from kaijo.service.links import LinkedAPI
from kaijo.service.models import (
    CancelRequest,
    ChallengeAnswer,
    ChallengeRequest,
    EndAnswer,
    EndRequest,
    ExtendAnswer,
    ExtendRequest,
    ProofRequest,
    ReceiptAnswer,
    ReceiptRequest,
    RelayAnswer,
    RelayRequest,
    ReservationAnswer,
    ReservationRequest,
    ReservationStateAnswer,
    SessionAnswer,
    SessionRequest,
    text64,
)
from kaijo.service.ready_api import operator_router
from kaijo.service.refusals import counting
from kaijo.service.repeating import Key, RepeatingRoute
from kaijo.service.telemetry.house import Telemetry, telemetry
from kaijo.service.telemetry.requests import Watched
from kaijo.service.terminal_api import Gate, terminal_router
from kaijo.service.throttle import Throttle
from kaijo.wire.answers import SILENT

Device = Annotated[
    str | None,
    Header(alias="Kaijo-Device", max_length=32, pattern="^[0-9a-f]{32}$", description="what a phone calls itself"),
]
SessionId = Annotated[str, Path(max_length=128, description="the id that opening the session gave")]


def create_app(
    *,
    desk: Desk,
    practice: bool,
    watch: Telemetry | None = None,
    terminals_required: bool = False,
    proxied: bool = False,
    at_end: Callable[[], None] | None = None,
) -> FastAPI:
    """Return the service as an ASGI application. `practice` says that it serves test cards only.

    `watch` is what it is watched with, when somebody else is to see it too. With `terminals_required` nobody but an
    enrolled kiosk or counter is answered at its endpoints. `proxied` is as in `Throttle`. `at_end` lets go of what the
    service alone holds, once the last request is answered.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if at_end is not None:
            await run_in_threadpool(at_end)

    gate = Gate(desk, required=terminals_required)
    watch = watch or telemetry(desk.clock)
    watch.attach(desk)
    app = LinkedAPI(
        title="Kaijo 予約サービス · reservation service",
        version=__version__,
        summary="暗証番号の初期化の予約とキオスク端末の手続き · Reservations of PIN resets, and kiosk sessions",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry=SILENT,
    )
    app.add_middleware(Envelope)
    if desk.limited:
        app.add_middleware(Throttle, clock=desk.clock, proxied=proxied)
    app.add_middleware(Watched, metrics=watch.metrics)  # outermost: what was added last
    app.add_exception_handler(KaijoError, counting(desk))
    app.add_exception_handler(RequestValidationError, on_bad_request)
    app.add_exception_handler(HTTPException, on_http_error)
    app.include_router(operator_router(desk, watch, practice=practice))
    app.include_router(_phone(desk), prefix="/v1", responses=dict(ERROR_ANSWERS), tags=["phone"])
    app.include_router(face_router(desk), prefix="/v1/face-checks", responses=dict(ERROR_ANSWERS), tags=["face"])
    app.include_router(_kiosk(desk, gate), prefix="/v1/kiosk-sessions", responses=dict(ERROR_ANSWERS), tags=["kiosk"])
    app.include_router(counter_router(desk, gate, practice=practice), prefix="/v1", responses=dict(ERROR_ANSWERS))
    app.include_router(
        terminal_router(desk, gate), prefix="/v1/terminals", responses=dict(ERROR_ANSWERS), tags=["terminals"]
    )
    return app


def _phone(desk: Desk) -> APIRouter:
    router = APIRouter(route_class=RepeatingRoute)

    @router.post("/challenges", status_code=201, summary="署名する番号を受け取る · Get a challenge to sign")
    def challenges(request: ChallengeRequest, device: Device = None, key: Key = None) -> ChallengeAnswer:
        if device is not None:
            begin_at_device(desk, device)
        purpose = Purpose(request.purpose.value)
        challenge, message = make_challenge(desk, purpose=purpose, kind=request.kind, key=key)
        return ChallengeAnswer(challenge_id=challenge.id, message=text64(message), expires_at=challenge.expires_at)

    @router.post("/reservations", status_code=201, summary="予約する · Make the reservation")
    def reservations(request: ReservationRequest) -> ReservationAnswer:
        evidence = Evidence(
            request.authentication_certificate, request.proof_certificate, request.signature, request.face
        )
        made = make_reservation(desk, challenge_id=request.challenge_id, kind=request.kind, evidence=evidence)
        return ReservationAnswer(
            reservation_id=made.id.hex(),
            kind=made.kind,
            made_at=made.made_at,
            expires_at=made.expires_at,
            replaced=made.replaced_older,
            chains=list(chains_for(made.kind)),
            cancel_token=desk.veil.cancel_token(made.pseudonym, made.id),
        )

    @router.post("/reservations/state", summary="予約の状態 · How it stands", response_model_exclude_none=True)
    def state(request: CancelRequest) -> ReservationStateAnswer:
        return _standing(find_reservation(desk, cancel_token=request.token))

    @router.post("/reservations/cancel", summary="予約を取り消す · Cancel", response_model_exclude_none=True)
    def cancel(request: CancelRequest) -> ReservationStateAnswer:
        return _standing(cancel_reservation(desk, cancel_token=request.token))

    return router


def _standing(row: Reservation) -> ReservationStateAnswer:
    return ReservationStateAnswer(kind=row.kind, state=row.state, expires_at=row.expires_at, used_at=row.used_at)


def _kiosk(desk: Desk, gate: Gate) -> APIRouter:
    known = gate.at(Place.KIOSK)
    router = APIRouter(route_class=RepeatingRoute, dependencies=[Depends(known)])

    @router.post("", status_code=201, summary="カードから予約を見つける · Find the reservation by the card")
    def sessions(
        request: SessionRequest, terminal: Annotated[Terminal | None, Depends(known)], key: Key = None
    ) -> SessionAnswer:
        if terminal is not None:
            begin_at_terminal(desk, terminal)
        opened = open_session(
            desk,
            kiosk=request.kiosk if terminal is None else terminal.name,
            authentication_certificate=request.authentication_certificate,
            reset_state=None if request.reset_state is None else ResetState.decode(request.reset_state),
            key=key,
        )
        return SessionAnswer(
            session_id=opened.session.id,
            kind=opened.session.kind,
            reservation_expires_at=opened.reservation.expires_at,
            message=text64(opened.message),
            expires_at=opened.session.expires_at,
        )

    @router.post("/{session_id}/proof", summary="本人を確かめる · Prove the holder", response_model_exclude_none=True)
    def proof(session_id: SessionId, request: ProofRequest) -> RelayAnswer:
        accept_proof(
            desk,
            session_id=session_id,
            proof_certificate=request.proof_certificate,
            signature=request.signature,
        )
        return RelayAnswer(state=SessionState.RELAYING, step=0, command=first_command().hex())

    @router.post("/{session_id}/relay", summary="カードの応答を渡す · Relay", response_model_exclude_none=True)
    def relay(session_id: SessionId, request: RelayRequest) -> RelayAnswer:
        done = relay_step(desk, session_id=session_id, step=request.step, response=request.response)
        if done.command is None:
            return RelayAnswer(state=SessionState.GRANTED, step=done.step)
        return RelayAnswer(state=SessionState.RELAYING, step=done.step, command=done.command.hex())

    @router.post("/{session_id}/extend", summary="時間を延ばす · Go on, while somebody is there")
    def extend(session_id: SessionId, _request: ExtendRequest) -> ExtendAnswer:
        return ExtendAnswer(expires_at=extend_session(desk, session_id=session_id).expires_at)

    @router.post("/{session_id}/receipt", summary="カードの受領証を渡す · Hand in the receipt")
    def receipt(session_id: SessionId, request: ReceiptRequest) -> ReceiptAnswer:
        used = take_receipt(desk, session_id=session_id, receipt=Receipt.decode(request.receipt))
        return ReceiptAnswer(kind=used.kind, completed_at=used.used_at or desk.clock.now())

    @router.post("/{session_id}/end", summary="終える。未使用の予約は戻る · End; an unused reservation is free again")
    def end(session_id: SessionId, _request: EndRequest) -> EndAnswer:
        session = end_session(desk, session_id=session_id)
        return EndAnswer(
            state=SessionState.COMPLETED if session.state is SessionState.COMPLETED else SessionState.ENDED
        )

    return router
