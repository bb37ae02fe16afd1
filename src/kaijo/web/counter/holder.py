"""The holder's side of the screen: the new PIN twice, and nothing else. The clerk's side never shows these fields."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kaijo.errors import Refused
from kaijo.web.counter.case import ready_resets
from kaijo.web.counter.memory import Memory
from kaijo.web.entries import Wrong, check_new
from kaijo.web.site import Fields, see_other


class HolderPages:
    """The holder's side."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._site = memory.site

    def routes(self) -> list[Route]:
        """Return the routes."""
        here = "/counter/holder/{key}"
        return [self._site.get(here, self._side), self._site.post(here, self._set)]

    def _side(self, request: Request) -> Response:
        return self._page(request, {})

    def _page(self, request: Request, wrong: Wrong) -> Response:
        opened = self._memory.at_holders_side(request)
        kinds = ready_resets(opened)
        case = opened.work.client.case(opened.case_id)
        return self._site.render(
            request,
            "counter/holder.html",
            422 if wrong else 200,
            here=_here(request),
            kind=kinds[0] if kinds else None,
            finished=any((one["act"], one["state"]) == ("reset", "done") for one in case["acts"]),
            wrong=wrong,
        )

    def _set(self, request: Request, fields: Fields) -> Response:
        opened = self._memory.at_holders_side(request)
        kind = next((one for one in ready_resets(opened) if one.value == fields.get("kind")), None)
        if kind is None:  # a second click, or a page from before: what is to be typed now stands on the page
            return see_other(_here(request))
        if wrong := check_new(fields, kind):
            return self._page(request, wrong)
        try:
            self._memory.reset(opened, kind, fields["new"], fields["again"])
        except Refused as refused:
            if refused.code != "counter.done-already":
                raise
        return see_other(_here(request))


def _here(request: Request) -> str:
    return f"/counter/holder/{request.path_params['key']}"
