"""The card that was left behind."""

from datetime import timedelta

from kaijo.web import Place, PlaceKind
from kaijo.words import label
from tests.support.world import World

from .conftest import Visiting
from .visitor import Page, Table, Visitor
from .walk import arrive, look, prove, reserve, reset


def alarmed(page: Page) -> bool:
    return next("hidden" not in one for one in page.all("p") if "data-alarm" in one)


def card(visitor: Visitor) -> object:
    return visitor.client.get("/kiosk/card").json()


def test_finished_visit_waits_for_its_card_and_calls_after_a_while(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    done = reset(visitor, arrive(visitor))
    world.clock.advance(timedelta(seconds=30))
    take = visitor.send(done)
    assert (take.path, take.within("h1"), alarmed(take)) == ("/kiosk/take", [label("kiosk.take", "ja")], False)
    assert card(visitor) == {"here": True, "forgotten": False}
    world.clock.advance(timedelta(seconds=15))
    assert (alarmed(visitor.go("/kiosk/take")), card(visitor)) == (True, {"here": True, "forgotten": True})
    assert visitor.go("/kiosk").path == "/kiosk/take"
    assert visitor.send(take).path == "/kiosk"
    assert card(visitor) == {"here": False, "forgotten": False}
    assert visitor.go("/kiosk/take").path == "/kiosk"


def test_page_without_scripts_looks_again_by_itself(visitor: Visitor) -> None:
    take = visitor.send(arrive(visitor), form=1)
    assert [one["content"] for one in take.all("meta") if one.get("http-equiv") == "refresh"] == ["15"]


def test_card_that_is_held_to_the_phone_has_left_the_kiosk(visitor: Visitor) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    look(visitor)
    assert card(visitor) == {"here": False, "forgotten": False}
    assert prove(visitor, visit).code == "table.elsewhere"


def test_card_that_was_taken_in_the_middle_is_told(visitor: Visitor) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    taken = visitor.post("/kiosk/take", visit.forms[0].hidden())
    assert taken.path == "/kiosk"
    assert visitor.go(visit.path).code == "kiosk.over"


def test_reader_is_empty_when_it_is_no_longer_listed(visiting: Visiting) -> None:
    visitor = visiting("fresh", table=Reader)
    failed = arrive(visitor, "fresh")
    assert failed.code == "reset.no-reservation"
    take = visitor.send(failed, form=1)
    assert (take.path, take.forms) == ("/kiosk/take", [])
    Reader.empty = True
    try:
        assert visitor.go("/kiosk/take").path == "/kiosk"
    finally:
        Reader.empty = False


class Reader(Table):
    """The same cards, each in a reader."""

    empty = False

    def listed(self) -> list[Place]:
        listed = [Place(one.id, PlaceKind.READER, one.label) for one in super().listed()]
        return [] if self.empty else listed
