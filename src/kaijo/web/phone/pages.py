"""The phone: where the card lies, what it still allows, the proof PIN, the reservation."""

from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.card.guard import Guard, TriesReading
from kaijo.doctor import CardKind, Examination, examine, findings
from kaijo.errors import Refused, UsageProblem
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind
from kaijo.facts.stores import Chain
from kaijo.terminals.phone import Phone, Reservation
from kaijo.terminals.proof import practice_certificate
from kaijo.web.entries import Wrong, check_proof
from kaijo.web.keeping import Kept
from kaijo.web.languages import lang_of
from kaijo.web.places import Place
from kaijo.web.site import Fields, Site, see_other
from kaijo.web.ways import Stake, card_mark, require_same_card, stake_of

# How long a page may lie before its card is read anew. Safety does not rest on it: the guard reads again in any case.
_PAGE_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A card that was read: the kinds that can be reserved, and why the others cannot."""

    place: Place
    seen: Examination
    open: tuple[PinKind, ...]
    closed: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A proof PIN that is asked for, with what is at stake."""

    place: Place
    kind: PinKind
    stake: Stake
    mark: bytes


class PhonePages:
    """The pages of the face `phone`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._looked: Kept[_Looked] = Kept(site.clock)
        self._asked: Kept[_Asked] = Kept(site.clock)
        self._made: Kept[Reservation] = Kept(site.clock)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone", self._start),
            self._site.get("/phone/card", _to_start),
            self._site.post("/phone/card", self._look),
            self._site.get("/phone/card/{key}", self._card),
            self._site.post("/phone/card/{key}", self._ask),
            self._site.get("/phone/last/{key}", self._last),
            self._site.post("/phone/last/{key}", self._consent),
            self._site.get("/phone/proof/{key}", self._proof),
            self._site.post("/phone/proof/{key}", self._reserve),
            self._site.get("/phone/reservation/{key}", self._reservation),
        ]

    def _start(self, request: Request) -> Response:
        return self._site.render(request, "phone/start.html", places=self._site.places.listed())

    def _look(self, _request: Request, fields: Fields) -> Response:
        place = self._site.place(fields.get("place", ""))
        with self._site.card(place) as guard:
            seen = examine(guard, self._site.clock)
            phone = self._phone(guard)
            ways = {kind: _way(phone, kind) for kind in PinKind if _may_be_open(seen, kind)}
        looked = _Looked(
            place,
            seen,
            tuple(kind for kind, way in ways.items() if not isinstance(way, Refused)),
            tuple(way for way in ways.values() if isinstance(way, Refused)),
        )
        return see_other(f"/phone/card/{self._looked.keep(looked, self._site.clock.now() + _PAGE_LIFE)}")

    def _card(self, request: Request) -> Response:
        looked = self._looked.look(request.path_params["key"]).value
        return self._site.render(request, "phone/card.html", looked=looked, found=findings(looked.seen))

    def _ask(self, request: Request, fields: Fields) -> Response:
        looked = self._looked.look(request.path_params["key"]).value
        try:
            kind = PinKind(fields.get("kind"))
        except ValueError:
            raise UsageProblem("web.bad-form") from None
        with self._site.card(looked.place) as guard:
            stake = stake_of(guard, self._phone(guard).look(kind))
            asked = _Asked(looked.place, kind, stake, card_mark(practice_certificate(guard, self._site.clock)))
        return self._go_to_proof(asked)

    def _go_to_proof(self, asked: _Asked) -> Response:
        page = "last" if asked.stake.held_back else "proof"
        return see_other(f"/phone/{page}/{self._asked.keep(asked, self._site.clock.now() + _PAGE_LIFE)}")

    def _last(self, request: Request) -> Response:
        asked = self._asked.look(request.path_params["key"]).value
        return self._site.render(request, "last_try.html", stake=asked.stake, back="/phone")

    def _consent(self, request: Request, fields: Fields) -> Response:
        asked = self._asked.look(request.path_params["key"]).value
        stake = asked.stake.after(fields.get("sentence", ""), lang_of(request))
        return self._go_to_proof(replace(asked, stake=stake))

    def _proof(self, request: Request) -> Response:
        held = self._asked.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        if held.value.stake.held_back:
            return see_other("/phone")
        return self._proof_page(request, held.value, {})

    def _proof_page(self, request: Request, asked: _Asked, wrong: Wrong) -> Response:
        status = 422 if wrong else 200
        return self._site.render(request, "phone/proof.html", status, asked=asked, wrong=wrong)

    def _reserve(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        asked = self._asked.look(key).value
        if wrong := check_proof(fields, PinKind(asked.stake.shown.kind)):
            return self._proof_page(request, asked, wrong)

        def act(asked: _Asked) -> str:
            with self._site.card(asked.place) as guard:
                require_same_card(guard, self._site.clock, asked.mark)
                consent = asked.stake.consent(guard, self._site.note_last_try)
                made = self._phone(guard).reserve(asked.kind, fields["proof"], shown=asked.stake.shown, consent=consent)
            return f"/phone/reservation/{self._made.keep(made, made.expires_at)}"

        return see_other(self._asked.once(key, act))

    def _reservation(self, request: Request) -> Response:
        made = self._made.look(request.path_params["key"]).value
        return self._site.render(
            request,
            "phone/reservation.html",
            made=made,
            proof=proof_kind(made.kind),
            others=[chain for chain in Chain if chain.value not in made.chains],
            hours=kiosk_hours(),
            now=self._site.clock.now(),
        )

    def _phone(self, guard: Guard) -> Phone:
        return Phone(guard, self._site.service, self._site.clock)


def _to_start(_request: Request) -> Response:
    return see_other("/phone")


def _way(phone: Phone, kind: PinKind) -> TriesReading | Refused:
    try:
        return phone.look(kind)
    except Refused as refused:
        return refused


def _may_be_open(seen: Examination, kind: PinKind) -> bool:
    """Say whether it is worth asking: for the other kinds the doctor has already said everything."""
    return seen.kind not in {CardKind.UNKNOWN, CardKind.FACE_AUTHENTICATION} and proof_kind(kind) is not None
