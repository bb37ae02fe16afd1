"""The first page of the whole system, and what is known of each practice card."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.facts.hours import kiosk_hours
from kaijo.web.site import Site


class HomePages:
    """The pages of the face `home`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [self._site.get("/", self._home), self._site.get("/cards/{place_id:path}", self._card)]

    def _home(self, request: Request) -> Response:
        return self._site.render(
            request,
            "home/home.html",
            service=self._site.service.url,
            now=self._site.clock.now(),
            hours=kiosk_hours(),
            places=self._site.places.listed(),
        )

    def _card(self, request: Request) -> Response:
        place = self._site.place(request.path_params["place_id"])
        return self._site.render(request, "home/card.html", place=place, person=self._site.places.describe(place.id))
