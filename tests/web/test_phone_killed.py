"""Browser, terminal or service killed at any screen of the phone: what comes back tells the truth."""

from collections.abc import Callable

import pytest

from kaijo.facts.pins import PinKind
from kaijo.words import label
from tests.support.world import World

from .conftest import Visiting
from .test_walk import tries
from .visitor import Page, Table, Visitor
from .walk import LOCKED, PROOF, WRONG, ask, look, reserve

Arrive = Callable[[Visitor], Page]
SCREENS: dict[str, Arrive] = {
    "start": lambda visitor: visitor.go("/phone"),
    "hold": lambda visitor: visitor.go("/phone/card"),
    "broken": lambda visitor: visitor.send(visitor.go("/phone/card"), place=LOCKED, noise="charging"),
    "card": look,
    "proof": ask,
    "reservation": reserve,
}
WITH_KEY = sorted(SCREENS.keys() - {"start", "hold"})


@pytest.mark.parametrize("screen", SCREENS)
def test_browser_that_comes_back_finds_the_screen_as_it_was(visitor: Visitor, screen: str) -> None:
    page = SCREENS[screen](visitor)
    visitor.client.cookies.clear()
    again = visitor.go(page.path)
    assert (again.status, again.within("h1")) == (200, page.within("h1"))


def restarted(visiting: Visiting, world: World) -> Visitor:
    """Return a visitor of new pages around the same card."""

    class Same(Table):
        def __init__(self, _files: object) -> None:
            super().__init__({LOCKED: world.folder / f"{LOCKED}.json"})

    return visiting("fresh", table=Same)


@pytest.mark.parametrize("screen", WITH_KEY)
def test_terminal_that_was_restarted_says_that_the_way_begins_anew(
    visiting: Visiting, world: World, screen: str
) -> None:
    page = SCREENS[screen](visiting())
    visitor = restarted(visiting, world)
    answer = visitor.go(page.path)
    assert (answer.status, answer.code) == (410, "web.over")
    assert [one["href"] for one in answer.all("a") if one.get("class") == "button"] == ["/phone"]


def test_form_of_a_terminal_that_was_restarted_does_nothing(visiting: Visiting, world: World) -> None:
    page = ask(visiting())
    answer = restarted(visiting, world).send(page, proof=WRONG)
    assert (answer.status, answer.code) == (403, "web.stale-form")
    assert tries(world, PinKind.AUTHENTICATION) == 3


def test_reservation_outlives_the_terminal(visiting: Visiting, world: World) -> None:
    reserve(visiting())
    again = reserve(restarted(visiting, world))
    assert label("cli.replaced", "ja") in again.text


def test_service_that_is_down_leaves_reading_and_choice_as_they_are(visiting: Visiting) -> None:
    visitor = visiting(service="http://127.0.0.1:1")
    for screen in ("start", "hold", "broken", "card"):
        assert SCREENS[screen](visitor).status == 200
    asked = ask(visitor)
    assert (asked.status, asked.code) == (502, "service.unreachable")


def test_service_that_went_down_before_the_pin_is_told_and_the_page_goes_on_later(
    visiting: Visiting, world: World
) -> None:
    with world.running():
        visitor = visiting(service=world.url)
        page = ask(visitor)
    down = visitor.send(page, proof=PROOF)
    assert (down.status, down.code) == (502, "service.unreachable")
    assert tries(world, PinKind.AUTHENTICATION) == 3
    assert visitor.go(page.path).within("h1") == page.within("h1")


def test_reservation_page_says_when_the_service_cannot_be_asked(visiting: Visiting, world: World) -> None:
    with world.running():
        visitor = visiting(service=world.url)
        made = reserve(visitor)
        assert label("phone.reservation.unasked", "ja") not in visitor.go(made.path).text
    page = visitor.go(made.path)
    assert page.within("h1") == [label("phone.reservation.title.live", "ja")]
    assert label("phone.reservation.unasked", "ja") in page.text
    assert visitor.go("/phone").status == 200
    cancel = next(number for number, form in enumerate(page.forms) if form.action.endswith("/cancel"))
    answer = visitor.send(page, form=cancel)
    assert (answer.status, answer.code) == (502, "service.unreachable")
