"""The pages as one application."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from kaijo.card.guard import TriesReading
from kaijo.clock import Clock
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.filing_client import FilingClient
from kaijo.terminals.identity import Identity
from kaijo.web.counter.pages import CounterPages
from kaijo.web.failures import failure_handlers
from kaijo.web.filing.pages import FilingPages
from kaijo.web.guide.pages import GuidePages
from kaijo.web.home.pages import HomePages
from kaijo.web.kiosk.pages import KioskPages
from kaijo.web.ops.pages import OpsPages
from kaijo.web.phone.pages import PhonePages
from kaijo.web.phones import Phones
from kaijo.web.places import Places
from kaijo.web.security import HOSTS, SecurityHeaders
from kaijo.web.site import Pages, Site

_FACES: Mapping[str, Callable[[Site], Pages]] = {
    "home": HomePages,
    "guide": GuidePages,
    "phone": PhonePages,
    "kiosk": KioskPages,
    "counter": CounterPages,
    "filing": FilingPages,
    "ops": OpsPages,
}


def pages(
    *,
    faces: Sequence[str],
    service: str,
    places: Places,
    clock: Clock,
    note_last_try: Callable[[TriesReading], None] = lambda _reading: None,
    set_clock: Callable[[datetime | None], None] | None = None,
    clerks: Callable[[], Mapping[str, str]] = dict,
    terminals: Sequence[Identity] = (),
    filing: str | None = None,
    phones: Phones | None = None,
) -> Starlette:
    """Return the pages of `faces` as an ASGI application for this machine alone.

    Faces are home, guide, phone, kiosk, counter, filing and ops.
    `service` is the address of the reservation service, which is only asked when a terminal needs it.
    `note_last_try` is told when a holder chose, in a sentence, to spend a last try. `set_clock`, where practice has
    a clock of its own, is told the time that somebody chose, None for the machine's. `clerks` gives the practice
    clerks' passwords, which the counter shows where they are to be typed. `terminals` are the enrolled ones here,
    and `filing` is the address of the practice filing desk, which the face `filing` needs.
    `phones` are where practice certificates on phones lie; without, the pages know of none.
    Raises KeyError for a face that does not exist.
    """
    client = ServiceClient(service, terminals=terminals)
    desk = FilingClient(filing) if filing else None
    site = Site(
        faces=tuple(faces),
        service=client,
        places=places,
        clock=clock,
        note_last_try=note_last_try,
        set_clock=set_clock,
        clerks=clerks,
        filing=desk,
        phones=phones,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(client.close)
        if desk is not None:
            await run_in_threadpool(desk.close)

    def health(_request: Request) -> Response:
        return JSONResponse({"state": "ok", "faces": site.faces, "time": clock.now().isoformat()})

    def first(_request: Request) -> Response:
        return RedirectResponse(f"/{site.faces[0]}")

    routes = [route for face in site.faces for route in _FACES[face](site).routes()]
    routes += [] if "home" in site.faces else [site.get("/", first)]
    static = StaticFiles(directory=Path(__file__).parent / "static")
    return Starlette(
        routes=[*routes, site.get("/health", health), Mount("/static", static)],
        middleware=[Middleware(SecurityHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))],
        exception_handlers=failure_handlers(site),
        lifespan=lifespan,
    )
