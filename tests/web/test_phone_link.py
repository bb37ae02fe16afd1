"""A bad link to the card: one cause at a time with its remedy, and the way goes on where it stopped."""

from collections.abc import Callable

import pytest

from kaijo.card.link import Link
from kaijo.errors import CardTrouble
from kaijo.facts.link import LinkCause, link_causes
from kaijo.facts.pins import PinKind
from kaijo.words import label
from tests.support.world import World

from .conftest import Visiting
from .test_walk import tries
from .visitor import Page, Table, Visitor
from .walk import LOCKED, PROOF, WRONG, ask

VERIFY = bytes((0x00, 0x20, 0x00))


def practise(visitor: Visitor, cause: LinkCause) -> list[Page]:
    """Read the card and mend what the page suspects until it is read; return every page, the card's last."""
    pages = [visitor.send(visitor.go("/phone/card"), place=LOCKED, noise=cause.value)]
    while pages[-1].path.startswith("/phone/again/"):
        pages.append(visitor.send(pages[-1]))
    return pages


@pytest.mark.parametrize("cause", LinkCause)
def test_causes_are_looked_for_one_at_a_time_until_the_right_one_is_mended(visitor: Visitor, cause: LinkCause) -> None:
    *broken, card = practise(visitor, cause)
    causes = link_causes()
    expected = causes[: causes.index(cause) + 1]
    assert [page.within("h2")[0] for page in broken] == [
        label(f"phone.bad.cause.{one.value}", "ja") for one in expected
    ]
    assert [label(f"link.ask.{one.value}", "ja") in page.text for page, one in zip(broken, expected, strict=True)] == [
        True
    ] * len(expected)
    assert card.path.startswith("/phone/card/")
    remedy = label(f"link.ask.{cause.value}", "ja")
    assert label("phone.bad.helped", "ja", remedy=remedy) in card.text


def test_reading_spends_no_try_however_often_it_breaks(visitor: Visitor, world: World) -> None:
    practise(visitor, LinkCause.CHARGING)
    assert [tries(world, kind) for kind in PinKind] == [0, 3, 3, 3]


def test_card_that_is_read_well_says_nothing_of_the_link(visitor: Visitor) -> None:
    card = visitor.send(visitor.go("/phone/card"), place=LOCKED, noise="")
    assert card.path.startswith("/phone/card/")
    assert "note" not in [one.get("class") for one in card.all("p")]


class Torn(Table):
    """Places whose card leaves once, at the first command that `at` picks out, before or after the card obeyed."""

    at: Callable[[bytes], bool]
    obeyed: bool
    torn = False

    def open(self, place_id: str) -> Link:
        return _Tearing(super().open(place_id), self)


class _Tearing:
    def __init__(self, link: Link, table: Torn) -> None:
        self._link = link
        self._table = table
        self.place = link.place

    def transmit(self, command: bytes) -> bytes:
        if not self._table.torn and self._table.at(command):
            self._table.torn = True
            if self._table.obeyed:
                self._link.transmit(command)
            raise CardTrouble("card.removed")
        return self._link.transmit(command)

    def power_cycle(self) -> None:
        self._link.power_cycle()

    def close(self) -> None:
        self._link.close()


def is_pin(command: bytes) -> bool:
    return command.startswith(VERIFY) and len(command) > 5


def torn(at: Callable[[bytes], bool], *, obeyed: bool) -> type[Torn]:
    return type("TornThere", (Torn,), {"at": staticmethod(at), "obeyed": obeyed})


@pytest.mark.parametrize(("obeyed", "left"), [(False, 3), (True, 2)])
def test_card_that_leaves_with_the_pin_goes_on_with_a_count_read_anew(
    visiting: Visiting, world: World, *, obeyed: bool, left: int
) -> None:
    visitor = visiting(table=torn(is_pin, obeyed=obeyed))
    page = ask(visitor)
    broken = visitor.send(page, proof=WRONG)
    assert broken.path.startswith("/phone/again/")
    assert label("phone.bad.lead", "ja") in broken.text
    proof = visitor.send(broken)
    assert proof.path.startswith("/phone/proof/")
    assert proof.path != page.path
    assert label("web.pin.tries", "ja", tries_left=left, tries_max=3) in proof.text
    assert visitor.send(proof, proof=PROOF).path.startswith("/phone/reservation/")
    assert tries(world, PinKind.AUTHENTICATION) == 3


def test_old_page_after_a_torn_pin_sends_nothing_on_a_count_that_changed(visiting: Visiting, world: World) -> None:
    visitor = visiting(table=torn(is_pin, obeyed=True))
    page = ask(visitor)
    visitor.send(page, proof=WRONG)
    answer = visitor.send(page, proof=PROOF)
    assert (answer.status, answer.code) == (409, "guard.count-changed")
    assert tries(world, PinKind.AUTHENTICATION) == 2


def test_card_that_leaves_while_the_choice_is_read_goes_on_with_the_choice(visiting: Visiting) -> None:
    armed: list[bool] = []
    visitor = visiting(table=torn(lambda _command: bool(armed), obeyed=False))
    card = visitor.send(visitor.go("/phone/card"), place=LOCKED)
    armed.append(True)
    broken = visitor.send(card, kind="signature")
    assert broken.path.startswith("/phone/again/")
    assert visitor.send(broken).path.startswith("/phone/proof/")


def test_card_that_lies_elsewhere_is_no_bad_link(visiting: Visiting) -> None:
    visitor = visiting(LOCKED)
    page = ask(visitor)
    visitor.post("/table", {**page.forms[0].hidden(), "place": LOCKED, "spot": "kiosk"})
    answer = visitor.send(page, proof=PROOF)
    assert (answer.status, answer.code) == (503, "table.elsewhere")
