"""The phone's certificates on the pages: set up beside a working card, filing while it is locked, without scripts."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial

import pytest

from kaijo import app
from kaijo.card.guard import Guard, LastTryConsent
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import Phones, pages
from kaijo.words import LANGS, Lang, label
from tests.support.world import World, pins_of

from .visitor import Page, Table, Visitor
from .walk import look

PERSON = "fresh"
NEXT_SEASON = timedelta(days=303, hours=12)
CARD_PIN = pins_of(PERSON)[PinKind.SIGNATURE]
LOGIN, SIGN = "7391", "PHONE2027"
NEW = {"authentication-new": LOGIN, "authentication-again": LOGIN, "signature-new": SIGN, "signature-again": SIGN}


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    folder = world.folder / "phones"
    folder.mkdir()
    table = Table({name: world.card_file(name) for name in (PERSON, "one-try-left", "under-15")})
    with app.serving(app.filing_desk(world.folder / "filing", world.clock)) as desk:
        made = pages(
            faces=("home", "phone", "filing"),
            service=world.url,
            places=table,
            clock=world.clock,
            filing=desk,
            phones=Phones(folder, partial(app.PracticePhoneIssuer, world.clock)),
        )
        with Visitor(made) as visitor:
            yield visitor


def begin(visitor: Visitor) -> Page:
    """Go to the page that asks for the card's PIN and the phone's new ones."""
    page = look(visitor, PERSON)
    return visitor.send(page, form=len(page.forms) - 1)


def type_pins(visitor: Visitor, page: Page, card: str, new: Mapping[str, str] = NEW) -> Page:
    """Type the card's PIN and the phone's new ones."""
    return visitor.post(page.path, {**page.forms[0].hidden(), "card": card, **new})


def lock(world: World) -> None:
    guard = Guard(open_card(world.folder / f"{PERSON}.json"), world.clock)
    while not (shown := guard.tries(PinKind.SIGNATURE)).locked:
        with pytest.raises(Refused):
            guard.verify(PinKind.SIGNATURE, "WRONG999", shown=shown, consent=LastTryConsent(shown))
    guard.close()


@pytest.mark.parametrize("lang", LANGS)
def test_phone_is_set_up_and_shown_with_its_end(visitor: Visitor, lang: Lang) -> None:
    visitor.go(f"/phone?lang={lang}")
    page = begin(visitor)
    done = type_pins(visitor, page, CARD_PIN)
    assert done.within("h1") == [label("phone.certificate.done", lang)]
    assert type_pins(visitor, page, CARD_PIN).path == done.path
    shown = look(visitor, PERSON).text
    codes = ("phone.certificate.anew", "phone.certificate.none", "phone.certificate.files")
    assert [label(code, lang) in shown for code in codes] == [True, False, False]
    assert [pin for pin in (CARD_PIN, LOGIN, SIGN) if pin in visitor.words()] == []


def test_phone_files_on_the_pages_while_the_card_is_locked(visitor: Visitor, world: World) -> None:
    visitor.go("/phone?lang=en")
    type_pins(visitor, begin(visitor), CARD_PIN)
    lock(world)
    shown = look(visitor, PERSON)
    codes = ("phone.certificate.files", "phone.certificate.to-filing", "phone.certificate.anew")
    assert [label(code, "en") in shown.text for code in codes] == [True, True, False]
    early = visitor.send(visitor.send(visitor.go("/filing"), form=1, place=PERSON), login=LOGIN)
    assert early.code == "filing.certificate-too-new"
    world.clock.advance(NEXT_SEASON)
    page = visitor.send(visitor.go("/filing"), form=1, place=PERSON)
    wrong = visitor.send(page, login="0000")
    assert (wrong.code, "2" in wrong.text) == ("card.wrong-pin", True)
    page = visitor.send(visitor.send(visitor.go("/filing"), form=1, place=PERSON), login=LOGIN)
    done = visitor.send(page, kind="white", revenue="100", expenses="40", tax="0", sign=SIGN)
    assert done.within("h1") == [label("filing.receipt.title", "en")]
    assert [pin for pin in (LOGIN, SIGN) if pin in visitor.words()] == []


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


@pytest.mark.parametrize(("person", "said"), [("one-try-left", True), ("under-15", False)])
def test_card_that_cannot_set_it_up_has_no_button(visitor: Visitor, person: str, said: bool) -> None:
    shown = look(visitor, person)
    shut = label("phone.certificate.shut", "ja", kind=PinKind.SIGNATURE)
    assert (shut in shown.text, label("phone.certificate.set-up", "ja") in shown.text) == (said, False)


def test_phone_that_is_not_there_files_nothing(visitor: Visitor) -> None:
    page = visitor.go("/filing")
    assert (len(page.forms), visitor.send(page, place=PERSON, act="phone").code) == (1, "web.unknown-place")
