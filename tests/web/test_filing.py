"""The practice desk's pages: from the card to the receipt, and the rehearsal, without scripts."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest

from kaijo import app
from kaijo.clock import JST
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import pages
from kaijo.words import label
from tests.support.world import World, pins_of

from .visitor import Page, Table, Visitor

PINS = pins_of("fresh")
PERSONS = ("fresh", "signature-locked", "one-try-left", "under-15")


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    desk = app.filing_desk(world.folder / "filing", world.clock)
    with app.serving(desk) as url:
        table = Table({name: world.card_file(name) for name in PERSONS})
        made = pages(faces=("home", "filing"), service=world.url, places=table, clock=world.clock, filing=url)
        with Visitor(made) as visitor:
            yield visitor


def hand_in(visitor: Visitor, page: Page) -> Page:
    signed = PINS[PinKind.SIGNATURE]
    return visitor.send(page, kind="blue", revenue="3,000,000", expenses="1,200,000", tax="90000", sign=signed)


def test_return_is_filed_from_the_card_to_the_receipt(visitor: Visitor) -> None:
    page = visitor.send(visitor.go("/filing?lang=en"), place="fresh", act="file")
    assert page.within("h1") == [label("filing.sign-in.title", "en")]
    page = visitor.send(page, login=PINS[PinKind.AUTHENTICATION])
    wrong = visitor.send(page, kind="blue", revenue="three", expenses="1", tax="1", sign=PINS[PinKind.SIGNATURE])
    assert (wrong.status, "Enter the revenue in figures" in wrong.text) == (422, True)
    done = hand_in(visitor, page)
    assert done.within("h1") == [label("filing.receipt.title", "en")]
    assert "RENSHU-2026-000001" in done.text
    again = hand_in(visitor, page)
    assert again.path == done.path


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_says_practice(visitor: Visitor, lang: str) -> None:
    first = visitor.go(f"/filing?lang={lang}")
    rehearse = visitor.send(first, place="fresh", act="rehearse")
    done = visitor.send(rehearse, login=PINS[PinKind.AUTHENTICATION], sign=PINS[PinKind.SIGNATURE])
    for page in (first, rehearse, done):
        assert label("filing.mark-text", "en" if lang == "en" else "ja") in page.text
    assert label("filing.rehearsed.works", "en" if lang == "en" else "ja") in done.text


def test_wrong_pin_is_told_and_no_pin_comes_back(visitor: Visitor) -> None:
    page = visitor.send(visitor.go("/filing?lang=en"), place="fresh", act="file")
    wrong = visitor.send(page, login="0000")
    assert (wrong.status, "card.wrong-pin" in wrong.text, "0000" in wrong.text) == (409, True, False)
    short = visitor.send(visitor.send(visitor.go("/filing"), place="fresh", act="file"), login="12")
    assert short.status == 422


@pytest.mark.parametrize("kind", [PinKind.AUTHENTICATION, PinKind.SIGNATURE])
def test_last_try_has_a_page_of_its_own_and_goes_on_after_the_sentence(
    visitor: Visitor, world: World, kind: PinKind
) -> None:
    world.miss("fresh", kind)
    page = visitor.send(visitor.go("/filing?lang=en"), place="fresh", act="file")
    assert page.path.startswith("/filing/last/")
    assert page.within("h1") == [label("web.last.title", "en", kind=kind)]
    assert label("filing.mark-text", "en") in page.text
    assert [one["href"] for one in page.all("a") if one.get("class") == "button"] == ["/filing"]
    refused = visitor.send(page, sentence="yes")
    assert (refused.status, refused.code) == (409, "guard.last-try")
    key = page.path.rsplit("/", 1)[1]
    assert visitor.go(f"/filing/sign-in/{key}").path == "/filing"
    page = visitor.send(page, sentence=label("stop.sentence", "en"))
    assert page.path.startswith("/filing/sign-in/")
    page = visitor.send(page, login=PINS[PinKind.AUTHENTICATION])
    assert page.path.startswith("/filing/return/")
    assert hand_in(visitor, page).path.startswith("/filing/receipt/")
    with closing(world.guard(open_card(world.folder / "fresh.json"))) as guard:
        assert guard.tries(kind).tries_left == guard.tries(kind).tries_max


@pytest.mark.parametrize("kind", [PinKind.AUTHENTICATION, PinKind.SIGNATURE])
def test_last_try_is_not_spent_past_its_page(visitor: Visitor, world: World, kind: PinKind) -> None:
    world.miss("fresh", kind)
    page = visitor.send(visitor.go("/filing?lang=en"), place="fresh", act="file")
    key = page.path.rsplit("/", 1)[1]
    typed = {**page.forms[0].hidden(), "login": PINS[PinKind.AUTHENTICATION]}
    early = visitor.post(f"/filing/sign-in/{key}", typed)
    if kind is PinKind.SIGNATURE:  # the other PIN may be used; the one held back is not asked for
        early = hand_in(visitor, early)
    assert (early.status, early.code) == (409, "guard.last-try")


@pytest.mark.parametrize("person", ["one-try-left", "signature-locked"])
def test_no_pin_is_asked_for_while_the_signature_pin_is_locked(visitor: Visitor, person: str) -> None:
    answer = visitor.send(visitor.go("/filing?lang=en"), place=person, act="file")
    assert (answer.status, answer.code) == (409, "card.locked")


@pytest.mark.parametrize(("person", "status"), [("one-try-left", 200), ("signature-locked", 200), ("under-15", 200)])
def test_rehearsal_of_persons_in_trouble_tells_what_fails(visitor: Visitor, person: str, status: int) -> None:
    page = visitor.send(visitor.go("/filing?lang=en"), place=person, act="rehearse")
    pin = pins_of(person)[PinKind.AUTHENTICATION]
    done = visitor.send(page, login=pin) if person == "signature-locked" else visitor.send(page)
    assert (done.status, label("filing.rehearsed.fails", "en") in done.text) == (status, True)


def test_desk_that_is_shut_offers_the_rehearsal_alone(visitor: Visitor, world: World) -> None:
    world.clock.advance(datetime(2027, 3, 16, 3, 0, tzinfo=JST) - world.clock.now())
    text = visitor.go("/filing?lang=en").text
    assert (label("filing.go", "en") in text, label("filing.go-rehearse", "en") in text) == (False, True)
