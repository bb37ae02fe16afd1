"""The rehearsal on the desk's pages, with the card or with the phone's certificates."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.card.guard import TriesReading
from kaijo.errors import KaijoError, Refused, UsageProblem
from kaijo.facts.etax import etax_pins
from kaijo.facts.pins import PinKind
from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneKeys, PhoneTries
from kaijo.terminals.rehearsal import CardKeys, Rehearsal, rehearse
from kaijo.web.entries import Wrong, check_pin
from kaijo.web.filing.memory import Asked, Laid, Memory, asked_of_phone
from kaijo.web.site import Fields, see_other
from kaijo.web.ways import Stake, require_same_card

_FINGERS = {"": None, "own": True, "other": False}


class RehearsalPages:
    """From the PINs to what the rehearsal found. No last try is ever asked for."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site
        self._login, self._sending = etax_pins()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/filing/rehearse/{key}", self._rehearse),
            self._site.post("/filing/rehearse/{key}", self._do_rehearse),
            self._site.get("/filing/rehearsed/{key}", self._rehearsed),
        ]

    def _rehearse(self, request: Request) -> Response:
        return self._page(request, self._memory.laid.look(request.path_params["key"]).value, {}, {})

    def _page(self, request: Request, laid: Laid, fields: Fields, wrong: Wrong) -> Response:
        return self._site.render(
            request,
            "filing/rehearse.html",
            422 if wrong else 200,
            asked=self._asked(laid),
            on_phone=laid.phone is not None,
            chosen=fields.get("finger", ""),
            wrong=wrong,
        )

    def _asked(self, laid: Laid) -> dict[str, Asked | None]:
        """Return the PINs in the order in which they are asked for, None where nobody can ask."""
        if laid.phone is not None:
            return {
                "login": asked_of_phone(laid.phone, self._login),
                "sign": asked_of_phone(laid.phone, self._sending),
            }
        return {"login": _asked_of_card(laid.sign_in), "sign": _asked_of_card(laid.sign)}

    def _do_rehearse(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        laid = self._memory.laid.look(key).value
        pressed = fields.get("finger", "")
        if pressed not in _FINGERS or (pressed and laid.phone is None):
            raise UsageProblem("web.bad-form")
        kinds = {"login": self._login, "sign": self._sending}
        wrong: dict[str, KaijoError] = {}
        for name, asked in self._asked(laid).items():
            left_to_the_finger = pressed and name == "login" and not fields.get(name)
            if asked is not None and not asked.shut and not left_to_the_finger:
                wrong |= check_pin(fields, name, kinds[name])
        if wrong:
            return self._page(request, laid, fields, wrong)
        return see_other(self._memory.laid.once(key, lambda laid: self._try(laid, fields)))

    def _try(self, laid: Laid, fields: Fields) -> str:
        result = self._with_card(laid, fields) if laid.phone is None else self._with_phone(laid.phone, fields)
        return f"/filing/rehearsed/{self._memory.keep_rehearsal(result)}"

    def _with_card(self, laid: Laid, fields: Fields) -> Rehearsal:
        def ask(shown: TriesReading) -> str:
            return self._typed(fields, PinKind(shown.kind.value))

        with self._memory.card(laid.place) as guard:
            if laid.mark:
                require_same_card(guard, self._site.clock, laid.mark)
            return rehearse(CardKeys(guard, self._site.clock, ask), self._memory.desk, self._site.clock)

    def _with_phone(self, phone: PhoneCertificates, fields: Fields) -> Rehearsal:
        missed: list[Refused] = []

        def ask(shown: PhoneTries) -> str:
            typed = self._typed(fields, shown.kind)
            if missed and not typed:
                raise missed.pop()
            return typed

        fits = _FINGERS[fields.get("finger", "")]
        keys = PhoneKeys(phone, ask, fits=fits, missed=missed.append)
        return rehearse(keys, self._memory.desk, self._site.clock)

    def _typed(self, fields: Fields, kind: PinKind) -> str:
        return fields.get("login" if kind is self._login else "sign", "")

    def _rehearsed(self, request: Request) -> Response:
        result = self._memory.rehearsals.look(request.path_params["key"]).value
        return self._site.render(request, "filing/rehearsed.html", result=result)


def _asked_of_card(stake: Stake | None) -> Asked | None:
    if stake is None:
        return None
    return Asked(stake.shown, stake.stop, shut=stake.shown.locked or stake.held_back)
