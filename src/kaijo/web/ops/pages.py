"""The operations page: figures of the service for whoever runs it, behind a clerk's sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.clock import JST
from kaijo.errors import Refused
from kaijo.facts.book import fact
from kaijo.facts.listing import listing
from kaijo.web.ops.charts import columns, journey, share
from kaijo.web.site import Fields, Site, see_other

_DAYS = 7
_OLDEST = 8


@dataclass(frozen=True, slots=True)
class _Terminal:
    """A terminal, where it stands, and when it was last used."""

    name: str
    place: str
    seen_at: datetime

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "_Terminal":
        return cls(told["name"], told["place"], datetime.fromisoformat(told["seen_at"]))


class OpsPages:
    """The pages of the face `ops`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [self._site.get("/ops", self._figures), self._site.post("/ops", self._sign_in)]

    def _figures(self, request: Request) -> Response:
        try:
            figures = self._site.staff.work(request).client.operations(_DAYS)
        except Refused as refused:
            if refused.code != "counter.not-signed-in":
                raise
            return self._sign_in_page(request, None)
        facts = listing(self._site.clock.now().astimezone(JST).date())
        return self._site.render(
            request,
            "ops/figures.html",
            now=datetime.fromisoformat(figures["at"]),
            figures=figures,
            share=share(figures["completions"]),
            journey=journey(figures["completions"]),
            columns=columns(figures["reservations"]),
            terminals=[_Terminal.of(one) for one in figures["terminals"]],
            oldest=sorted(facts, key=lambda one: -_age(one))[:_OLDEST],
            stale_after=fact("stale-after").count("days"),
        )

    def _sign_in(self, request: Request, fields: Fields) -> Response:
        response = see_other("/ops")
        try:
            self._site.staff.sign_in(fields.get("clerk", ""), fields.get("password", ""), response)
        except Refused as refused:
            return self._sign_in_page(request, refused)
        return response

    def _sign_in_page(self, request: Request, refused: Refused | None) -> Response:
        return self._site.render(
            request,
            "counter/sign_in.html",
            422 if refused else 200,
            refused=refused,
            clerks=self._site.clerks(),
            action="/ops",
        )


def _age(entry: Mapping[str, object]) -> int:
    age = entry["age_days"]
    return age if isinstance(age, int) else 0
