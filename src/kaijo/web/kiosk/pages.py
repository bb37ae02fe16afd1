"""The kiosk: a machine of many services, of which this one is here; the visit; the card that must not be forgotten."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kaijo.facts.hours import kiosk_hours, kiosk_schedule
from kaijo.web.kiosk.machine import Machine, answer_time
from kaijo.web.kiosk.visiting import VisitPages
from kaijo.web.site import Fields, Site, see_other
from kaijo.web.table import Spot


class KioskPages:
    """The pages of the face `kiosk`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._machine = Machine(site)
        self._visits = VisitPages(self._machine)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/kiosk", self._start),
            self._site.get("/kiosk/services", self._services),
            self._site.get("/kiosk/place", self._place),
            self._site.get("/kiosk/take", self._take),
            self._site.post("/kiosk/take", self._taken),
            self._site.get("/kiosk/card", self._card),
            *self._visits.routes(),
        ]

    def _start(self, request: Request) -> Response:
        with self._machine.lock:
            self._machine.end()  # whoever goes to the first screen leaves the one before to nobody
            if self._machine.card_left() is not None:
                self._machine.release_card()
                return see_other("/kiosk/take")
        return self._closed(request) or self._site.render(request, "kiosk/start.html")

    def _services(self, request: Request) -> Response:
        return self._closed(request) or self._site.render(request, "kiosk/services.html")

    def _place(self, request: Request) -> Response:
        return self._closed(request) or self._site.render(
            request, "kiosk/place.html", places=self._site.places.listed(), laid=self._site.table.at(Spot.KIOSK)
        )

    def _closed(self, request: Request) -> Response | None:
        schedule, now = kiosk_schedule(), self._site.clock.now()
        if schedule.is_open(now):
            return None
        return self._site.render(
            request,
            "kiosk/closed.html",
            now=now,
            hours=kiosk_hours(),
            opens_at=schedule.next_opening(now),
            day_off=schedule.span(now.date()) is None,
        )

    def _take(self, request: Request) -> Response:
        with self._machine.lock:
            place = self._machine.card_left()
            if place is None:
                return see_other("/kiosk")
            forgotten = self._machine.card_forgotten()
        seconds = int(answer_time().total_seconds())
        return self._site.render(request, "kiosk/take.html", place=place, forgotten=forgotten, seconds=seconds)

    def _taken(self, _request: Request, _fields: Fields) -> Response:
        with self._machine.lock:
            self._machine.end()
            self._machine.take_card()
        return see_other("/kiosk/take")

    def _card(self, _request: Request) -> Response:
        with self._machine.lock:
            here = self._machine.card_left() is not None
            return JSONResponse({"here": here, "forgotten": here and self._machine.card_forgotten()})
