"""The certificates that are on the phone, on its pages: a finger in place of a PIN, and resetting the phone's PINs."""

from collections.abc import Iterator

import pytest

from kaijo.facts.pins import PinKind
from kaijo.words import LANGS, Lang, label
from tests.support.canary import found
from tests.support.world import World

from .phones import CARD_PIN, LOGIN, NEXT_SEASON, SIGN, begin, lock, own, sign_in, type_pins, visiting_phones
from .test_phone_link import is_pin, torn
from .visitor import Page, Visitor

AUTHENTICATION, SIGNATURE = PinKind.AUTHENTICATION, PinKind.SIGNATURE
TITLE = label("filing.return.title", "en", year=2027)


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    with visiting_phones(world) as visitor:
        visitor.go("/phone?lang=en")
        type_pins(visitor, begin(visitor))
        yield visitor


def act(visitor: Visitor, what: str, kind: PinKind = AUTHENTICATION) -> Page:
    return visitor.send(own(visitor), act=what, kind=kind.value)


def switch_on(visitor: Visitor, pin: str = LOGIN) -> Page:
    return visitor.send(act(visitor, "on"), pin=pin)


def renew(visitor: Visitor, page: Page, proof: str, new: str, again: str | None = None) -> Page:
    return visitor.send(page, proof=proof, new=new, again=new if again is None else again)


@pytest.mark.parametrize("lang", LANGS)
def test_finger_is_off_until_its_pin_was_typed_and_says_that_it_is_none(visitor: Visitor, lang: Lang) -> None:
    visitor.go(f"/phone?lang={lang}")
    texts = [own(visitor).text, switch_on(visitor).text, act(visitor, "off").text]
    assert [label("phone.finger.on", lang) in text for text in texts] == [False, True, False]
    assert [label("phone.finger.not-real", lang) in text for text in texts] == [True] * 3
    assert [pin for pin in (CARD_PIN, LOGIN, SIGN) if found(pin, visitor.words().encode())] == []


def test_wrong_pin_sent_twice_switches_nothing_on_and_spends_one_try(visitor: Visitor) -> None:
    page = act(visitor, "on")
    assert [visitor.send(page, pin="0000").code for _ in range(2)] == ["phonecert.wrong-pin"] * 2
    shown = own(visitor).text
    assert label("web.pin.tries", "en", tries_left=2, tries_max=3) in shown
    assert label("phone.finger.off", "en") in shown


def test_wrong_form_is_told_and_spends_no_try(visitor: Visitor) -> None:
    wrong = visitor.send(act(visitor, "on"), pin="x")
    assert (wrong.status, label("web.pin.tries", "en", tries_left=3, tries_max=3) in wrong.text) == (422, True)


def test_finger_is_never_for_signing(visitor: Visitor) -> None:
    page = act(visitor, "on", SIGNATURE)
    assert visitor.send(page, pin=SIGN).code == "phonecert.biometric-not-for"
    assert visitor.post(own(visitor).path, page.forms[0].hidden()).code == "web.bad-form"


def test_desk_opens_to_a_finger_and_asks_for_the_pin_when_it_does_not_match(visitor: Visitor, world: World) -> None:
    switch_on(visitor)
    lock(world)
    world.clock.advance(NEXT_SEASON)
    page = sign_in(visitor)
    assert label("phone.finger.not-real", "en") in page.text
    missed = visitor.send(page, finger="other")
    assert label("filing.finger.or", "en") in missed.text
    assert label("web.pin.tries", "en", tries_left=4, tries_max=5) in missed.text
    assert visitor.send(page, finger="own").path == missed.path
    assert visitor.send(missed, finger="own").within("h1") == [TITLE]
    assert visitor.send(visitor.send(sign_in(visitor), finger="other"), form=1, login=LOGIN).within("h1") == [TITLE]


def test_finger_that_stopped_leaves_the_pin_alone(visitor: Visitor, world: World) -> None:
    switch_on(visitor)
    world.clock.advance(NEXT_SEASON)
    page = sign_in(visitor)
    for _ in range(5):
        page = visitor.send(page, finger="other")
    assert (label("phone.finger", "en") in page.text, len(page.forms)) == (False, 1)
    assert label("web.pin.tries", "en", tries_left=3, tries_max=3) in page.text
    assert visitor.send(page, login=LOGIN).within("h1") == [TITLE]
    assert label("phone.finger", "en") in sign_in(visitor).text


