"""A person in front of the pages: goes to addresses and sends the forms that the pages hold, as a browser would."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Self
from urllib.parse import urljoin, urlsplit

from httpx2 import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from kaijo.card.link import Link
from kaijo.errors import CardTrouble
from kaijo.facts.link import LinkCause
from kaijo.virtualcard.cardfile import load, open_card
from kaijo.virtualcard.faults import Cause, NoisyLink
from kaijo.virtualcard.front import front
from kaijo.virtualcard.persons import person, profile
from kaijo.web import Place, PlaceKind
from tests.support.pagereader import PageReader
from tests.support.world import NIGHT

ORIGIN = "http://127.0.0.1"
_KEY = re.compile("[0-9a-f]{32}")


class Table:
    """Places as a test sets them out: card files by the id of the test person who holds the card."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files
        self.open_links = 0
        self.inserted: list[str] = []

    def listed(self) -> Sequence[Place]:
        return [Place(name, PlaceKind.CARD_FILE, name, person(name).story) for name in self.files]

    def open(self, place_id: str) -> Link:
        self.open_links += 1
        return _Counted(open_card(self.files[place_id]), self)

    def open_noisy(self, place_id: str, cause: LinkCause, seed: int) -> Link:
        return NoisyLink(self.open(place_id), {Cause(cause.value)}, Random(seed), within=14)

    def insert(self, place_id: str) -> Callable[[], None]:
        self.inserted.append(place_id)
        return lambda: self.inserted.remove(place_id)

    def describe(self, place_id: str) -> Mapping[str, object] | None:
        return profile(person(place_id), NIGHT)

    def front(self, place_id: str) -> bytes | None:
        return front(load(self.files[place_id]))


class _Counted:
    """A link that tells its table when it is closed."""

    def __init__(self, link: Link, table: Table) -> None:
        self._link = link
        self._table = table
        self.place = link.place

    def transmit(self, command: bytes) -> bytes:
        return self._link.transmit(command)

    def power_cycle(self) -> None:
        self._link.power_cycle()

    def close(self) -> None:
        self._table.open_links -= 1
        self._link.close()


class Gone(Table):
    """A place whose card has just been taken away."""

    def open(self, place_id: str) -> Link:
        raise CardTrouble("cardfile.missing", path=place_id)


class Broken(Table):
    """A place with a fault in it that nobody thought of."""

    def open(self, place_id: str) -> Link:
        raise RuntimeError(f"no plan for {place_id}")


class Page(PageReader):
    """An answer, read."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.text)
        self.response = response
        self.status = response.status_code
        self.path = urlsplit(str(response.url)).path

    @property
    def code(self) -> str:
        """The code at the end of an error page."""
        return "".join(self.within("code"))


class Visitor:
    """One browser without scripts."""

    def __init__(self, app: Starlette) -> None:
        self.client = TestClient(app, base_url=ORIGIN, raise_server_exceptions=False)
        self.seen: list[Response] = []

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__(None, None, None)

    def go(self, address: str) -> Page:
        """Open an address."""
        return self._page(self.client.get(address))

    def send(self, page: Page, /, *, form: int = 0, **typed: str) -> Page:
        """Send a form of the page with what was typed, chosen and pressed."""
        sent = page.forms[form]
        assert sent.method == "post"
        return self.post(urljoin(page.path, sent.action), {**sent.hidden(), **typed})

    def post(self, address: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Post fields as one of our own pages would."""
        return self._page(self.client.post(address, data=dict(fields), headers={"Origin": ORIGIN, **headers}))

    def words(self) -> str:
        """Return everything that came from the server, without the random keys."""
        parts = [text for seen in self.seen for text in (str(seen.url), seen.text, str(list(seen.headers.items())))]
        return _KEY.sub("", "\n".join(parts))

    def _page(self, response: Response) -> Page:
        self.seen += [*response.history, response]
        return Page(response)
