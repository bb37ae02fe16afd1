"""What the counter's pages remember between two requests: which cases are open. Never a PIN."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from kaijo.card.guard import TriesReading
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import field_text, field_time
from kaijo.terminals.counter import Counter
from kaijo.web.keeping import Kept
from kaijo.web.places import Place
from kaijo.web.site import Site
from kaijo.web.staff import Work
from kaijo.web.table import Spot

NAME = "counter-1"


@dataclass(frozen=True, slots=True)
class Opened:
    """A case and where its card lies. `holder` is the key of the holder's side, which knows nothing else."""

    work: Work
    case_id: str
    place: Place
    tries: tuple[TriesReading, ...]
    holder: str = ""


class Memory:
    """The memory of one running set of counter pages."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._opened: Kept[Opened] = Kept(site.clock)
        self._holders: Kept[Opened] = Kept(site.clock)

    def open(self, work: Work, case: dict[str, Any], place: Place, tries: tuple[TriesReading, ...]) -> str:
        """Remember a case until it ends; return its key."""
        until = field_time(case, "expires_at")
        opened = Opened(work, field_text(case, "case_id"), place, tries)
        return self._opened.keep(replace(opened, holder=self._holders.keep(opened, until)), until)

    def opened(self, request: Request) -> Opened:
        """Return the case of this address, for the clerk who is signed in. Raises Refused `web.over`."""
        self.site.staff.work(request)
        return self._opened.look(request.path_params["key"]).value

    def at_holders_side(self, request: Request) -> Opened:
        """Return the case whose holder's side this address is. Raises Refused `web.over`."""
        return self._holders.look(request.path_params["key"]).value

    def renew(self, opened: Opened, kind: PinKind) -> None:
        """Write a new certificate to the card of a case. Raises what card and service raise."""
        with self.counter(opened.work, opened.place) as counter:
            counter.renew(opened.case_id, kind)

    def reset(self, opened: Opened, kind: PinKind, new: str, again: str) -> None:
        """Give the card of a case the PIN that the holder typed. Raises what guard, card and service raise."""
        with self.counter(opened.work, opened.place) as counter:
            counter.reset(opened.case_id, kind, new, again)

    @contextmanager
    def counter(self, work: Work, place: Place) -> Iterator[Counter]:
        """Give the counter's terminal with the card at `place`. Raises what opening it raises."""
        self.site.table.require(place, Spot.COUNTER)
        with self.site.card(place) as guard:
            yield Counter(guard, work.client, name=NAME)
