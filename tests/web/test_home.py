from datetime import timedelta

import pytest

from kaijo.facts.pins import PinKind
from kaijo.words import label, show
from tests.support.canary import found
from tests.support.world import NIGHT, World, pins_of

from .conftest import Visiting
from .visitor import Table, Visitor

PERSONS = ("signature-locked", "face-only")


def test_home_tells_time_hours_and_the_ways_on(alone: Visitor) -> None:
    page = alone.go("/?lang=en")
    assert show(NIGHT, "en") in page.text
    assert label("web.home.open", "en", closes=NIGHT.replace(hour=23, minute=0)) in page.text
    addresses = [one["href"] for one in page.all("a")]
    assert [one for one in ("/phone", "/kiosk", "https://www.jpki.go.jp/") if one not in addresses] == []


def test_home_at_night_tells_the_next_opening(alone: Visitor, quiet_world: World) -> None:
    quiet_world.clock.advance(timedelta(hours=2))
    assert label("web.home.closed", "ja", opens=NIGHT.replace(day=16, hour=6, minute=30)) in alone.go("/").text


def test_home_leads_to_the_contract_of_the_service(visitor: Visitor, world: World) -> None:
    assert f"{world.url}/openapi.json" in [one["href"] for one in visitor.go("/").all("a")]


def test_home_lists_every_card_with_its_story_and_no_pin(visiting_alone: Visiting) -> None:
    visitor = visiting_alone(*PERSONS)
    page = visitor.go("/")
    assert [one["href"] for one in page.all("a") if one["href"].startswith("/cards/")] == [
        "/cards/signature-locked",
        "/cards/face-only",
    ]
    words = visitor.words()
    assert [pin for pin in pins_of("signature-locked").values() if found(pin, words.encode())] == []


def test_home_without_cards_says_how_to_get_one(visiting_alone: Visiting) -> None:
    class Empty(Table):
        def listed(self) -> list[object]:  # type: ignore[override]  # nothing is a Place here
            return []

    visitor = visiting_alone(table=Empty)
    assert label("web.place.none", "ja") in visitor.go("/").text
    assert visitor.go("/phone").forms == []


def test_card_page_shows_its_test_pins_marked_as_such(alone: Visitor) -> None:
    page = alone.go("/cards/signature-locked")
    assert page.within("code") == [pins_of("signature-locked")[kind] for kind in PinKind]
    assert label("web.card.test-data", "ja") in page.text


def test_card_page_says_which_pins_were_never_set(visiting_alone: Visiting) -> None:
    page = visiting_alone("face-only").go("/cards/face-only")
    assert (page.within("code"), page.within("td")) == ([], ["設定なし"] * 4)


def test_card_of_nobody_known_has_no_pins(visiting_alone: Visiting) -> None:
    class Unknown(Table):
        def describe(self, place_id: str) -> None:
            assert place_id in self.files

    page = visiting_alone(table=Unknown).go("/cards/signature-locked")
    assert (page.status, page.within("code")) == (200, [])


@pytest.mark.parametrize("path", ["/cards/nobody", "/cards/", "/cards/a/b"])
def test_unknown_card_is_told(alone: Visitor, path: str) -> None:
    page = alone.go(path)
    assert (page.status, page.code) == (404, "web.unknown-place")