def test_finger_opens_where_the_pin_has_its_last_try(visitor: Visitor, world: World) -> None:
    switch_on(visitor)
    world.clock.advance(NEXT_SEASON)
    for _ in range(2):
        visitor.send(sign_in(visitor), form=1, login="0000")
    page = sign_in(visitor)
    assert label("filing.finger.shut", "en") in page.text
    pressed = visitor.post(page.path, {**page.forms[0].hidden(), "login": LOGIN})
    assert pressed.code == "phonecert.last-try"
    assert visitor.send(sign_in(visitor), finger="own").within("h1") == [TITLE]


def test_card_takes_no_finger(visitor: Visitor) -> None:
    page = visitor.send(visitor.go("/filing"), place="fresh", act="file")
    assert visitor.send(page, finger="own").code == "web.bad-form"


def test_phones_signature_pin_resets_the_other_even_while_the_card_is_locked(visitor: Visitor, world: World) -> None:
    lock(world)
    world.clock.advance(NEXT_SEASON)
    for _ in range(2):
        visitor.send(sign_in(visitor), login="0000")
    page = act(visitor, "reset")
    assert label("web.pin.tries", "en", tries_left=5, tries_max=5) in page.text
    differing = renew(visitor, page, SIGN, "8462", "8463")
    marked = [one["name"] for one in differing.forms[0].inputs if "aria-invalid" in one]
    assert (differing.status, marked) == (422, ["again"])
    done = renew(visitor, page, SIGN, "8462")
    assert done.within("h1") == [label("phone.renewed.title", "en", kind=AUTHENTICATION)]
    assert renew(visitor, page, SIGN, "8462").path == done.path
    assert visitor.send(sign_in(visitor), login="8462").within("h1") == [TITLE]
    assert act(visitor, "reset", SIGNATURE).code == "card.locked"
    assert [pin for pin in (SIGN, "8462") if found(pin, visitor.words().encode())] == []


def test_cards_signature_pin_resets_the_phones(visitor: Visitor, world: World) -> None:
    page = act(visitor, "reset", SIGNATURE)
    assert renew(visitor, page, "WRONG999", "RENEWED77").code == "card.wrong-pin"
    page = act(visitor, "reset", SIGNATURE)
    assert label("web.pin.tries", "en", tries_left=4, tries_max=5) in page.text
    assert renew(visitor, page, CARD_PIN, "RENEWED77").within("h1") == [
        label("phone.renewed.title", "en", kind=SIGNATURE)
    ]
    world.clock.advance(NEXT_SEASON)
    page = visitor.send(sign_in(visitor), login=LOGIN)
    done = visitor.send(page, kind="white", revenue="100", expenses="40", tax="0", sign="RENEWED77")
    assert done.within("h1") == [label("filing.receipt.title", "en")]


def test_last_try_of_the_phones_signature_pin_resets_nothing(visitor: Visitor) -> None:
    for _ in range(4):
        assert renew(visitor, act(visitor, "reset"), "WRONG999", "8462").code == "phonecert.wrong-pin"
    assert act(visitor, "reset").code == "phonecert.last-try"


@pytest.mark.parametrize("kind", [AUTHENTICATION, SIGNATURE])
def test_card_that_leaves_while_a_pin_is_reset_goes_on_where_it_stopped(world: World, kind: PinKind) -> None:
    armed: list[bool] = []
    proof, new = (SIGN, "8462") if kind is AUTHENTICATION else (CARD_PIN, "RENEWED77")
    at = (lambda _sent: bool(armed)) if kind is AUTHENTICATION else (lambda sent: bool(armed) and is_pin(sent))
    with visiting_phones(world, torn(at, obeyed=False)) as visitor:
        type_pins(visitor, begin(visitor))
        page = act(visitor, "reset", kind)
        armed.append(True)
        broken = renew(visitor, page, proof, new)
        assert (broken.path.startswith("/phone/again/"), label("phone.own.broken", "ja") in broken.text) == (True, True)
        again = visitor.send(broken)
        assert renew(visitor, again, proof, new).within("h1") == [label("phone.renewed.title", "ja", kind=kind)]


def test_card_without_a_phone_has_no_such_page(visitor: Visitor, world: World) -> None:
    page = own(visitor)
    (world.folder / "phones" / "fresh.json").unlink()
    assert visitor.go(page.path).code == "web.over"
