"""A real browser, with scripts off, goes the whole way on the pages and meets what a person would see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import Scheme, screen, too_small
from tests.support.world import NEW_PINS, World, pins_of
from tests.web.visitor import Table

pytestmark = pytest.mark.browser

PERSON = "signature-locked"
PROOF, NEW = pins_of(PERSON)[PinKind.AUTHENTICATION], NEW_PINS[PinKind.SIGNATURE]
SCREENS = {"phone": (360, 740), "narrow": (320, 568), "desktop": (1280, 900), "kiosk": (1080, 1920)}
TARGETS = "button, .button, .top a, footer a, input[type=password], .choice label"


@pytest.fixture
def address(world: World) -> Iterator[str]:
    table = Table({PERSON: world.card_file(PERSON)})
    site = pages(faces=("home", "phone", "kiosk"), service=world.url, places=table, clock=world.clock)
    with serving(site) as url:
        yield url


def press(page: Page, text: str) -> None:
    page.get_by_role("button", name=text, exact=True).click()


def walk(page: Page, lang: Lang) -> Iterator[str]:
    """Go the whole way, yielding the name of each page when it is there."""
    page.goto(f"/?lang={lang}")
    yield "home"
    page.get_by_role("navigation").get_by_role("link", name=label("web.face.phone", lang)).click()
    yield "phone"
    page.get_by_role("link", name=label("phone.start", lang)).click()
    yield "hold"
    page.get_by_label(PERSON).check()
    press(page, label("phone.hold.read", lang))
    yield "card"
    press(page, label("phone.card.reset", lang, kind=PinKind.SIGNATURE))
    yield "proof"
    page.get_by_label(label("word.authentication", lang)).fill("12")
    press(page, label("phone.proof.reserve", lang))
    yield "proof-wrong"
    page.get_by_label(label("word.authentication", lang)).fill(PROOF)
    press(page, label("phone.proof.reserve", lang))
    yield "reservation"
    page.get_by_role("link", name=label("web.home.to-kiosk", lang)).click()
    yield "kiosk"
    place(page, lang)
    yield "proof-at-kiosk"
    page.get_by_label(label("word.authentication", lang), exact=True).fill(PROOF)
    press(page, label("kiosk.proof.on", lang))
    yield "new"
    choose(page, lang, again="ANDERS99")
    yield "new-wrong"
    assert [page.locator(f"#{name}").input_value() for name in ("new", "again")] == ["", ""]
    choose(page, lang, again=NEW)
    yield "confirm"
    press(page, label("kiosk.confirm.write-and-try", lang))
    yield "done"
    press(page, label("kiosk.done.finish", lang))
    yield "take"
    press(page, label("kiosk.take.practice", lang))
    place(page, lang)
    yield "failure"


def place(page: Page, lang: Lang) -> None:
    page.get_by_role("link", name=label("kiosk.menu.services", lang)).click()
    page.locator("summary").click()
    page.get_by_role("link", name=label("kiosk.menu.reset", lang)).click()
    page.get_by_label(PERSON).check()
    press(page, label("kiosk.place.read", lang))


def choose(page: Page, lang: Lang, again: str) -> None:
    page.get_by_label(label("cli.ask-new", lang, kind=PinKind.SIGNATURE), exact=True).fill(NEW)
    page.get_by_label(label("cli.ask-again", lang, kind=PinKind.SIGNATURE), exact=True).fill(again)
    press(page, label("kiosk.new.on", lang))


@pytest.mark.parametrize("lang", LANGS)
def test_locked_card_is_led_back_without_scripts(
    chromium: Browser, address: str, world: World, lang: Lang, tmp_path: Path
) -> None:
    with screen(chromium, address, SCREENS["desktop"], scripts=False) as page:
        seen = []
        for name in walk(page, lang):
            page.wait_for_load_state()
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            seen.append((name, page.locator("h1").inner_text()))
    headings = dict(seen)
    assert headings["reservation"] == label("phone.reservation.title.live", lang)
    assert headings["done"] == label("kiosk.done", lang)
    guard = world.guard(open_card(world.folder / f"{PERSON}.json"))
    assert guard.tries(PinKind.SIGNATURE).tries_left == 5
    guard.verify(PinKind.SIGNATURE, NEW, shown=guard.tries(PinKind.SIGNATURE))
    guard.close()


@pytest.mark.parametrize("size", SCREENS)
def test_pages_fit_the_screen_and_a_finger(chromium: Browser, address: str, size: str, tmp_path: Path) -> None:
    too_wide, missed = [], []
    scheme: Scheme = "dark" if size == "desktop" else "light"
    with screen(chromium, address, SCREENS[size], scheme=scheme, scripts=False) as page:
        for name in walk(page, "ja"):
            page.wait_for_load_state()
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            if page.evaluate("document.documentElement.scrollWidth") > SCREENS[size][0]:
                too_wide.append(name)
            missed += [(name, text) for text in too_small(page, TARGETS)]
    assert (too_wide, missed) == ([], [])
