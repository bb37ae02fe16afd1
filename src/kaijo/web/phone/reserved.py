"""The reservation: how long it lasts, where and when to go, what to show and press; cancelling it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import Refused
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.proof import proof_kind
from kaijo.facts.stores import Chain
from kaijo.plan.rules import shops
from kaijo.terminals.phone import Stand, Standing, cancel
from kaijo.web.languages import lang_of
from kaijo.web.phone.calendar import calendar_file
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.when import when_to_go
from kaijo.web.site import Fields, see_other

# A reservation that a kiosk uses, or has used, says so itself.
_TOLD_BY_THE_PAGE = frozenset({"reset.in-use", "reset.already-done"})


class ReservedPages:
    """What is shown of a reservation that this phone made."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._site.get("/phone/reservation/{key}", self._reservation),
            self._site.get("/phone/reservation/{key}/staff", self._staff),
            self._site.get("/phone/reservation/{key}/kaijo.ics", self._calendar),
            self._site.post("/phone/reservation/{key}/cancel", self._cancel),
        ]

    def _reservation(self, request: Request) -> Response:
        key = request.path_params["key"]
        made = self._memory.made.look(key).value
        now = self._site.clock.now()
        asked = self._memory.stand(made)
        return self._site.render(
            request,
            "phone/reservation.html",
            key=key,
            card=made.place.label,
            made=made.reservation,
            standing=asked or Standing(Stand.LIVE if now < made.reservation.expires_at else Stand.EXPIRED),
            unasked=asked is None,
            proof=proof_kind(made.reservation.kind),
            serving=[(chain, shops(chain)) for chain in Chain if chain.value in made.reservation.chains],
            others=[chain for chain in Chain if chain.value not in made.reservation.chains],
            going=when_to_go(now, made.reservation.expires_at),
            opens=kiosk_schedule().next_opening(now),
            seconds=max(0, int((made.reservation.expires_at - now).total_seconds())),
            now=now,
        )

    def _staff(self, request: Request) -> Response:
        key = request.path_params["key"]
        made = self._memory.made.look(key).value.reservation
        return self._site.render(request, "phone/staff.html", key=key, made=made)

    def _calendar(self, request: Request) -> Response:
        made = self._memory.made.look(request.path_params["key"]).value.reservation
        going = when_to_go(self._site.clock.now(), made.expires_at)
        if going is None:
            raise Refused("reset.reservation-expired", expired_at=made.expires_at)
        headers = {"Content-Disposition": 'attachment; filename="kaijo.ics"'}
        return Response(calendar_file(made, going, lang_of(request)), headers=headers, media_type="text/calendar")

    def _cancel(self, request: Request, _fields: Fields) -> Response:
        key = request.path_params["key"]
        try:
            cancel(self._site.service, self._memory.made.look(key).value.reservation)
        except Refused as refused:
            if refused.code not in _TOLD_BY_THE_PAGE:
                raise
        return see_other(f"/phone/reservation/{key}")
