"""The practice filing desk in a real browser under the eyes of axe: from card to receipt, and the rehearsal."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.world import World, pins_of
from tests.web.visitor import Table

pytestmark = pytest.mark.browser
PINS = pins_of("fresh")
PHONE = (390, 844)


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with app.serving(app.filing_desk(world.folder / "filing", world.clock)) as desk:
        table = Table({"fresh": world.card_file("fresh")})
        made = pages(faces=("home", "filing"), service=world.url, places=table, clock=world.clock, filing=desk)
        with app.serving(made) as url:
            yield url


@pytest.mark.parametrize("lang", LANGS)
def test_every_screen_of_the_desk_is_in_order(chromium: Browser, address: str, lang: Lang) -> None:
    with screen(chromium, address, PHONE) as page:
        seen = {}

        def look(name: str) -> None:
            seen[name] = faults(page)
            keep(page, f"filing-{name}-{lang}")

        page.goto(f"/filing?lang={lang}")
        look("start")
        page.locator("[name=place]").first.check()
        page.locator("button[value=rehearse]").click()
        look("rehearse")
        page.locator("[name=login]").fill(PINS[PinKind.AUTHENTICATION])
        page.locator("[name=sign]").fill(PINS[PinKind.SIGNATURE])
        page.locator("main form button").click()
        assert page.locator("h1").inner_text() == label("filing.rehearsed.works", lang)
        look("rehearsed")
        page.goto("/filing")
        page.locator("[name=place]").first.check()
        page.locator("button[value=file]").click()
        look("sign-in")
        page.locator("[name=login]").fill(PINS[PinKind.AUTHENTICATION])
        page.locator("main form button").click()
        look("return")
        for name in ("revenue", "expenses", "tax"):
            page.locator(f"[name={name}]").fill("1000")
        page.locator("[name=sign]").fill(PINS[PinKind.SIGNATURE])
        page.locator("main form button").click()
        assert page.locator("h1").inner_text() == label("filing.receipt.title", lang)
        look("receipt")
    assert {name: found for name, found in seen.items() if found} == {}
