"""The rehearsal on the desk's pages with the phone in place of the card, by PIN or by the practice finger."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kaijo.facts.pins import PinKind
from kaijo.words import LANGS, Lang, label
from tests.support.canary import found
from tests.support.world import World

from .phones import LOGIN, NEXT_SEASON, PERSON, SIGN, begin, lock, own, rehearse, sign_in, type_pins, visiting_phones
from .visitor import Page, Visitor


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    with visiting_phones(world) as visitor:
        visitor.go("/phone?lang=en")
        type_pins(visitor, begin(visitor))
        yield visitor


def switch_on(visitor: Visitor) -> None:
    page = visitor.send(own(visitor), act="on", kind="authentication")
    visitor.send(page, pin=LOGIN)


def acts(page: Page) -> list[str]:
    return [one["class"] for one in page.all("li") if one.get("class") in {"good", "bad", "untried"}][:4]


@pytest.mark.parametrize("lang", LANGS)
def test_phone_is_rehearsed_while_the_card_is_locked(visitor: Visitor, world: World, lang: Lang) -> None:
    lock(world)
    world.clock.advance(NEXT_SEASON)
    visitor.go(f"/filing?lang={lang}")
    page = rehearse(visitor)
    assert label("filing.phone.pin", lang, kind=PinKind.SIGNATURE) in page.text
    done = visitor.send(page, login=LOGIN, sign=SIGN)
    assert done.within("h1") == [label("filing.rehearsed.works", lang)]
    assert [label(f"rehearsal.act.{act}", lang) in done.text for act in ("phone", "card")] == [True, False]
    assert visitor.send(page, login=LOGIN, sign=SIGN).path == done.path
    assert [pin for pin in (LOGIN, SIGN) if found(pin, visitor.words().encode())] == []


def test_certificates_of_today_are_found_too_new(visitor: Visitor) -> None:
    done = visitor.send(rehearse(visitor), login=LOGIN, sign=SIGN)
    assert (acts(done), label("filing.rehearsed.fails", "en") in done.text) == (
        ["good", "bad", "good", "untried"],
        True,
    )


def test_wrong_pin_is_found_once_and_told_with_the_phones_words(visitor: Visitor, world: World) -> None:
    world.clock.advance(NEXT_SEASON)
    page = rehearse(visitor)
    done = visitor.send(page, login="0000", sign=SIGN)
    assert visitor.send(page, login="0000", sign=SIGN).path == done.path
    assert (acts(done), "reset-own" in done.text) == (["good", "bad", "good", "untried"], True)
    again = rehearse(visitor)
    assert label("web.pin.tries", "en", tries_left=2, tries_max=3) in again.text


def test_last_try_is_not_asked_for(visitor: Visitor, world: World) -> None:
    world.clock.advance(NEXT_SEASON)
    for _ in range(2):
        visitor.send(rehearse(visitor), login="0000", sign=SIGN)
    page = rehearse(visitor)
    assert [one["name"] for one in page.forms[0].inputs if one["type"] == "password"] == ["sign"]
    done = visitor.send(page, login=LOGIN, sign=SIGN)
    assert acts(done) == ["good", "bad", "good", "untried"]
    assert sign_in(visitor).code == "phonecert.last-try"


def test_wrong_form_is_told_before_anything_is_tried(visitor: Visitor) -> None:
    wrong = visitor.send(rehearse(visitor), login="x", sign=SIGN)
    assert (wrong.status, [one["name"] for one in wrong.forms[0].inputs if "aria-invalid" in one]) == (422, ["login"])


@pytest.mark.parametrize(
    ("finger", "login", "expected"),
    [
        ("own", "", ["good"] * 4),
        ("other", LOGIN, ["good"] * 4),
        ("other", "", ["good", "bad", "good", "untried"]),
        ("", LOGIN, ["good"] * 4),
    ],
)
def test_finger_is_rehearsed_and_the_pin_counts_where_it_does_not_match(
    visitor: Visitor, world: World, finger: str, login: str, expected: list[str]
) -> None:
    switch_on(visitor)
    world.clock.advance(NEXT_SEASON)
    page = rehearse(visitor)
    assert label("phone.finger.not-real", "en") in page.text
    done = visitor.send(page, finger=finger, login=login, sign=SIGN)
    assert acts(done) == expected
    shown = own(visitor).text
    assert label("web.pin.tries", "en", tries_left=3, tries_max=3) in shown
    missed = label("web.pin.tries", "en", tries_left=4, tries_max=5)
    assert (missed in shown) == (finger == "other" and not login)


def test_card_takes_no_finger_and_an_empty_pin_needs_one(visitor: Visitor) -> None:
    page = visitor.send(visitor.go("/filing"), place=PERSON, act="rehearse")
    assert visitor.send(page, finger="own", login=LOGIN, sign=SIGN).code == "web.bad-form"
    assert visitor.send(rehearse(visitor), finger="", login="", sign=SIGN).status == 422


def test_desk_that_is_shut_rehearses_with_the_phone_too(visitor: Visitor, world: World) -> None:
    world.clock.advance(timedelta(hours=6))
    page = visitor.go("/filing")
    values = [[one.get("value") for one in form.buttons] for form in page.forms]
    assert values == [["rehearse"], ["rehearse-phone"]]
