"""What every page stands on: the templates, the card that lies somewhere, the service, the time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kaijo.card.guard import Guard, TriesReading
from kaijo.clock import Clock
from kaijo.errors import KaijoError, ServiceTrouble, UsageProblem
from kaijo.facts.pins import pin_rule
from kaijo.facts.usable import lowest_age
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.filing_client import FilingClient
from kaijo.web.languages import in_lang, lang_of, name_of, remember_lang, voice_of, wording
from kaijo.web.phones import Phones
from kaijo.web.places import Place, Places, Words
from kaijo.web.security import new_token, read_bytes, read_form, read_upload
from kaijo.web.staff import Staff
from kaijo.web.style import style_of
from kaijo.web.table import Table
from kaijo.words import Message, explain, label, show

Fields = Mapping[str, str]
Endpoint = Callable[[Request], Response]
_TROUBLE = 502
Answerer = Callable[[Request, Fields], Response]


class Pages(Protocol):
    """The pages of one face."""

    def routes(self) -> list[Route]:
        """Return their routes."""
        ...


class Site:
    """One running set of pages. `faces` are the terminals it has, in the order in which they are shown."""

    def __init__(
        self,
        *,
        faces: tuple[str, ...],
        service: ServiceClient,
        places: Places,
        clock: Clock,
        note_last_try: Callable[[TriesReading], None],
        set_clock: Callable[[datetime | None], None] | None,
        clerks: Callable[[], Mapping[str, str]] = dict,
        filing: FilingClient | None = None,
        phones: Phones | None = None,
    ) -> None:
        self.faces = faces
        self.service = service
        self.places = places
        self.clock = clock
        self.note_last_try = note_last_try
        self.set_clock = set_clock
        self.clerks = clerks
        self.filing = filing
        self.phones = phones
        self.table = Table(places)
        self.staff = Staff(service, clock)
        self._token = new_token()
        self._templates = _templates()

    def render(self, request: Request, template: str, status: int = 200, /, **data: Any) -> Response:
        """Return the page that `template` makes of `data`, in the language of the request."""
        text = self._templates.get_template(template).render(
            data,
            lang=lang_of(request),
            voice=voice_of(request),
            path=request.url.path,
            faces=self.faces,
            token=self._token,
        )
        response = HTMLResponse(text, status)
        remember_lang(request, response)
        return response

    @staticmethod
    def get(path: str, endpoint: Endpoint) -> Route:
        """Return the route of a page. Its endpoint may block: it has a thread of its own."""
        return Route(path, endpoint, methods=["GET"])

    def post(self, path: str, answer: Answerer) -> Route:
        """Return the route of a form; `answer` gets its fields once they are known to come from our own page."""

        async def endpoint(request: Request) -> Response:
            fields = await read_form(request, self._token)
            return await run_in_threadpool(answer, request, fields)

        return Route(path, endpoint, methods=["POST"])

    def post_file(self, path: str, limit: int, answer: Callable[[Request, Fields, bytes], Response]) -> Route:
        """Return the route of a form that carries a file of up to `limit` bytes."""

        async def endpoint(request: Request) -> Response:
            fields, file = await read_upload(request, self._token, limit)
            return await run_in_threadpool(answer, request, fields, file)

        return Route(path, endpoint, methods=["POST"])

    def post_bytes(self, path: str, limit: int, answer: Callable[[Request, bytes], Response]) -> Route:
        """Return the route to which our own scripts post up to `limit` bytes; 502 is the service's trouble."""

        async def endpoint(request: Request) -> Response:
            try:
                body = await read_bytes(request, self._token, limit)
                return await run_in_threadpool(answer, request, body)
            except KaijoError as error:
                status = _TROUBLE if isinstance(error, ServiceTrouble) else 200
                return JSONResponse({"refused": explain(error, lang_of(request)).as_dict()}, status)

        return Route(path, endpoint, methods=["POST"])

    def place(self, place_id: str) -> Place:
        """Return the listed place of that id. Raises UsageProblem `web.unknown-place`."""
        for place in self.places.listed():
            if place.id == place_id:
                return place
        raise UsageProblem("web.unknown-place")

    @contextmanager
    def card(self, place: Place) -> Iterator[Guard]:
        """Give the card at `place` behind its guard, for the length of one request. Raises what opening it raises."""
        guard = Guard(self.places.open(place.id), self.clock)
        try:
            yield guard
        finally:
            guard.close()


def see_other(path: str) -> Response:
    """Return the answer that sends the browser on after a form, so that reloading repeats nothing."""
    return RedirectResponse(path, 303)


def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("kaijo.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"t": _t, "pin_rule": pin_rule, "lowest_age": lowest_age}
    environment.globals |= {"name_of": name_of, "style": style_of}
    environment.filters |= {"show": _show, "explain": _explain, "words": _words, "segment": _segment}
    return environment


@pass_context
def _t(context: Context, code: str, /, **data: object) -> str:
    return label(wording(code, context["voice"]), context["lang"], **data)


@pass_context
def _show(context: Context, value: object) -> str:
    return show(value, context["lang"])


@pass_context
def _explain(context: Context, error: KaijoError) -> Message:
    return explain(error, context["lang"])


@pass_context
def _words(context: Context, words: Words) -> str:
    return in_lang(words, context["lang"])


def _segment(text: str) -> str:
    return quote(text, safe="")
