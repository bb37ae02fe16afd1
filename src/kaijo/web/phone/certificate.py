"""Certificates on this phone: set up with the card's signature PIN and two new PINs of the phone's own."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import GuardRefused, KaijoError, Refused
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import unlock
from kaijo.terminals.phone_certificate import KINDS, set_up
from kaijo.terminals.proof import practice_certificate
from kaijo.web.entries import Wrong, check_new, check_pin
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.screens import Certifying
from kaijo.web.phones import Phones
from kaijo.web.places import Place
from kaijo.web.site import Fields, see_other
from kaijo.web.ways import card_mark, require_same_card, stake_of

_CARD_PIN = PinKind.SIGNATURE


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
        place = self._memory.looked.look(request.path_params["key"]).value.place
        self._phone_of(place)
        with self._memory.card(place) as guard:
            mark = card_mark(practice_certificate(guard, self._site.clock))
            shown = guard.tries(_CARD_PIN)
            if shown.locked:
                raise Refused("card.locked", kind=_CARD_PIN)
            stake = stake_of(guard, shown)
        if stake.held_back:
            raise GuardRefused("guard.last-try", kind=_CARD_PIN, tries_left=shown.tries_left)
        key = self._memory.keep_page(self._memory.certifying, Certifying(place, stake, mark))
        return see_other(f"/phone/certificate/{key}")

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
        wrong: dict[str, KaijoError] = dict(check_pin(fields, "card", _CARD_PIN))
        for kind in KINDS:
            wrong |= check_new(fields, kind, new=f"{kind.value}-new", again=f"{kind.value}-again")
        if wrong:
            return self._form_page(request, self._memory.certifying.look(key).value, wrong)
        return see_other(self._memory.certifying.once(key, lambda asked: self._set_up(key, asked, fields)))

    def _set_up(self, key: str, asked: Certifying, fields: Fields) -> str:
        phones, file = self._phone_of(asked.place)
        with self._memory.card(asked.place) as guard:
            require_same_card(guard, self._site.clock, asked.mark)
            card = unlock(guard, _CARD_PIN, fields["card"], shown=asked.stake.shown)
            set_up(file, card, phones.issuer(), {kind: fields[f"{kind.value}-new"] for kind in KINDS})
        return f"/phone/certificate/{key}/done"

    def _done(self, request: Request) -> Response:
        place = self._memory.certifying.look(request.path_params["key"]).value.place
        held = self._memory.certificates(place)
        if held is None:
            raise Refused("web.over")
        return self._site.render(request, "phone/certified.html", place=place, until=held.until())

    def _phone_of(self, place: Place) -> tuple[Phones, Path]:
        phones = self._site.phones
        file = None if phones is None else phones.file(place)
        if phones is None or file is None:
            raise Refused("web.over")
        return phones, file
