"""How many screens and how many decisions lie between the first screen and each ending. Seven are the most."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

import pytest

from kaijo.errors import WrongPin
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from tests.support.world import NEW_PINS, World, pins_of

from .conftest import Visiting
from .visitor import Page, Visitor
from .walk import WRONG, asks_for, is_done

MOST_SCREENS = 7
SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION


class Count(NamedTuple):
    """What a person sees, from the first screen to the ending, and how often something must be decided."""

    screens: int
    decisions: int


@dataclass
class Person:
    """Somebody in front of the kiosk, who is counted."""

    visitor: Visitor
    screens: int = 0
    decisions: int = 0
    page: Page = field(init=False)

    def see(self, page: Page) -> Page:
        self.screens += 1
        self.page = page
        return page

    def press(self, times: int = 1) -> None:
        self.decisions += times

    def send(self, form: int = 0, **typed: str) -> Page:
        self.press()
        return self.see(self.visitor.send(self.page, form=form, **typed))

    def count(self) -> Count:
        return Count(self.screens, self.decisions)


def begin(person: Person, card: str) -> Page:
    """Go through the menu and place the card."""
    person.see(person.visitor.go("/kiosk"))
    person.press()
    person.see(person.visitor.go("/kiosk/services"))
    person.press(2)  # the card unfolds what is done with it, on the same screen
    person.see(person.visitor.go("/kiosk/place"))
    return person.send(place=card)


def go_on(person: Person, card: str, kind: PinKind) -> Page:
    """Go on from the proof to the end."""
    proof = AUTHENTICATION if kind is SIGNATURE else SIGNATURE
    person.send(proof=pins_of(card)[proof])
    person.send(new=NEW_PINS[kind], again=NEW_PINS[kind])
    return person.send(step="write-and-try")


@pytest.mark.parametrize(("card", "kind"), [("signature-locked", SIGNATURE), ("authentication-locked", AUTHENTICATION)])
def test_straight_way_has_seven_screens_with_one_decision_each(
    visiting: Visiting, world: World, card: str, kind: PinKind
) -> None:
    person = Person(visiting(card))
    world.reserve(open_card(world.folder / f"{card}.json"), card, kind)
    begin(person, card)
    assert is_done(go_on(person, card, kind))
    assert person.count() == Count(screens=MOST_SCREENS, decisions=7)


ENDINGS = {
    "fresh": "reset.no-reservation",
    "both-locked": "terminal.proof-locked",
    "certificate-expired": "terminal.certificate-expired",
    "moved": "reset.certificate-revoked",
    "under-15": "terminal.no-signature-certificate",
    "face-only": "terminal.no-signature-certificate",
    "one-try-left": "reset.no-reservation",
}


@pytest.mark.parametrize("card", ENDINGS)
def test_card_that_cannot_be_reset_here_is_told_on_the_fourth_screen(visiting: Visiting, card: str) -> None:
    person = Person(visiting(card))
    assert begin(person, card).code == ENDINGS[card]
    assert person.count() == Count(screens=4, decisions=4)


def test_closed_kiosk_ends_on_the_first_screen(visitor: Visitor, world: World) -> None:
    world.clock.advance(timedelta(hours=2))
    person = Person(visitor)
    person.see(visitor.go("/kiosk"))
    assert (person.page.forms, person.count()) == ([], Count(screens=1, decisions=0))


def spent(world: World, card: str, tries: int) -> None:
    guard = world.guard(open_card(world.folder / f"{card}.json"))
    for _ in range(tries):
        with pytest.raises(WrongPin):
            guard.verify(AUTHENTICATION, WRONG, shown=guard.tries(AUTHENTICATION))
    guard.close()


def miss(person: Person) -> None:
    person.send(proof=WRONG)
    person.send(form=1)


def stop(person: Person) -> None:
    person.send()


def last_try(person: Person) -> None:
    person.send(form=1, sentence="最後の1回を使います")


Detour = Callable[[Person], None]


@pytest.mark.parametrize(
    ("tries", "detour", "expected"),
    [(0, miss, Count(9, 9)), (2, last_try, Count(8, 8)), (2, stop, Count(5, 5))],
    ids=["missed-once", "last-try-used", "stopped-before-the-last-try"],
)
def test_detours_cost_one_or_two_screens_more(
    visitor: Visitor, world: World, tries: int, detour: Detour, expected: Count
) -> None:
    card = "signature-locked"
    world.reserve(open_card(world.folder / f"{card}.json"), card, SIGNATURE)
    spent(world, card, tries)
    person = Person(visitor)
    begin(person, card)
    detour(person)
    if asks_for(person.page, "proof"):
        assert is_done(go_on(person, card, SIGNATURE))
    assert person.count() == expected
