"""The screens of the practice desk, in the order in which somebody files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.card.guard import Guard
from kaijo.errors import CardTrouble, KaijoError, Refused, UsageProblem
from kaijo.facts.etax import etax_pins
from kaijo.facts.filing import ReturnKind, next_filing_deadline
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.filing_client import PracticeReturn, sign_return
from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneKeys
from kaijo.terminals.proof import filing_certificate
from kaijo.web.entries import Wrong, check_pin
from kaijo.web.filing.memory import Asked, Entered, Laid, Memory, asked_of_phone
from kaijo.web.filing.rehearsing import RehearsalPages
from kaijo.web.languages import lang_of
from kaijo.web.places import Place
from kaijo.web.site import Fields, Site, see_other
from kaijo.web.table import Spot
from kaijo.web.ways import Stake, card_mark, require_same_card, stake_of

_MOST_YEN = 999_999_999_999
_FIGURES = ("revenue", "expenses", "tax")


class FilingPages:
    """The pages of the face `filing`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._memory = Memory(site)
        self._login, self._sending = etax_pins()

    def routes(self) -> list[Route]:
        """Return the routes."""
        site = self._site
        return [
            site.get("/filing", self._start),
            site.post("/filing", self._lay),
            site.get("/filing/last/{key}", self._last),
            site.post("/filing/last/{key}", self._consent),
            site.get("/filing/sign-in/{key}", self._sign_in),
            site.post("/filing/sign-in/{key}", self._do_sign_in),
            site.get("/filing/return/{key}", self._return),
            site.post("/filing/return/{key}", self._do_send),
            site.get("/filing/receipt/{key}", self._receipt),
            *RehearsalPages(self._memory).routes(),
        ]

    def _start(self, request: Request) -> Response:
        places = self._site.places.listed()
        return self._site.render(
            request,
            "filing/start.html",
            state=self._memory.desk.state(),
            places=places,
            laid=self._site.table.at(Spot.FILING),
            phones=[(place, held.until()) for place in places if (held := self._phone(place)) is not None],
        )

    def _lay(self, _request: Request, fields: Fields) -> Response:
        place, rehearsal = self._site.place(fields.get("place", "")), fields.get("act") == "rehearse"
        if fields.get("act") in {"phone", "rehearse-phone"}:
            return see_other(self._take_phone(place, rehearsal=fields["act"] == "rehearse-phone"))
        self._site.table.lay(place, Spot.FILING)
        with self._memory.card(place) as guard:
            try:
                mark = card_mark(filing_certificate(guard, self._site.clock))
            except Refused as refused:
                if not rehearsal or refused.code == "terminal.real-card":
                    raise
                mark = b""  # a rehearsal is there to tell what is wrong
            laid = Laid(place, mark, _stake(guard, self._login), _stake(guard, self._sending))
        if rehearsal:
            return see_other(f"/filing/rehearse/{self._memory.keep_laid(laid)}")
        _demand(laid.sign_in, self._login)
        if laid.sign is not None:  # no try of the first PIN is worth anything while the second is locked
            _demand(laid.sign, self._sending)
        return see_other(self._next_page(laid))

    def _next_page(self, laid: Laid) -> str:
        """Return the page before which no PIN is asked for: the sentence for a last try, else signing in."""
        return f"/filing/{'last' if laid.held_back else 'sign-in'}/{self._memory.keep_laid(laid)}"

    def _last(self, request: Request) -> Response:
        laid = self._memory.laid.look(request.path_params["key"]).value
        if laid.held_back is None:
            return see_other("/filing")
        return self._site.render(request, "filing/last_try.html", stake=laid.held_back, back="/filing")

    def _consent(self, request: Request, fields: Fields) -> Response:
        laid = self._memory.laid.look(request.path_params["key"]).value
        return see_other(self._next_page(laid.after(fields.get("sentence", ""), lang_of(request))))

    def _take_phone(self, place: Place, *, rehearsal: bool) -> str:
        phone = self._phone(place)
        if phone is None:
            raise UsageProblem("web.unknown-place")
        laid = Laid(place, b"", None, None, phone)
        if rehearsal:
            return f"/filing/rehearse/{self._memory.keep_laid(laid)}"
        self._asked(laid, self._login)
        return f"/filing/sign-in/{self._memory.keep_laid(laid)}"

    def _phone(self, place: Place) -> PhoneCertificates | None:
        return None if self._site.phones is None else self._site.phones.held(place)

    def _asked(self, laid: Laid, kind: PinKind) -> Asked:
        """Return the PIN to ask for. Raises as `_demand`, and as `PhoneCertificates.askable` where no finger helps."""
        if laid.phone is not None:
            asked = asked_of_phone(laid.phone, kind)
            return asked if asked.finger else Asked(laid.phone.askable(kind), None)
        stake = self._stake(laid, kind)
        return Asked(stake.shown, stake.stop)

    def _stake(self, laid: Laid, kind: PinKind) -> Stake:
        return _demand(laid.sign_in if kind is self._login else laid.sign, kind)

    @contextmanager
    def _key(self, laid: Laid, kind: PinKind, typed: str) -> Iterator[SigningKey]:
        """Give a key of the phone, or of the same card while it lies there. Raises as both."""
        if laid.phone is not None:
            yield PhoneKeys(laid.phone, lambda _shown: typed).unlock(kind)
            return
        with self._memory.card(laid.place) as guard:
            require_same_card(guard, self._site.clock, laid.mark)
            stake = self._stake(laid, kind)
            consent = stake.consent(guard, self._site.note_last_try)
            yield unlock(guard, kind, typed, shown=stake.shown, consent=consent)

    def _sign_in(self, request: Request) -> Response:
        laid = self._memory.laid.look(request.path_params["key"]).value
        return see_other("/filing") if laid.held_back else self._sign_in_page(request, laid, {})

    def _sign_in_page(self, request: Request, laid: Laid, wrong: Wrong) -> Response:
        asked = self._asked(laid, self._login)
        return self._site.render(
            request, "filing/sign_in.html", 422 if wrong else 200, asked=asked, missed=laid.missed, wrong=wrong
        )

    def _do_sign_in(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        if "finger" in fields:
            fits = fields["finger"] == "own"
            return see_other(self._memory.laid.once(key, lambda laid: self._press(laid, fits=fits)))
        if wrong := check_pin(fields, "login", self._login):
            return self._sign_in_page(request, self._memory.laid.look(key).value, wrong)
        return see_other(self._memory.laid.once(key, lambda laid: self._enter(laid, fields["login"])))

    def _press(self, laid: Laid, *, fits: bool) -> str:
        """Sign in with a finger or face; where it does not open, the page with the PIN on it comes back."""
        if laid.phone is None:
            raise UsageProblem("web.bad-form")
        try:
            key = laid.phone.press(self._login, fits=fits)
        except Refused as refused:
            return f"/filing/sign-in/{self._memory.keep_laid(replace(laid, missed=refused))}"
        return self._entered(laid, key)

    def _enter(self, laid: Laid, typed: str) -> str:
        with self._key(laid, self._login, typed) as key:
            return self._entered(laid, key)

    def _entered(self, laid: Laid, key: SigningKey) -> str:
        signed_in = self._memory.desk.sign_in(key)
        return f"/filing/return/{self._memory.keep_entered(Entered(laid, signed_in))}"

    def _return(self, request: Request) -> Response:
        return self._return_page(request, self._memory.entered.look(request.path_params["key"]).value, {}, {})

    def _return_page(self, request: Request, entered: Entered, fields: Fields, wrong: Wrong) -> Response:
        kept = {name: fields.get(name, "") for name in ("kind", *_FIGURES)}
        return self._site.render(
            request,
            "filing/return.html",
            422 if wrong else 200,
            asked=self._asked(entered.laid, self._sending),
            receipts=self._memory.desk.receipts(entered.signed_in),
            year=next_filing_deadline(self._site.clock.now()).year - 1,
            kinds=list(ReturnKind),
            kept=kept,
            wrong=wrong,
        )

    def _do_send(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        entered = self._memory.entered.look(key).value
        wrong: dict[str, KaijoError] = dict(check_pin(fields, "sign", self._sending))
        figures: dict[str, int] = {}
        for name in _FIGURES:
            typed = fields.get(name, "").replace(",", "").strip()
            if typed.isascii() and typed.isdigit() and int(typed) <= _MOST_YEN:
                figures[name] = int(typed)
            else:
                wrong[name] = UsageProblem("filing.bad-figure", field=f"field.{name}")
        if wrong:
            return self._return_page(request, entered, fields, wrong)
        year = next_filing_deadline(self._site.clock.now()).year - 1
        content = PracticeReturn(
            year, _kind(fields.get("kind", "")), figures["revenue"], figures["expenses"], figures["tax"]
        )
        return see_other(self._memory.entered.once(key, lambda entered: self._send(entered, content, fields["sign"])))

    def _send(self, entered: Entered, content: PracticeReturn, typed: str) -> str:
        with self._key(entered.laid, self._sending, typed) as key:
            document = sign_return(content, key, self._site.clock.now())
        notice = self._memory.desk.submit(entered.signed_in, document)
        return f"/filing/receipt/{self._memory.keep_notice(notice)}"

    def _receipt(self, request: Request) -> Response:
        notice = self._memory.notices.look(request.path_params["key"]).value
        return self._site.render(request, "filing/receipt.html", notice=notice)


def _stake(guard: Guard, kind: PinKind) -> Stake | None:
    """Return what is at stake with a PIN; None when the card does not tell of it."""
    try:
        return stake_of(guard, guard.tries(kind))
    except CardTrouble:
        return None


def _demand(stake: Stake | None, kind: PinKind) -> Stake:
    """Return the stake of a PIN that can be asked for. Raises Refused `card.locked`."""
    if stake is None or stake.shown.locked:
        raise Refused("card.locked", kind=kind)
    return stake


def _kind(name: str) -> ReturnKind:
    try:
        return ReturnKind(name)
    except ValueError:
        raise UsageProblem("web.bad-form") from None
