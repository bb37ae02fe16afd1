"""The phone's own certificates: how they stand, a finger or face in place of a PIN, resetting a PIN of the phone."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.card.guard import Guard
from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, UsageProblem
from kaijo.facts.phonecert import phone_biometrics, phone_reset
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.signing.unlock import unlock
from kaijo.terminals.phone_file import KINDS
from kaijo.terminals.proof import practice_certificate
from kaijo.web.entries import Wrong, check_new, check_pin
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.screens import Certifying, Reading, Renewing, Switching
from kaijo.web.phones import Phones
from kaijo.web.places import Place
from kaijo.web.site import Fields, see_other
from kaijo.web.ways import Stake, card_mark, require_same_card, stake_of

CARD_PIN = PinKind.SIGNATURE


class OwnPages:
    """What is done with certificates that are on the phone already. No last try is ever spent on these pages."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone/own/{key}", self._own),
            self._site.post("/phone/own/{key}", self._act),
            self._site.get("/phone/finger/{key}", self._finger),
            self._site.post("/phone/finger/{key}", self._switch_on),
            self._site.get("/phone/renew/{key}", self._renew),
            self._site.post("/phone/renew/{key}", self._do_renew),
            self._site.get("/phone/renew/{key}/done", self._done),
        ]

    def _own(self, request: Request) -> Response:
        key = request.path_params["key"]
        place = self._memory.looked.look(key).value.place
        phone = self._memory.own(place)
        return self._site.render(
            request,
            "phone/own.html",
            place=place,
            until=phone.until(),
            pins=[(phone.tries(kind), phone_reset(kind)) for kind in KINDS],
            biometrics=[(phone.tries(kind), phone.biometric(kind)) for kind in phone_biometrics().kinds],
            floor=tries_floor(),
        )

    def _act(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        looked = self._memory.looked.look(key).value
        phone = self._memory.own(looked.place)
        if fields.get("act") == "off":
            phone.switch_off()
            return see_other(f"/phone/own/{key}")
        try:
            kind = PinKind(fields.get("kind"))
        except ValueError:
            raise UsageProblem("web.bad-form") from None
        if fields.get("act") == "on":
            asked = Switching(looked.place, phone.askable(kind), key)
            return see_other(f"/phone/finger/{self._memory.keep_page(self._memory.switching, asked)}")
        return see_other(hold(self._memory, Reading(looked.place, kind=kind, seen=looked.seen, own=key)))

    def _finger(self, request: Request) -> Response:
        held = self._memory.switching.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        return self._finger_page(request, held.value, {})

    def _finger_page(self, request: Request, asked: Switching, wrong: Wrong) -> Response:
        status = 422 if wrong else 200
        return self._site.render(request, "phone/finger.html", status, asked=asked, wrong=wrong)

    def _switch_on(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        asked = self._memory.switching.look(key).value
        if wrong := check_pin(fields, "pin", asked.shown.kind):
            return self._finger_page(request, asked, wrong)
        return see_other(self._memory.switching.once(key, lambda asked: self._switched(asked, fields["pin"])))

    def _switched(self, asked: Switching, typed: str) -> str:
        self._memory.own(asked.place).switch_on(asked.shown.kind, typed)
        return f"/phone/own/{asked.own}"

    def _renew(self, request: Request) -> Response:
        held = self._memory.renewing.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        return self._renew_page(request, held.value, {})

    def _renew_page(self, request: Request, asked: Renewing, wrong: Wrong) -> Response:
        return self._site.render(request, "phone/renew.html", 422 if wrong else 200, asked=asked, wrong=wrong)

    def _do_renew(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        asked = self._memory.renewing.look(key).value
        wrong: dict[str, KaijoError] = dict(check_pin(fields, "proof", phone_reset(asked.kind).proof))
        if wrong := {**wrong, **check_new(fields, asked.kind)}:
            return self._renew_page(request, asked, wrong)
        return self._memory.use_card(self._memory.renewing, key, lambda asked: self._renewed(key, asked, fields))

    def _renewed(self, key: str, asked: Renewing, fields: Fields) -> str:
        phones, _file = phone_of(self._memory, asked.place)
        phone = self._memory.own(asked.place)
        with self._memory.card(asked.place) as guard:
            require_same_card(guard, self._site.clock, asked.mark)
            if asked.stake is None:
                holder = practice_certificate(guard, self._site.clock)
                phone.reset_by_phone(asked.kind, fields["proof"], fields["new"], card=holder, issuer=phones.issuer())
            else:
                card = unlock(guard, phone_reset(asked.kind).proof, fields["proof"], shown=asked.stake.shown)
                phone.reset_by_card(asked.kind, card, fields["new"])
        return f"/phone/renew/{key}/done"

    def _done(self, request: Request) -> Response:
        asked = self._memory.renewing.look(request.path_params["key"]).value
        return self._site.render(request, "phone/renewed.html", asked=asked)


def hold(memory: Memory, reading: Reading) -> str:
    """Go on with the phone's own certificates; return where it leads, to the broken link's when the card leaves."""
    try:
        with memory.card(reading.place) as guard:
            return go_on(memory, guard, reading)
    except CardTrouble as trouble:
        return memory.broken(reading.after(trouble, None))


def go_on(memory: Memory, guard: Guard, reading: Reading) -> str:
    """Return the page that asks for the PINs: to set the phone up anew, or to reset its PIN of `reading.kind`.

    Raises Refused `web.over`, `card.locked`, `phonecert.locked`, GuardRefused `guard.last-try`, `phonecert.last-try`,
    and as the card does.
    """
    if reading.own is None or reading.seen is None:
        raise Refused("web.over")
    mark = card_mark(practice_certificate(guard, memory.site.clock))
    if reading.kind is None:
        setting = Certifying(reading.place, _demand(guard, CARD_PIN), mark, reading.seen, reading.own)
        return f"/phone/certificate/{memory.keep_page(memory.certifying, setting)}"
    rule = phone_reset(reading.kind)
    stake = None if rule.on_phone else _demand(guard, rule.proof)
    shown = memory.own(reading.place).askable(rule.proof) if stake is None else stake.shown
    asked = Renewing(reading.place, reading.kind, shown, stake, mark, reading.seen, reading.own)
    return f"/phone/renew/{memory.keep_page(memory.renewing, asked)}"


def phone_of(memory: Memory, place: Place) -> tuple[Phones, Path]:
    """Return the phones and the file of the one that belongs to the card there. Raises Refused `web.over`."""
    phones = memory.site.phones
    file = None if phones is None else phones.file(place)
    if phones is None or file is None:
        raise Refused("web.over")
    return phones, file


def _demand(guard: Guard, kind: PinKind) -> Stake:
    """Return the stake of a card's PIN that may be asked for here."""
    shown = guard.tries(kind)
    if shown.locked:
        raise Refused("card.locked", kind=kind)
    stake = stake_of(guard, shown)
    if stake.held_back:
        raise GuardRefused("guard.last-try", kind=kind, tries_left=shown.tries_left)
    return stake
