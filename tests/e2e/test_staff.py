"""Counter and operations page in a real browser, by keyboard where it matters, each screen looked at."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.world import World
from tests.web.visitor import Table

pytestmark = pytest.mark.browser
HOLDER, CLERK, NEW = "both-locked", "practice-clerk-1", "9753"
DESK = (1280, 900)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    site = pages(
        faces=("home", "counter", "ops"),
        service=world.url,
        places=Table({HOLDER: world.card_file(HOLDER)}),
        clock=world.clock,
        clerks=lambda: app.practice_clerks(world.data),
    )
    with serving(site) as url:
        yield url


def look(page: Page, name: str, lang: Lang) -> None:
    keep(page, f"{name}-{lang}")
    assert (name, faults(page)) == (name, [])


def sign_in(page: Page, world: World) -> None:
    page.locator("[name=clerk]").fill(CLERK)
    page.locator("[name=password]").fill(app.practice_clerks(world.data)[CLERK])
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("lang", LANGS)
def test_holder_with_two_locked_pins_is_served_at_the_counter(
    chromium: Browser, address: str, world: World, lang: Lang
) -> None:
    with screen(chromium, address, DESK) as page:
        page.goto(f"/counter?lang={lang}")
        look(page, "counter-sign-in", lang)
        sign_in(page, world)
        look(page, "counter-day", lang)
        page.goto("/counter/papers/holder-1")
        look(page, "counter-papers", lang)
        for box in page.locator("[name^=seen-]").all():
            box.check()
        page.locator("[name=place]").first.check()
        page.locator("main form button[type=submit], main form button:not([type])").first.click()
        look(page, "counter-case", lang)
        case = page.url
        page.locator("[name=reset-resident]").check()
        with page.expect_navigation():
            page.locator("form[action$='/acts'] button").click()
        side = page.locator("a[href*='/counter/holder/']").get_attribute("href")
        page.goto(str(side))
        look(page, "counter-holder", lang)
        for field in page.locator("input[type=password]").all():
            field.fill(NEW)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        look(page, "counter-holder-done", lang)
        page.goto(case)
        look(page, "counter-case-done", lang)
        page.goto("/counter/journal")
        look(page, "counter-journal", lang)
        page.goto("/ops")
        assert page.locator("h1").inner_text() == label("ops.title", lang)
        look(page, "ops", lang)
    guard = world.guard(open_card(world.folder / f"{HOLDER}.json"))
    guard.verify(PinKind.RESIDENT, NEW, shown=guard.tries(PinKind.RESIDENT))
    guard.close()
