"""The papers: who has come, what was seen, and the card. There is no way on while something is missing."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import Refused, UsageProblem
from kaijo.web.counter.memory import Memory
from kaijo.web.site import Fields, see_other
from kaijo.web.table import Spot

_STAYS = frozenset(
    ("counter.documents-missing", "counter.wrong-letter", "counter.letter-too-early", "counter.letter-used")
)


class PaperPages:
    """The pages on which a case is opened."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/counter/papers/{who}", self._papers),
            self._site.post("/counter/papers/{who}", self._open),
        ]

    def _papers(self, request: Request) -> Response:
        return self._page(request, {}, None)

    def _page(self, request: Request, fields: Fields, refused: Refused | None) -> Response:
        return self._site.render(
            request,
            "counter/papers.html",
            422 if refused else 200,
            who=request.path_params["who"],
            checklist=self._checklist(request),
            fields=fields,
            refused=refused,
            places=self._site.places.listed(),
            laid=fields.get("place") or self._site.table.at(Spot.COUNTER),
        )

    def _checklist(self, request: Request) -> dict[str, Any]:
        client = self._site.staff.work(request).client
        for one in client.checklists()["checklists"]:
            if f"{one['visitor']}-{one['visit']}" == request.path_params["who"]:
                found: dict[str, Any] = one
                return found
        raise UsageProblem("web.not-found")

    def _open(self, request: Request, fields: Fields) -> Response:
        work, checklist = self._site.staff.work(request), self._checklist(request)
        tickets = work.client.tickets()["tickets"]
        mine = [one["number"] for one in tickets if one["state"] == "serving" and one["clerk"] == work.clerk]
        missing = [one for one in checklist["documents"] if f"seen-{one}" not in fields]
        if missing:
            documents = [f"document.{one}" for one in missing]
            return self._page(request, fields, Refused("counter.documents-missing", documents=documents))
        place = self._site.place(fields.get("place", ""))
        try:
            with self._memory.counter(work, place) as counter:
                card = counter.look()
                case = work.client.open_case(
                    visitor=checklist["visitor"],
                    visit=checklist["visit"],
                    documents=checklist["documents"],
                    authentication_certificate=card.certificate,
                    reset_state=card.reset_state,
                    letter=_digits(fields.get("letter", "")) if checklist["letter"] else None,
                    ticket=mine[0] if mine else None,
                )
        except Refused as refused:
            if refused.code not in _STAYS:
                raise
            return self._page(request, fields, refused)
        return see_other(f"/counter/cases/{self._memory.open(work, case, place, card.tries)}")


def _digits(typed: str) -> str:
    return "".join(one for one in typed if one.isascii() and one.isdigit())[:24]
