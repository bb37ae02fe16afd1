"""The practice filing desk's HTTP API."""

import base64
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kaijo import __version__
from kaijo.errors import KaijoError
from kaijo.facts.etax import etax_cut, etax_open, next_etax_opening
from kaijo.facts.filing import next_filing_deadline
from kaijo.filing.answers import ERROR_ANSWERS, Envelope, on_bad_request, on_http_error, on_kaijo_error
from kaijo.filing.desk import Front
from kaijo.filing.models import (
    ChallengeAnswer,
    ChallengeRequest,
    HealthAnswer,
    ReceiptAnswer,
    ReceiptsAnswer,
    ReturnRequest,
    SignInAnswer,
    SignInRequest,
)
from kaijo.filing.reading import SCHEMA
from kaijo.filing.records import Desk
from kaijo.wire.answers import SILENT

_BEARER = "Bearer "
Token = Annotated[str, Header(alias="Authorization", max_length=128, description="Bearer and the token of the sign-in")]


def create_app(desk: Desk) -> FastAPI:
    """Return the practice desk as an ASGI application."""
    app = FastAPI(
        title="Kaijo 練習用の申告窓口 · practice filing desk",
        version=__version__,
        summary="練習用。ここで送っても、どの役所にも届きません · Practice: nothing sent here reaches any authority",
        docs_url=None,
        redoc_url=None,
        telemetry=SILENT,
    )
    app.add_middleware(Envelope)
    app.add_exception_handler(KaijoError, on_kaijo_error)
    app.add_exception_handler(RequestValidationError, on_bad_request)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_kaijo_error)
    app.include_router(_routes(Front(desk)), responses=dict(ERROR_ANSWERS))
    return app


def _routes(front: Front) -> APIRouter:
    router, desk = APIRouter(), front.desk

    @router.get("/health", summary="窓口の状態 · Whether the desk is open")
    def health() -> HealthAnswer:
        now = desk.clock.now()
        deadline = next_filing_deadline(now)
        return HealthAnswer(
            time=now,
            open=etax_open(now),
            opens_at=next_etax_opening(now),
            deadline=deadline.isoformat(),
            due_before=etax_cut(deadline),
        )

    @router.get("/v1/schema", summary="申告書の形（XML Schema） · The form of a return", response_class=Response)
    def schema() -> Response:
        return Response(SCHEMA.read_bytes(), media_type="application/xml")

    @router.post("/v1/challenges", status_code=201, summary="署名する問い · What to sign for signing in")
    def challenges(request: ChallengeRequest) -> ChallengeAnswer:
        made = front.challenge(rehearsal=request.rehearsal)
        message = base64.b64encode(made.message).decode()
        return ChallengeAnswer(challenge_id=made.id, message=message, expires_at=made.expires_at)

    @router.post("/v1/sessions", status_code=201, summary="ログイン · Sign in")
    def sessions(request: SignInRequest) -> SignInAnswer:
        made = front.sign_in(request.challenge_id, request.certificate, request.signature)
        return SignInAnswer(token=made.token, expires_at=made.expires_at, certificate_ends=made.certificate_ends)

    @router.post("/v1/returns", status_code=201, summary="申告書を送る · Hand in a return")
    def returns(request: ReturnRequest, token: Token = "") -> ReceiptAnswer:
        return ReceiptAnswer.of(front.submit(_token(token), request.document))

    @router.get("/v1/receipts", summary="受信通知 · Notices of receipt")
    def receipts(token: Token = "") -> ReceiptsAnswer:
        return ReceiptsAnswer(receipts=[ReceiptAnswer.of(one) for one in front.receipts(_token(token))])

    return router


def _token(header: str) -> str:
    return header.removeprefix(_BEARER)
