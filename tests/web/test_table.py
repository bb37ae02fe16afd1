from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from kaijo.errors import CardTrouble
from kaijo.web import Place, PlaceKind
from kaijo.web.table import Spot, Table
from tests.support.world import NIGHT, World

from .conftest import Visiting
from .visitor import Table as Places
from .visitor import Visitor

PERSONS = ("signature-locked", "both-locked")


def card(name: str) -> Place:
    return Place(name, PlaceKind.CARD_FILE, name)


@pytest.fixture
def table() -> Table:
    return Table(Places({}))


def test_card_lies_at_one_spot_at_a_time(table: Table) -> None:
    table.lay(card("a"), Spot.PHONE)
    table.lay(card("a"), Spot.KIOSK)
    assert {spot: table.at(spot) for spot in Spot} == {
        Spot.PHONE: None,
        Spot.KIOSK: "a",
        Spot.COUNTER: None,
        Spot.FILING: None,
        Spot.READER: None,
    }


def test_spot_holds_one_card(table: Table) -> None:
    table.lay(card("a"), Spot.PHONE)
    table.lay(card("b"), Spot.PHONE)
    assert (table.at(Spot.PHONE), table.spot_of("a"), table.spot_of("b")) == ("b", None, Spot.PHONE)


def test_card_laid_elsewhere_is_missed_where_it_was(table: Table) -> None:
    table.require(card("a"), Spot.PHONE)
    table.lay(card("a"), Spot.KIOSK)
    table.require(card("a"), Spot.KIOSK)
    with pytest.raises(CardTrouble) as caught:
        table.require(card("a"), Spot.PHONE)
    assert (caught.value.code, caught.value.data) == ("table.elsewhere", {"spot": "spot.kiosk"})


def test_card_leaves_the_reader_when_it_is_laid_elsewhere() -> None:
    places = Places({})
    table = Table(places)
    table.lay(card("a"), Spot.READER)
    assert places.inserted == ["a"]
    table.lay(card("b"), Spot.READER)
    assert places.inserted == ["b"]
    table.lay(card("b"), Spot.PHONE)
    assert (places.inserted, table.at(Spot.READER)) == ([], None)


def test_reader_that_cannot_be_had_leaves_the_spot_empty() -> None:
    class NoReader(Places):
        def insert(self, place_id: str) -> Callable[[], None]:
            raise CardTrouble("vpcd.unreachable", place=place_id)

    table = Table(NoReader({}))
    with pytest.raises(CardTrouble):
        table.lay(card("a"), Spot.READER)
    assert table.spot_of("a") is None


def test_what_lies_in_a_reader_of_the_machine_stays_there(table: Table) -> None:
    table.lay(Place("reader-1", PlaceKind.READER, "Reader"), Spot.PHONE)
    assert table.spot_of("reader-1") is None


def test_home_lays_a_card_and_leads_to_the_terminal(visiting_alone: Visiting) -> None:
    visitor = visiting_alone(*PERSONS)
    page = visitor.post("/table", {"token": token(visitor), "place": "both-locked", "spot": "phone"})
    assert page.path == "/phone"
    assert "カードを取る" in visitor.go("/").text
    assert visitor.post("/table", {"token": token(visitor), "up": "phone"}).path == "/"
    assert "カードを取る" not in visitor.go("/").text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"place": "nobody", "spot": "phone"}, "web.unknown-place"),
        ({"place": "signature-locked", "spot": "moon"}, "table.unknown-spot"),
        ({"place": "signature-locked"}, "table.unknown-spot"),
        ({"spot": "phone"}, "web.unknown-place"),
        ({"up": "moon"}, "table.unknown-spot"),
    ],
)
def test_impossible_table_is_told(alone: Visitor, fields: dict[str, str], code: str) -> None:
    assert alone.post("/table", {"token": token(alone), **fields}).code == code


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"to": "machine"}, None),
        ({"to": "open"}, NIGHT.replace(hour=6, minute=30)),
        ({"to": "closed"}, NIGHT.replace(hour=23, minute=0)),
        ({"to": "last-night"}, NIGHT),
        ({"to": "moment", "moment": "2027-03-16T06:29"}, NIGHT + timedelta(hours=8, minutes=49)),
    ],
)
def test_clock_of_the_practice_is_set(
    visiting_alone: Visiting, quiet_world: World, fields: dict[str, str], moment: datetime | None
) -> None:
    told: list[datetime | None] = []
    visitor = visiting_alone(set_clock=told.append)
    assert quiet_world.clock.now() == NIGHT
    assert visitor.post("/clock", {"token": token(visitor), **fields}).path == "/"
    assert told == [moment]


def test_time_that_is_none_sets_nothing(visiting_alone: Visiting) -> None:
    told: list[datetime | None] = []
    visitor = visiting_alone(set_clock=told.append)
    page = visitor.post("/clock", {"token": token(visitor), "to": "moment", "moment": "soon"})
    assert (page.code, told) == ("usage.time", [])


def test_clock_of_others_is_not_set(alone: Visitor) -> None:
    assert [one for one in alone.go("/").all("input") if one.get("type") == "datetime-local"] == []
    assert alone.post("/clock", {"token": token(alone), "to": "machine"}).code == "table.clock-fixed"


def token(visitor: Visitor) -> str:
    return next(form.hidden()["token"] for form in visitor.go("/").forms)
