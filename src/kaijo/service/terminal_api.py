"""The gate: who may speak at the endpoints of kiosks and counters; and how a terminal joins, under `/v1/terminals`."""

import base64
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from kaijo.errors import Refused
from kaijo.reset.desk import Desk
from kaijo.reset.records import Place
from kaijo.reset.terminal_records import Terminal
from kaijo.reset.terminals import Signed, join, recognise
from kaijo.service.repeating import RepeatingRoute
from kaijo.service.terminal_models import JoinRequest, TerminalAnswer

HEADER: Final = "Kaijo-Terminal"
_FORM: Final = re.compile(
    "terminal=([0-9a-f]{32}), at=([0-9T:.+Z-]{1,40}), number=([0-9a-f]{32}), signature=([A-Za-z0-9+/]{86}==)"
)
Known = Callable[..., Awaitable[Terminal | None]]
_Signature = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=256,
        description="of an enrolled terminal: terminal=ID, at=TIME, number=ONCE, signature=BASE64",
    ),
]


async def _signed(request: Request, signature: _Signature = None) -> Signed | None:
    """Return how the request is signed; None when it is not at all."""
    if signature is None:
        return None
    form = _FORM.fullmatch(signature)
    if form is None:
        raise Refused("terminal.unknown")
    query = request.scope["query_string"].decode("latin-1")
    path = (request.scope.get("raw_path") or request.url.path.encode()).decode("latin-1")
    return Signed(
        terminal=form[1],
        method=request.method,
        target=f"{path}?{query}" if query else path,
        at=form[2],
        number=form[3],
        bearer=request.headers.get("authorization", ""),
        body=await request.body(),
        signature=base64.b64decode(form[4]),
    )


class Gate:
    """The gate of one service. Unless terminals are `required`, whoever signs nothing goes through unknown."""

    def __init__(self, desk: Desk, *, required: bool) -> None:
        self._desk = desk
        self._required = required

    def at(self, *places: Place) -> Known:
        """Return what lets a request through: it gives the terminal that signed it. Raises as `recognise`."""
        return self._let_through(frozenset(places), required=self._required)

    def enrolled(self) -> Known:
        """Return what lets enrolled terminals alone through."""
        return self._let_through(frozenset(Place), required=True)

    def _let_through(self, places: frozenset[Place], *, required: bool) -> Known:
        async def known(request: Request, signed: Annotated[Signed | None, Depends(_signed)]) -> Terminal | None:
            if signed is None:
                if required:
                    raise Refused("terminal.required")
                return None
            # A request whose verb is done again is still the same request.
            found: Terminal | None = getattr(request.state, "terminal", None)
            if found is None:
                found = await run_in_threadpool(recognise, self._desk, signed, places=places)
                request.state.terminal = found
            return found

        return known


def terminal_router(desk: Desk, gate: Gate) -> APIRouter:
    """Return the routes by which a terminal becomes known, and asks whether it is."""
    router = APIRouter(route_class=RepeatingRoute)

    @router.post("", status_code=201, summary="端末を登録する · A terminal joins")
    def joins(request: JoinRequest) -> TerminalAnswer:
        joined = join(desk, code=request.code, public_key=request.public_key, signature=request.signature)
        return TerminalAnswer.of(joined)

    @router.get("/own", summary="この端末の登録 · What this terminal is known as")
    def own(terminal: Annotated[Terminal, Depends(gate.enrolled())]) -> TerminalAnswer:
        return TerminalAnswer.of(terminal)

    return router
