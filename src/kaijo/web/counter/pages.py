"""The counter: clerks sign in and call numbers, check papers, and holders type at a side of the screen of their own."""

from starlette.routing import Route

from kaijo.web.counter.case import CasePages
from kaijo.web.counter.day import DayPages
from kaijo.web.counter.holder import HolderPages
from kaijo.web.counter.memory import Memory
from kaijo.web.counter.papers import PaperPages
from kaijo.web.site import Site


class CounterPages:
    """The pages of the face `counter`."""

    def __init__(self, site: Site) -> None:
        memory = Memory(site)
        self._parts = (DayPages(memory), PaperPages(memory), CasePages(memory), HolderPages(memory))

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [route for part in self._parts for route in part.routes()]
