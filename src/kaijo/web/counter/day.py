"""The clerk's day: signing in, waiting numbers, colleagues, the own card, the journal."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import Refused
from kaijo.web.counter.memory import Memory
from kaijo.web.sign_in import SignIn
from kaijo.web.site import Fields, see_other
from kaijo.web.staff import Work
from kaijo.web.table import Spot

VISITS = ("holder-1", "legal-representative-1", "proxy-1", "proxy-2")


class DayPages:
    """The pages of a clerk's day."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site
        self._sign_in = SignIn(memory.site, "/counter")

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/counter", self._start),
            self._site.post("/counter", self._sign_in.answer),
            self._site.post("/counter/out", self._sign_out),
            self._site.post("/counter/numbers", self._numbers),
            self._site.post("/counter/unlock", self._unlock),
            self._site.get("/counter/own-card", self._own_card),
            self._site.post("/counter/own-card", self._note_own_card),
            self._site.get("/counter/journal", self._journal),
            *(self._site.get(f"/counter/{path}", _to_start) for path in ("out", "numbers", "unlock")),
        ]

    def _start(self, request: Request) -> Response:
        try:
            work = self._site.staff.work(request)
            return self._day(request, work)
        except Refused as refused:
            if refused.code != "counter.not-signed-in":
                raise
        return self._sign_in.page(request)

    def _sign_out(self, request: Request, _fields: Fields) -> Response:
        response = see_other("/counter")
        self._site.staff.sign_out(request, response)
        return response

    def _day(self, request: Request, work: Work) -> Response:
        clerks = work.client.clerks()["clerks"]
        tickets = work.client.tickets()["tickets"]
        serving = next((one for one in tickets if one["state"] == "serving" and one["clerk"] == work.clerk), None)
        return self._site.render(
            request,
            "counter/day.html",
            clerk=work.clerk,
            clerks=clerks,
            own_card=any(one["clerk"] == work.clerk and one["own_card"] for one in clerks),
            tickets=[one | {"taken_at": datetime.fromisoformat(one["taken_at"])} for one in tickets],
            waiting=sum(one["state"] == "waiting" for one in tickets),
            serving=serving,
            visits=VISITS,
        )

    def _numbers(self, request: Request, fields: Fields) -> Response:
        client = self._site.staff.work(request).client
        act = fields.get("act", "")
        if act == "take":
            client.take_ticket()
        elif act == "next":
            client.call_next()
        elif act.isascii() and act.isdigit() and len(act) < 6:
            client.finish_ticket(int(act))
        return see_other("/counter")

    def _unlock(self, request: Request, fields: Fields) -> Response:
        work = self._site.staff.work(request)
        known = {one["clerk"] for one in work.client.clerks()["clerks"]}
        if fields.get("clerk", "") not in known:
            raise Refused("counter.unknown-clerk", clerk=fields.get("clerk", "")[:64])
        work.client.unlock(fields["clerk"])
        return see_other("/counter")

    def _own_card(self, request: Request) -> Response:
        self._site.staff.work(request)
        return self._site.render(
            request,
            "counter/own_card.html",
            places=self._site.places.listed(),
            laid=self._site.table.at(Spot.COUNTER),
        )

    def _note_own_card(self, request: Request, fields: Fields) -> Response:
        work = self._site.staff.work(request)
        with self._memory.counter(work, self._site.place(fields.get("place", ""))) as counter:
            work.client.own_card(counter.look().certificate)
        return see_other("/counter")

    def _journal(self, request: Request) -> Response:
        journal = self._site.staff.work(request).client.journal()
        entries = [one | {"at": datetime.fromisoformat(one["at"])} for one in journal["entries"]]
        return self._site.render(request, "counter/journal.html", journal=journal, entries=entries)


def _to_start(_request: Request) -> Response:
    return see_other("/counter")
