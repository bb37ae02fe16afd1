"""The card's photo is opened with code B: typed off the card's front, or read from a photograph and compared."""

from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import Refused
from kaijo.facts.card_front import front_rule
from kaijo.terminals.card_front import FIELDS, read_front
from kaijo.terminals.face import read_surface
from kaijo.web.entries import Wrong
from kaijo.web.phone.code_b import Era, read_code_b
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.screens import Asked
from kaijo.web.site import Fields, see_other
from kaijo.web.ways import require_same_card

_TYPED_AGAIN = "security"  # never comes back from what was typed


@dataclass(frozen=True, slots=True)
class _Filled:
    """How the page is filled in: what stands in the fields, what is wrong, what a photograph gave, or why nothing."""

    fields: Fields = field(default_factory=dict, repr=False)
    wrong: Wrong = field(default_factory=dict)
    read: tuple[str, ...] = ()
    unread: Refused | None = None


class OpeningPages:
    """The page of code B. A picture is looked at and forgotten; what it gave stands on the page alone."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone/code/{key}", self._code),
            self._site.post("/phone/code/{key}", self._open),
            self._site.get("/phone/code/{key}/photograph", self._code),
            self._site.post_file("/phone/code/{key}/photograph", front_rule().most_bytes, self._photograph),
        ]

    def _code(self, request: Request) -> Response:
        held = self._memory.asked.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        if held.value.next.held_back or not held.value.code:
            return see_other("/phone")
        return self._page(request, held.value, _Filled())

    def _photograph(self, request: Request, _fields: Fields, picture: bytes) -> Response:
        asked = self._memory.asked.look(request.path_params["key"]).value
        if not asked.code:
            return see_other("/phone")
        try:
            read = read_front(picture)
        except Refused as unread:
            return self._page(request, asked, _Filled(unread=unread))
        return self._page(request, asked, _Filled(read, read=tuple(name for name in FIELDS if name in read)))

    def _page(self, request: Request, asked: Asked, filled: _Filled) -> Response:
        shown = {name: filled.fields.get(name, "") for name in FIELDS}
        shown["expiry"] = shown["expiry"] or (str(asked.expiry.year) if asked.expiry else "")
        return self._site.render(
            request,
            "phone/code.html",
            422 if filled.wrong or filled.unread else 200,
            key=request.path_params["key"],
            asked=asked,
            wrong=filled.wrong,
            typed=shown,
            read=filled.read,
            missed=[name for name in FIELDS if filled.read and name not in filled.read],
            unread=filled.unread,
            eras=tuple(Era),
        )

    def _open(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        asked = self._memory.asked.look(key).value
        code, wrong = read_code_b(fields, today=self._site.clock.now().date(), expiry=asked.expiry)
        if wrong:
            kept = {name: value for name, value in fields.items() if name != _TYPED_AGAIN}
            return self._page(request, asked, _Filled(kept, wrong))
        return self._memory.use_card(self._memory.asked, key, lambda asked: self._open_photo(asked, code))

    def _open_photo(self, asked: Asked, code: str) -> str:
        if asked.code is None:
            return "/phone"
        with self._memory.card(asked.place) as guard:
            require_same_card(guard, self._site.clock, asked.mark)
            consent = asked.code.consent(guard, self._site.note_last_try)
            surface = read_surface(guard, code, shown=asked.code.shown, consent=consent)
        return self._memory.asked_page(replace(asked, code=None, surface=surface))
