"""The first screens: what is needed, the card held to the phone, what to mend when the link breaks, which PIN."""

from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.card.files import Code
from kaijo.card.guard import Guard, TriesReading
from kaijo.doctor import CardKind, Examination, examine, findings
from kaijo.errors import CardTrouble, Refused, UsageProblem
from kaijo.facts.assumptions import duration
from kaijo.facts.hours import kiosk_hours, kiosk_schedule
from kaijo.facts.lifetimes import reservation_life
from kaijo.facts.link import LinkCause, link_causes
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.facts.proof import proof_kind
from kaijo.facts.stores import chains_for
from kaijo.facts.usable import face_match_asked
from kaijo.terminals.phone import Phone, face_needed
from kaijo.terminals.phone_file import KINDS
from kaijo.terminals.proof import practice_certificate
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.own import go_on
from kaijo.web.phone.screens import Asked, Looked, OnPhone, Reading
from kaijo.web.places import Place
from kaijo.web.site import Fields, see_other
from kaijo.web.table import Spot
from kaijo.web.ways import card_mark, stake_of


class HoldingPages:
    """From the start to the question which PIN."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone", self._start),
            self._site.get("/phone/card", self._hold),
            self._site.post("/phone/card", self._look),
            self._site.get("/phone/again/{key}", self._broken),
            self._site.post("/phone/again/{key}", self._go_on),
            self._site.get("/phone/card/{key}", self._card),
            self._site.post("/phone/card/{key}", self._decide),
            self._site.post("/phone/redo/{key}", self._redo),
        ]

    def _start(self, request: Request) -> Response:
        now = self._site.clock.now()
        return self._site.render(
            request,
            "phone/start.html",
            mine=self._memory.shown(),
            now=now,
            hours=kiosk_hours(),
            schedule=kiosk_schedule(),
            minutes=duration("reserve").typical // timedelta(minutes=1),
            life=reservation_life() // timedelta(hours=1),
            face=face_match_asked(signature=True),
        )

    def _hold(self, request: Request) -> Response:
        return self._site.render(
            request,
            "phone/hold.html",
            places=self._site.places.listed(),
            laid=self._site.table.at(Spot.PHONE),
            causes=link_causes(),
        )

    def _look(self, _request: Request, fields: Fields) -> Response:
        place = self._site.place(fields.get("place", ""))
        practised = next((cause for cause in LinkCause if cause.value == fields.get("noise")), None)
        self._site.table.lay(place, Spot.PHONE)
        return see_other(self._read(Reading(place, practised)))

    def _broken(self, request: Request) -> Response:
        reading = self._memory.readings.look(request.path_params["key"]).value
        return self._site.render(request, "phone/broken.html", reading=reading, causes=link_causes())

    def _go_on(self, request: Request, _fields: Fields) -> Response:
        reading = self._memory.readings.look(request.path_params["key"]).value
        return see_other(self._read(replace(reading, mended=(*reading.mended, reading.suspected))))

    def _read(self, reading: Reading) -> str:
        """Read the card and return the page it leads to."""
        first: list[Examination] = []
        try:
            with self._memory.card(reading.place, reading.suffered, len(reading.mended)) as guard:
                if reading.own is not None:
                    return go_on(self._memory, guard, reading)
                if reading.kind is not None and reading.seen is not None:
                    return self._ask(guard, reading.place, reading.kind, reading.seen)
                seen = examine(guard, self._site.clock, first_look=first.append)
                if reading.kind is not None:
                    return self._ask(guard, reading.place, reading.kind, seen)
                return self._choose(guard, reading, seen)
        except CardTrouble as trouble:
            return self._memory.broken(reading.after(trouble, next(iter(first), None)))

    def _choose(self, guard: Guard, reading: Reading, seen: Examination) -> str:
        phone = self._memory.phone(guard)
        ways = {kind: _way(phone, kind) for kind in PinKind if _may_be_open(seen, kind)}
        looked = Looked(
            reading.place,
            seen,
            tuple(kind for kind, way in ways.items() if not isinstance(way, Refused)),
            tuple(way for way in ways.values() if isinstance(way, Refused)),
            next(reversed(reading.mended), None),
        )
        return f"/phone/card/{self._memory.keep_page(self._memory.looked, looked)}"

    def _ask(self, guard: Guard, place: Place, kind: PinKind, seen: Examination) -> str:
        asked = Asked(
            place,
            kind,
            stake_of(guard, self._memory.phone(guard).look(kind)),
            card_mark(practice_certificate(guard, self._site.clock)),
            seen.not_after,
            stake_of(guard, guard.tries(Code.CODE_B)) if face_needed(self._site.service, kind) else None,
        )
        return self._memory.asked_page(asked)

    def _redo(self, request: Request, _fields: Fields) -> Response:
        made = self._memory.made.look(request.path_params["key"]).value
        self._site.table.lay(made.place, Spot.PHONE)
        return see_other(self._read(Reading(made.place, kind=made.reservation.kind)))

    def _card(self, request: Request) -> Response:
        looked = self._memory.looked.look(request.path_params["key"]).value
        chains = {kind: chains_for(kind) for kind in looked.open}
        return self._site.render(
            request,
            "phone/card.html",
            key=request.path_params["key"],
            looked=looked,
            found=findings(looked.seen),
            chains=chains,
            certificate=self._on_phone(looked),
        )

    def _on_phone(self, looked: Looked) -> OnPhone | None:
        """Return how the phone's certificates stand; None where there is no phone, or the card has no such PINs."""
        phones = self._site.phones
        held = self._memory.certificates(looked.place)
        tries = {kind: looked.seen.pins[kind].tries for kind in KINDS if kind in looked.seen.pins}
        card = tries.get(PinKind.SIGNATURE)
        if phones is None or phones.file(looked.place) is None or (held is None and card is None):
            return None
        return OnPhone(
            None if held is None else held.until(),
            open=card is not None and card.tries_left >= tries_floor(),
            card_locked=any(one is not None and one.locked for one in tries.values()),
        )

    def _decide(self, request: Request, fields: Fields) -> Response:
        looked = self._memory.looked.look(request.path_params["key"]).value
        try:
            kind = PinKind(fields.get("kind"))
        except ValueError:
            raise UsageProblem("web.bad-form") from None
        return see_other(self._read(Reading(looked.place, kind=kind, seen=looked.seen)))


def _way(phone: Phone, kind: PinKind) -> TriesReading | Refused:
    try:
        return phone.look(kind)
    except Refused as refused:
        return refused


def _may_be_open(seen: Examination, kind: PinKind) -> bool:
    """Say whether it is worth asking: for the other kinds the doctor has already said everything."""
    return seen.kind not in {CardKind.UNKNOWN, CardKind.FACE_AUTHENTICATION} and proof_kind(kind) is not None
