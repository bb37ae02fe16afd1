"""A whole small world for one test: practice issuer, reservation service over real HTTP, and cards of test persons."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import httpx2
import pytest

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.card.link import Link
from kaijo.clock import JST, ManualClock
from kaijo.errors import WrongPin
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.terminals import client
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone, Reservation
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.cardfile import create, open_card
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person
from tests.support.engines import SQLITE, Database

NIGHT = datetime(2027, 3, 15, 21, 40, tzinfo=JST)
_WRONG = {PinKind.SIGNATURE: "WRONG99", PinKind.AUTHENTICATION: "0000"}
NEW_PINS = {PinKind.SIGNATURE: "NEUE77PIN", PinKind.AUTHENTICATION: "8642"}


@cache
def home() -> Path:
    return Path(mkdtemp(prefix="kaijo-tests-"))


@cache
def _issuer() -> Issuer:
    return Issuer.open(home() / "issuer", ManualClock(NIGHT))


def practice_issuer() -> Issuer:
    """Return the issuer of every card of this run."""
    return _issuer()


@cache
def _issued(person_id: str) -> CardImage:
    return _issuer().issue(person(person_id), NIGHT)


def issued(person_id: str) -> CardImage:
    """Return a card of its own for the test; every test of one run shares its keys and its register entry."""
    return copy.deepcopy(_issued(person_id))


def pins_of(person_id: str) -> dict[PinKind, str]:
    """Return the PINs that were set when the card was issued."""
    return dict(identity(person(person_id), NIGHT).pins)


class World:
    """One service with an empty database at 21:40 on the last night, and what a test does around it."""

    def __init__(self, folder: Path, database: Database | None = None) -> None:
        self.folder = folder
        self.data = folder / "service"
        self.database = database or Database(SQLITE, self.data / "service.sqlite3")
        self.clock = ManualClock(NIGHT)
        self.url = ""
        self.client = ServiceClient("http://127.0.0.1:1")

    @contextmanager
    def running(self) -> Iterator["World"]:
        """Have the service running; entering again is a restart on the same database."""
        service = app.service(self.data, self.clock, face_required=False, database=self.database.address)
        # However long the machine takes, a test hears the answer: what lies in its way here is other tests.
        patient = httpx2.Client(timeout=None, trust_env=False)
        with serving(service) as self.url, ServiceClient(self.url, client=patient) as self.client:
            yield self

    def card_file(self, person_id: str) -> Path:
        """Return a new card file of that person."""
        path = self.folder / f"{person_id}.json"
        create(path, issued(person_id))
        return path

    def fresh_card_file(self, person_id: str) -> Path:
        """Return a new card file with a register entry of its own, for tests that renew certificates."""
        path = self.folder / f"{person_id}.json"
        create(path, _issuer().issue(person(person_id), NIGHT))
        return path

    def card(self, person_id: str) -> VirtualCard:
        """Return that person's card in memory."""
        return VirtualCard(issued(person_id), place=f"table of {person_id}")

    def guard(self, link: Link) -> Guard:
        """Return the card behind its guard."""
        return Guard(link, self.clock)

    def phone(self, link: Link) -> Phone:
        """Return a phone that holds the card."""
        return Phone(self.guard(link), self.client, self.clock)

    def kiosk(self, link: Link, name: str = "kiosk-1") -> Kiosk:
        """Return a kiosk with the card on its reader."""
        return Kiosk(self.guard(link), self.client, self.clock, name=name)

    def reserve(self, link: Link, person_id: str, kind: PinKind = PinKind.SIGNATURE) -> Reservation:
        """Make a reservation as the holder would."""
        phone = self.phone(link)
        shown = phone.look(kind)
        return phone.reserve(kind, pins_of(person_id)[PinKind(shown.kind.value)], shown=shown)

    def reset(self, kiosk: Kiosk, person_id: str) -> PinKind:
        """Reset at the kiosk as the holder would; return what was reset."""
        visit = kiosk.open()
        proof, new = pins_of(person_id)[PinKind(visit.proof.kind.value)], NEW_PINS[visit.kind]
        return kiosk.reset(visit, proof, new, new).kind

    def miss(self, person_id: str, kind: PinKind, *, left: int = 1) -> None:
        """Have that person, whose card file lies here, miss a PIN until only this many tries are left."""
        guard = self.guard(open_card(self.folder / f"{person_id}.json"))
        try:
            while (shown := guard.tries(kind)).tries_left > left:
                with pytest.raises(WrongPin):
                    guard.verify(kind, _WRONG[kind], shown=shown)
        finally:
            guard.close()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Read the service's database from outside."""
        engine = self.database.raw()
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.exec_driver_sql(query)]
        finally:
            engine.dispose()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Give a world whose service is running; a busy machine's answers are waited for."""
    _issuer()
    monkeypatch.setattr(client, "_TIMEOUT_SECONDS", 240.0)
    monkeypatch.setenv("KAIJO_HOME", str(home()))
    with World(tmp_path).running() as made:
        yield made
