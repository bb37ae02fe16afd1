"""The phone's certificates on the pages: set up beside a working card, filing while it is locked, without scripts."""

from collections.abc import Iterator

import pytest

from kaijo.facts.pins import PinKind
from kaijo.words import LANGS, Lang, label
from tests.support.canary import found
from tests.support.world import World

from .phones import CARD_PIN, LOGIN, NEW, NEXT_SEASON, PERSON, SIGN, begin, lock, sign_in, type_pins, visiting_phones
from .test_phone_link import is_pin, torn
from .visitor import Visitor
from .walk import look

SIGN_COMMAND = bytes((0x80, 0x2A, 0x00))


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    with visiting_phones(world) as visitor:
        yield visitor


@pytest.mark.parametrize("lang", LANGS)
def test_phone_is_set_up_and_shown_with_its_end(visitor: Visitor, lang: Lang) -> None:
    visitor.go(f"/phone?lang={lang}")
    page = begin(visitor)
    done = type_pins(visitor, page)
    assert done.within("h1") == [label("phone.certificate.done", lang)]
    assert type_pins(visitor, page).path == done.path
    shown = look(visitor, PERSON).text
    codes = ("phone.certificate.anew", "phone.certificate.none", "phone.certificate.files")
    assert [label(code, lang) in shown for code in codes] == [True, False, False]
    assert [pin for pin in (CARD_PIN, LOGIN, SIGN) if found(pin, visitor.words().encode())] == []


def test_phone_files_on_the_pages_while_the_card_is_locked(visitor: Visitor, world: World) -> None:
    visitor.go("/phone?lang=en")
    type_pins(visitor, begin(visitor))
    lock(world)
    shown = look(visitor, PERSON)
    codes = ("phone.certificate.files", "phone.certificate.to-filing", "phone.certificate.anew")
    assert [label(code, "en") in shown.text for code in codes] == [True, True, False]
    early = visitor.send(sign_in(visitor), login=LOGIN)
    assert early.code == "filing.certificate-too-new"
    world.clock.advance(NEXT_SEASON)
    page = sign_in(visitor)
    wrong = visitor.send(page, login="0000")
    assert (wrong.code, "2" in wrong.text) == ("phonecert.wrong-pin", True)
    page = visitor.send(sign_in(visitor), login=LOGIN)
    done = visitor.send(page, kind="white", revenue="100", expenses="40", tax="0", sign=SIGN)
    assert done.within("h1") == [label("filing.receipt.title", "en")]
    assert [pin for pin in (LOGIN, SIGN) if found(pin, visitor.words().encode())] == []


def test_wrong_form_makes_nothing_and_costs_no_try(visitor: Visitor) -> None:
    page = begin(visitor)
    sent = NEW | {"authentication-again": "7392", "signature-new": "short"}
    wrong = type_pins(visitor, page, "?", sent)
    marked = [one["name"] for form in wrong.forms for one in form.inputs if "aria-invalid" in one]
    assert (wrong.status, marked) == (422, ["card", "authentication-again", "signature-new"])
    refused = type_pins(visitor, page, "WRONG999")
    assert (refused.code, label("phone.certificate.none", "ja") in look(visitor, PERSON).text) == (
        "card.wrong-pin",
        True,
    )


@pytest.mark.parametrize("obeyed", [False, True])
def test_card_that_leaves_while_the_phone_is_set_up_goes_on_where_the_pins_are_typed(
    world: World, *, obeyed: bool
) -> None:
    with visiting_phones(world, torn(is_pin, obeyed=obeyed)) as visitor:
        page = begin(visitor)
        broken = type_pins(visitor, page)
        assert broken.path.startswith("/phone/again/")
        assert label("phone.own.broken", "ja") in broken.text
        assert [pin for pin in (CARD_PIN, LOGIN, SIGN) if found(pin, visitor.words().encode())] == []
        again = visitor.send(broken)
        assert (again.path.startswith("/phone/certificate/"), again.path == page.path) == (True, False)
        assert type_pins(visitor, again).within("h1") == [label("phone.certificate.done", "ja")]


def test_card_that_leaves_when_the_set_up_begins_is_read_again_and_goes_on(world: World) -> None:
    armed: list[bool] = []
    with visiting_phones(world, torn(lambda _command: bool(armed), obeyed=False)) as visitor:
        card = look(visitor, PERSON)
        armed.append(True)
        broken = visitor.send(card, form=len(card.forms) - 1)
        steps = [label(f"phone.bad.{code}", "ja") for code in ("got.own", "done", "open")]
        assert [step in broken.text for step in steps] == [True] * 3
        assert visitor.send(broken).path.startswith("/phone/certificate/")


def test_signature_that_breaks_off_leaves_the_old_certificates_in_force(world: World) -> None:
    armed: list[bool] = []
    with visiting_phones(
        world, torn(lambda sent: bool(armed) and sent.startswith(SIGN_COMMAND), obeyed=True)
    ) as visitor:
        type_pins(visitor, begin(visitor))
        file = world.folder / "phones" / f"{PERSON}.json"
        before = file.read_bytes()
        page = begin(visitor)
        armed.append(True)
        broken = type_pins(visitor, page, new=NEW | {"authentication-new": "5050", "authentication-again": "5050"})
        assert (broken.path.startswith("/phone/again/"), file.read_bytes() == before) == (True, True)
        world.clock.advance(NEXT_SEASON)
        page = visitor.send(sign_in(visitor), login=LOGIN)
        assert page.within("h1") == [label("filing.return.title", "ja", year=2027)]


def test_card_that_was_swapped_sets_nothing_up(visitor: Visitor, world: World) -> None:
    page = begin(visitor)
    world.folder.joinpath(f"{PERSON}.json").write_bytes(world.folder.joinpath("one-try-left.json").read_bytes())
    assert type_pins(visitor, page).code == "web.other-card"


@pytest.mark.parametrize(("person", "said"), [("one-try-left", True), ("under-15", False)])
def test_card_that_cannot_set_it_up_has_no_button(visitor: Visitor, person: str, said: bool) -> None:
    shown = look(visitor, person)
    shut = label("phone.certificate.shut", "ja", kind=PinKind.SIGNATURE)
    assert (shut in shown.text, label("phone.certificate.set-up", "ja") in shown.text) == (said, False)


def test_phone_that_is_not_there_files_nothing(visitor: Visitor) -> None:
    page = visitor.go("/filing")
    assert (len(page.forms), visitor.send(page, place=PERSON, act="phone").code) == (1, "web.unknown-place")
