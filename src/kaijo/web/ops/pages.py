"""The operations page: figures of the service for whoever runs it, behind a clerk's sign-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.clock import JST
from kaijo.errors import Refused
from kaijo.facts.audit import checkpoint_due
from kaijo.facts.book import fact
from kaijo.facts.listing import listing
from kaijo.web.ops.charts import columns, journey, share
from kaijo.web.sign_in import SignIn
from kaijo.web.site import Site

_DAYS = 7
_OLDEST = 8


@dataclass(frozen=True, slots=True)
class _Terminal:
    """A terminal, where it stands, whether it is enrolled, and when it was last heard of."""

    name: str
    place: str
    enrolled: bool
    seen_at: datetime | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "_Terminal":
        seen_at = None if told["seen_at"] is None else datetime.fromisoformat(told["seen_at"])
        return cls(told["name"], told["place"], told["enrolled"], seen_at)


@dataclass(frozen=True, slots=True)
class _Audit:
    """How the audit trail stands."""

    size: int
    signed_at: datetime | None
    uncovered: int
    due: bool
    fit: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "_Audit":
        signed_at = None if told["signed_at"] is None else datetime.fromisoformat(told["signed_at"])
        return cls(told["size"], signed_at, told["uncovered"], told["due"], told["fit"])

    @property
    def tone(self) -> str:
        """How a finding with it looks; nothing special while nothing was ever signed."""
        if self.fit == "damaged":
            return "bad"
        return "warning" if self.due else "good" if self.signed_at else ""


class OpsPages:
    """The pages of the face `ops`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sign_in = SignIn(site, "/ops")

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [self._site.get("/ops", self._figures), self._site.post("/ops", self._sign_in.answer)]

    def _figures(self, request: Request) -> Response:
        try:
            figures = self._site.staff.work(request).client.operations(_DAYS)
        except Refused as refused:
            if refused.code != "counter.not-signed-in":
                raise
            return self._sign_in.page(request)
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
            audit=_Audit.of(figures["audit"]),
            oldest=sorted(facts, key=lambda one: -_age(one))[:_OLDEST],
            due_after=checkpoint_due() // timedelta(hours=1),
            stale_after=fact("stale-after").count("days"),
        )


def _age(entry: Mapping[str, object]) -> int:
    age = entry["age_days"]
    return age if isinstance(age, int) else 0
