"""Certificates on this phone: set up with the card's signature PIN and two new PINs of the phone's own."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import KaijoError
from kaijo.signing.unlock import unlock
from kaijo.terminals.phone_certificate import set_up
from kaijo.terminals.phone_file import KINDS
from kaijo.web.entries import Wrong, check_new, check_pin
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.own import CARD_PIN, hold, phone_of
from kaijo.web.phone.screens import Certifying, Reading
from kaijo.web.site import Fields, see_other
from kaijo.web.ways import require_same_card


class CertificatePages:
    """From the card's page to the certificates on the phone. A last try of the card is never spent on them."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.post("/phone/card/{key}/certificate", self._begin),
            self._site.get("/phone/certificate/{key}", self._form),
            self._site.post("/phone/certificate/{key}", self._make),
            self._site.get("/phone/certificate/{key}/done", self._done),
        ]

    def _begin(self, request: Request, _fields: Fields) -> Response:
        key = request.path_params["key"]
        looked = self._memory.looked.look(key).value
        phone_of(self._memory, looked.place)
        return see_other(hold(self._memory, Reading(looked.place, seen=looked.seen, own=key)))

    def _form(self, request: Request) -> Response:
        held = self._memory.certifying.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        return self._form_page(request, held.value, {})

    def _form_page(self, request: Request, asked: Certifying, wrong: Wrong) -> Response:
        status = 422 if wrong else 200
        return self._site.render(request, "phone/certificate.html", status, stake=asked.stake, kinds=KINDS, wrong=wrong)

    def _make(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        wrong: dict[str, KaijoError] = dict(check_pin(fields, "card", CARD_PIN))
        for kind in KINDS:
            wrong |= check_new(fields, kind, new=f"{kind.value}-new", again=f"{kind.value}-again")
        if wrong:
            return self._form_page(request, self._memory.certifying.look(key).value, wrong)
        return self._memory.use_card(self._memory.certifying, key, lambda asked: self._set_up(key, asked, fields))

    def _set_up(self, key: str, asked: Certifying, fields: Fields) -> str:
        phones, file = phone_of(self._memory, asked.place)
        with self._memory.card(asked.place) as guard:
            require_same_card(guard, self._site.clock, asked.mark)
            card = unlock(guard, CARD_PIN, fields["card"], shown=asked.stake.shown)
            set_up(file, card, phones.issuer(), {kind: fields[f"{kind.value}-new"] for kind in KINDS})
        return f"/phone/certificate/{key}/done"

    def _done(self, request: Request) -> Response:
        made = self._memory.certifying.look(request.path_params["key"]).value
        until = self._memory.own(made.place).until()
        return self._site.render(request, "phone/certified.html", place=made.place, until=until, own=made.own)
