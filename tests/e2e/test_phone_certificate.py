"""The phone's certificates in a real browser under the eyes of axe: set up beside the card, then used to sign in."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.web import Phones, pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, screen
from tests.support.world import World, pins_of
from tests.web.visitor import Table

from .phone import PHONE, choose, press

pytestmark = pytest.mark.browser
PERSON = "fresh"
CARD_PIN = pins_of(PERSON)[PinKind.SIGNATURE]
NEW = {"authentication": "7391", "signature": "PHONE2027"}


@pytest.fixture
def address(world: World) -> Iterator[str]:
    folder = world.folder / "phones"
    folder.mkdir()
    with app.serving(app.filing_desk(world.folder / "filing", world.clock)) as desk:
        made = pages(
            faces=("home", "phone", "filing"),
            service=world.url,
            places=Table({PERSON: world.card_file(PERSON)}),
            clock=world.clock,
            filing=desk,
            phones=Phones(folder, partial(app.PracticePhoneIssuer, world.clock)),
        )
        with app.serving(made) as url:
            yield url


@pytest.mark.parametrize("lang", LANGS)
def test_every_screen_of_the_phones_certificates_is_in_order(chromium: Browser, address: str, lang: Lang) -> None:
    with screen(chromium, address, PHONE, many_pins=True) as page:
        seen = {}
        page.goto(f"/phone?lang={lang}")
        choose(page, lang, PERSON)
        seen["card"] = faults(page)
        press(page, "phone.certificate.set-up", lang)
        seen["form"] = faults(page)
        press(page, "phone.certificate.go", lang)
        seen["wrong"] = faults(page)
        page.locator("#card").fill(CARD_PIN)
        for kind, pin in NEW.items():
            page.locator(f"#{kind}-new").fill(pin)
            page.locator(f"#{kind}-again").fill(pin)
        press(page, "phone.certificate.go", lang)
        assert page.locator("h1").inner_text() == label("phone.certificate.done", lang)
        seen["done"] = faults(page)
        choose(page, lang, PERSON)
        seen["card-after"] = faults(page)
        page.goto("/filing")
        seen["desk"] = faults(page)
        page.locator(f"section button[value={PERSON}]").click()
        assert page.locator("h1").inner_text() == label("filing.sign-in.title", lang)
        seen["sign-in"] = faults(page)
    assert {name: found for name, found in seen.items() if found} == {}
