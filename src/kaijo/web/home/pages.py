"""The first page of the whole system, the clock of the practice, and what is known of each practice card."""

from datetime import datetime, time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.clock import JST, parse_time
from kaijo.errors import Refused, UsageProblem
from kaijo.facts.filing import next_filing_deadline
from kaijo.facts.hours import kiosk_hours
from kaijo.web.site import Fields, Site, see_other
from kaijo.web.table import Spot

_LAST_EVENING = time(21, 40)


class HomePages:
    """The pages of the face `home`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/", self._home),
            self._site.get("/cards/{place_id:path}", self._card),
            self._site.get("/fronts/{place_id:path}", self._front),
            self._site.get("/table", _to_home),
            self._site.post("/table", self._lay),
            self._site.get("/clock", _to_home),
            self._site.post("/clock", self._set_clock),
        ]

    def _home(self, request: Request) -> Response:
        places = self._site.places.listed()
        names = {place.id: place.label for place in places}
        laid = {spot: self._site.table.at(spot) for spot in self._spots()}
        return self._site.render(
            request,
            "home/home.html",
            service=self._site.service.url,
            now=self._site.clock.now(),
            hours=kiosk_hours(),
            places=places,
            laid=laid,
            names=names,
            can_set=self._site.set_clock is not None,
        )

    def _spots(self) -> tuple[Spot, ...]:
        return tuple(spot for spot in Spot if spot is Spot.READER or spot.value in self._site.faces)

    def _lay(self, _request: Request, fields: Fields) -> Response:
        if "up" in fields:
            self._site.table.take_up(self._spot(fields["up"]))
            return see_other("/")
        spot = self._spot(fields.get("spot", ""))
        self._site.table.lay(self._site.place(fields.get("place", "")), spot)
        return see_other("/" if spot is Spot.READER else f"/{spot.value}")

    def _spot(self, name: str) -> Spot:
        for spot in self._spots():
            if spot.value == name:
                return spot
        raise UsageProblem("table.unknown-spot")

    def _set_clock(self, _request: Request, fields: Fields) -> Response:
        if self._site.set_clock is None:
            raise Refused("table.clock-fixed")
        self._site.set_clock(self._moment(fields.get("to", ""), fields.get("moment", "")))
        return see_other("/")

    def _moment(self, wish: str, typed: str) -> datetime | None:
        """Return the moment that a button or the field names; None for the machine's own time."""
        today, hours = self._site.clock.now(), kiosk_hours()
        moments = {
            "open": datetime.combine(today, hours.opens, JST),
            "closed": datetime.combine(today, hours.closes, JST),
            "last-night": datetime.combine(next_filing_deadline(today), _LAST_EVENING, JST),
        }
        if wish == "machine":
            return None
        return moments[wish] if wish in moments else parse_time(typed)

    def _card(self, request: Request) -> Response:
        place = self._site.place(request.path_params["place_id"])
        return self._site.render(
            request,
            "home/card.html",
            place=place,
            person=self._site.places.describe(place.id),
            spots=self._spots(),
        )

    def _front(self, request: Request) -> Response:
        picture = self._site.places.front(self._site.place(request.path_params["place_id"]).id)
        if picture is None:
            raise UsageProblem("web.not-found")
        return Response(picture, media_type="image/png")


def _to_home(_request: Request) -> Response:
    return see_other("/")
