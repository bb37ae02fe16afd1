"""The kiosk: the card, the proof PIN, the new PIN twice, done."""

from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.card.guard import Guard
from kaijo.errors import Refused, ServiceTrouble
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.terminals.kiosk import Completion, Kiosk, Visit
from kaijo.web.entries import Wrong, check_new, check_proof
from kaijo.web.keeping import Kept
from kaijo.web.languages import lang_of
from kaijo.web.places import Place
from kaijo.web.site import Fields, Site, see_other
from kaijo.web.ways import Stake, card_mark, require_same_card, stake_of

_NAME = "kiosk-1"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A visit, the place where its card lies, and what is at stake with the proof PIN."""

    place: Place
    visit: Visit
    stake: Stake


class KioskPages:
    """The pages of the face `kiosk`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._opened: Kept[_Opened] = Kept(site.clock)
        self._done: Kept[Completion] = Kept(site.clock)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/kiosk", self._start),
            self._site.get("/kiosk/visits", _to_start),
            self._site.post("/kiosk/visits", self._open),
            self._site.get("/kiosk/visits/{key}", self._visit),
            self._site.post("/kiosk/visits/{key}", self._reset),
            self._site.get("/kiosk/visits/{key}/last", self._last),
            self._site.post("/kiosk/visits/{key}/last", self._consent),
            self._site.get("/kiosk/visits/{key}/end", _to_start),
            self._site.post("/kiosk/visits/{key}/end", self._end),
            self._site.get("/kiosk/done/{key}", self._completion),
        ]

    def _start(self, request: Request) -> Response:
        hours, now = kiosk_hours(), self._site.clock.now()
        if not hours.is_open(now):
            return self._site.render(request, "kiosk/closed.html", hours=hours, opens_at=hours.next_opening(now))
        return self._site.render(request, "kiosk/start.html", places=self._site.places.listed())

    def _open(self, _request: Request, fields: Fields) -> Response:
        place = self._site.place(fields.get("place", ""))
        with self._site.card(place) as guard:
            visit = self._kiosk(guard).open()
            opened = _Opened(place, visit, stake_of(guard, visit.proof))
        return self._go_to_visit(opened)

    def _go_to_visit(self, opened: _Opened) -> Response:
        page = "/last" if opened.stake.held_back else ""
        return see_other(f"/kiosk/visits/{self._opened.keep(opened, opened.visit.expires_at)}{page}")

    def _last(self, request: Request) -> Response:
        opened = self._opened.look(request.path_params["key"]).value
        return self._site.render(request, "last_try.html", stake=opened.stake, back="/kiosk")

    def _consent(self, request: Request, fields: Fields) -> Response:
        opened = self._opened.look(request.path_params["key"]).value
        stake = opened.stake.after(fields.get("sentence", ""), lang_of(request))
        return self._go_to_visit(replace(opened, stake=stake))

    def _visit(self, request: Request) -> Response:
        held = self._opened.look(request.path_params["key"])
        if isinstance(held.outcome, str):
            return see_other(held.outcome)
        if held.value.stake.held_back:
            return see_other("/kiosk")
        return self._visit_page(request, held.value, {})

    def _visit_page(self, request: Request, opened: _Opened, wrong: Wrong) -> Response:
        return self._site.render(
            request,
            "kiosk/visit.html",
            422 if wrong else 200,
            here=f"/kiosk/visits/{request.path_params['key']}",
            visit=opened.visit,
            stake=opened.stake,
            wrong=wrong,
        )

    def _reset(self, request: Request, fields: Fields) -> Response:
        key = request.path_params["key"]
        held = self._opened.look(key).value
        visit = held.visit
        if wrong := {**check_proof(fields, PinKind(visit.proof.kind)), **check_new(fields, visit.kind)}:
            return self._visit_page(request, held, wrong)

        def act(opened: _Opened) -> str:
            with self._site.card(opened.place) as guard:
                require_same_card(guard, self._site.clock, card_mark(opened.visit.certificate))
                consent = opened.stake.consent(guard, self._site.note_last_try)
                done = self._kiosk(guard).reset(
                    opened.visit, fields["proof"], fields["new"], fields["again"], consent=consent
                )
            return f"/kiosk/done/{self._done.keep(done, self._site.clock.now() + kiosk_session_life())}"

        return see_other(self._opened.once(key, act))

    def _end(self, request: Request, _fields: Fields) -> Response:
        def act(opened: _Opened) -> str:
            self._give_back(opened.visit)
            return "/kiosk"

        return see_other(self._opened.once(request.path_params["key"], act))

    def _completion(self, request: Request) -> Response:
        done = self._done.look(request.path_params["key"]).value
        return self._site.render(request, "kiosk/done.html", done=done)

    def _kiosk(self, guard: Guard) -> Kiosk:
        return Kiosk(guard, self._site.service, self._site.clock, name=_NAME)

    def _give_back(self, visit: Visit) -> None:
        """End the session as far as the service can be reached; it ends by itself soon after."""
        with suppress(ServiceTrouble, Refused):
            self._site.service.end(visit.session)


def _to_start(_request: Request) -> Response:
    return see_other("/kiosk")
