"""What is typed: the code that opens the card's photo, the sentence for a last try, the proof PIN."""

from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind
from kaijo.terminals.face import open_check, read_surface
from kaijo.terminals.phone import finish
from kaijo.web.entries import Wrong, check_proof
from kaijo.web.languages import lang_of
from kaijo.web.phone.code_b import Era, read_code_b
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.screens import Asked, Made, Reading, Sitting
from kaijo.web.site import Fields, see_other
from kaijo.web.ways import require_same_card


class ProvingPages:
    """From the choice of a PIN to the reservation."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone/last/{key}", self._last),
            self._site.post("/phone/last/{key}", self._consent),
            self._site.get("/phone/code/{key}", self._code),
            self._site.post("/phone/code/{key}", self._open),
            self._site.get("/phone/proof/{key}", self._proof),
            self._site.post("/phone/proof/{key}", self._prove),
        ]

    def _last(self, request: Request) -> Response:
        asked = self._memory.asked.look(request.path_params["key"]).value
        return self._site.render(request, "last_try.html", stake=asked.next, back="/phone")

    def _consent(self, request: Request, fields: Fields) -> Response:
        asked = self._memory.asked.look(request.path_params["key"]).value
        stake = asked.next.after(fields.get("sentence", ""), lang_of(request))
        return see_other(self._memory.asked_page(asked.consented(stake)))

    def _code(self, request: Request) -> Response:
        held = self._memory.asked.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        if held.value.next.held_back or not held.value.code:
            return see_other("/phone")
        return self._code_page(request, held.value, {}, {})

    def _code_page(self, request: Request, asked: Asked, wrong: Wrong, typed: Fields) -> Response:
        shown = {name: typed.get(name, "") for name in ("era", "year", "month", "day", "expiry")}
        shown["expiry"] = shown["expiry"] or (str(asked.expiry.year) if asked.expiry else "")
        return self._site.render(
            request, "phone/code.html", 422 if wrong else 200, asked=asked, wrong=wrong, typed=shown, eras=tuple(Era)
        )

    def _open(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        asked = self._memory.asked.look(key).value
        code, wrong = read_code_b(fields, today=self._site.clock.now().date(), expiry=asked.expiry)
        if wrong:
            return self._code_page(request, asked, wrong, fields)
        return self._with_card(key, asked, lambda asked: self._open_photo(asked, code))

    def _open_photo(self, asked: Asked, code: str) -> str:
        if asked.code is None:
            return "/phone"
        with self._memory.card(asked.place) as guard:
            require_same_card(guard, self._site.clock, asked.mark)
            consent = asked.code.consent(guard, self._site.note_last_try)
            surface = read_surface(guard, code, shown=asked.code.shown, consent=consent)
        return self._memory.asked_page(replace(asked, code=None, surface=surface))

    def _proof(self, request: Request) -> Response:
        held = self._memory.asked.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        if held.value.next.held_back or held.value.code:
            return see_other("/phone")
        return self._proof_page(request, held.value, {})

    def _proof_page(self, request: Request, asked: Asked, wrong: Wrong) -> Response:
        return self._site.render(request, "phone/proof.html", 422 if wrong else 200, asked=asked, wrong=wrong)

    def _prove(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        asked = self._memory.asked.look(key).value
        if asked.code:
            return see_other("/phone")
        if wrong := check_proof(fields, PinKind(asked.stake.shown.kind)):
            return self._proof_page(request, asked, wrong)
        return self._with_card(key, asked, lambda asked: self._reserve(asked, fields["proof"]))

    def _with_card(self, key: str, asked: Asked, act: Callable[[Asked], str]) -> Response:
        """Let `act` use the card once and go to the page it leads to; to the broken link's when the card leaves."""
        try:
            return see_other(self._memory.asked.once(key, act))
        except CardTrouble as trouble:
            return see_other(self._memory.broken(Reading(asked.place, kind=asked.kind, trouble=trouble)))

    def _reserve(self, asked: Asked, typed: str) -> str:
        with self._memory.card(asked.place) as guard:
            require_same_card(guard, self._site.clock, asked.mark)
            consent = asked.stake.consent(guard, self._site.note_last_try)
            begun = self._memory.phone(guard).begin(asked.kind, typed, shown=asked.stake.shown, consent=consent)
        if asked.surface is not None:
            check = open_check(self._site.service, begun, self._memory.device)
            sitting = Sitting(asked.place, begun, asked.surface, check, check.tries_left)
            return f"/phone/camera/{self._memory.sittings.keep(sitting, check.expires_at)}"
        made = Made(asked.place, finish(self._site.service, begun))
        return f"/phone/reservation/{self._memory.keep_made(made)}"
