"""Browser, kiosk or service killed at any screen: what comes back tells the truth, and so does the card."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from kaijo.card.apdu import Ins
from kaijo.card.link import Link
from kaijo.errors import CardTrouble
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.faults import Around
from kaijo.words import label
from tests.support.world import NIGHT, World

from .conftest import Visiting
from .test_walk import signs, tries
from .visitor import Page, Table, Visitor
from .walk import LOCKED, NEW, PROOF, WRONG, arrive, asks_for, choose, is_done, prove, reserve, reset

Arrive = Callable[[Visitor], Page]


def finished(visitor: Visitor) -> Page:
    return reset(visitor, arrive(visitor))


SCREENS: dict[str, Arrive] = {
    "proof": arrive,
    "new": lambda visitor: prove(visitor, arrive(visitor)),
    "confirm": lambda visitor: choose(visitor, prove(visitor, arrive(visitor))),
    "done": finished,
    "failed": lambda visitor: prove(visitor, arrive(visitor), WRONG),
}
# What is there after the page was lost: of a PIN that was typed only half is left, so it is asked for again.
AFTER = {name: name for name in SCREENS} | {"confirm": "new"}
UNUSED = sorted(SCREENS.keys() - {"done"})


def name_of(page: Page) -> str:
    if is_done(page):
        return "done"
    if page.code == "card.wrong-pin":
        return "failed"
    return next(
        name for name, field in (("proof", "proof"), ("new", "new"), ("confirm", "half")) if asks_for(page, field)
    )


def restarted(visiting: Visiting, world: World) -> Visitor:
    """Return a visitor of a kiosk that was started anew, with the card of before."""

    class Same(Table):
        def __init__(self, _files: object) -> None:
            super().__init__({LOCKED: world.folder / f"{LOCKED}.json"})

    return visiting("fresh", table=Same, service=world.url)


def struck(at_reset: Callable[[], None]) -> type[Table]:
    """Return places where something happens as soon as a card has obeyed the reset."""

    class Struck(Table):
        def open(self, place_id: str) -> Link:
            return _Struck(super().open(place_id), at_reset)

    return Struck


class _Struck(Around):
    def __init__(self, inner: Link, at_reset: Callable[[], None]) -> None:
        super().__init__(inner)
        self._at_reset = at_reset

    def transmit(self, command: bytes) -> bytes:
        answer = super().transmit(command)
        if command[1] == Ins.RESET_RETRY_COUNTER:
            self._at_reset()
        return answer


def card_leaves() -> None:
    raise CardTrouble("card.removed")


@pytest.mark.parametrize("screen", SCREENS)
def test_browser_that_comes_back_finds_how_things_stand(visitor: Visitor, screen: str) -> None:
    reserve(visitor)
    page = SCREENS[screen](visitor)
    assert name_of(page) == screen
    visitor.client.cookies.clear()
    assert name_of(visitor.go(page.path)) == AFTER[screen]


@pytest.mark.parametrize("screen", SCREENS)
def test_kiosk_that_was_restarted_says_that_the_card_knows_and_the_card_does(
    visiting: Visiting, world: World, screen: str
) -> None:
    visitor = visiting()
    reserve(visitor)
    page = SCREENS[screen](visitor)
    again = restarted(visiting, world)
    over = again.go(page.path)
    assert (over.status, over.code, label("kiosk.over.unknown", "ja") in over.text) == (410, "kiosk.over", True)
    assert again.send(page).code == "web.stale-form"
    world.clock.advance(kiosk_session_life())
    read = arrive(again)
    assert read.code == ("reset.already-done" if screen == "done" else "")
    assert is_done(reset(again, read)) is (screen != "done")
    assert signs(world, PinKind.SIGNATURE, NEW)


@pytest.mark.parametrize("screen", UNUSED)
def test_service_that_went_down_is_told_no_try_is_lost_and_the_reservation_stays(
    visiting: Visiting, world: World, screen: str
) -> None:
    with world.running():
        visitor = visiting(service=world.url)
        reserve(visitor)
        page = SCREENS[screen](visitor)
        left = tries(world, PinKind.AUTHENTICATION)
    typed = {"proof": {"proof": PROOF}, "new": {"new": NEW, "again": NEW}, "confirm": {"step": "write"}, "failed": {}}
    answer = visitor.send(page, form=1 if screen == "failed" else 0, **typed[screen])
    if screen == "new":
        answer = visitor.send(answer, step="write")
    assert (answer.status, answer.code) == (502, "service.unreachable")
    fate = "kiosk.fate.untouched" if screen == "failed" else "kiosk.fate.held"
    assert label(fate, "ja", until=NIGHT + kiosk_session_life()) in answer.text
    assert (tries(world, PinKind.AUTHENTICATION), tries(world, PinKind.SIGNATURE)) == (left, 0)


def test_service_that_went_down_after_the_card_was_reset_is_no_failure_of_the_reset(
    visiting: Visiting, world: World
) -> None:
    with ExitStack() as stack:
        stack.enter_context(world.running())
        visitor = visiting(service=world.url, table=struck(stack.close))
        reserve(visitor)
        answer = reset(visitor, arrive(visitor), step="write")
    assert (answer.status, answer.code) == (502, "terminal.receipt-waiting")
    assert label("kiosk.fate.used", "ja") in answer.text
    assert signs(world, PinKind.SIGNATURE, NEW)
    with world.running():
        assert arrive(restarted(visiting, world)).code == "reset.already-done"


def test_card_that_left_after_it_obeyed_is_asked_and_knows(visiting: Visiting, world: World) -> None:
    visitor = visiting(table=struck(card_leaves))
    reserve(visitor)
    assert is_done(reset(visitor, arrive(visitor)))
    assert signs(world, PinKind.SIGNATURE, NEW)
