"""What is typed of PINs: the sentence for a last try, the proof PIN."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.facts.pins import PinKind
from kaijo.terminals.face import open_check
from kaijo.terminals.phone import finish
from kaijo.web.entries import Wrong, check_proof
from kaijo.web.languages import lang_of
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.screens import Asked, Made, Sitting
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
        return self._memory.use_card(self._memory.asked, key, lambda asked: self._reserve(asked, fields["proof"]))

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
