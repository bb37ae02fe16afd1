"""The first page in a real browser: the table, the clock, and that everybody can use it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from kaijo.service.server import serving
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.world import World
from tests.web.visitor import Table

pytestmark = pytest.mark.browser
PERSONS = ("signature-locked", "both-locked", "face-only")


@pytest.fixture
def address(world: World) -> Iterator[str]:
    table = Table({name: world.card_file(name) for name in PERSONS})
    site = pages(
        faces=("home", "guide", "phone", "kiosk"),
        service=world.url,
        places=table,
        clock=world.clock,
        set_clock=lambda _moment: None,
    )
    with serving(site) as url:
        yield url


@pytest.mark.parametrize("lang", LANGS)
def test_first_page_is_for_everybody(chromium: Browser, address: str, lang: Lang) -> None:
    with screen(chromium, address, (360, 740)) as page:
        page.goto(f"/?lang={lang}")
        keep(page, f"home-{lang}")
        assert faults(page) == []
        page.get_by_label("both-locked", exact=False).first.check()
        page.get_by_role("button", name=label("table.lay-on.phone", lang)).click()
        page.wait_for_url(f"{address}/phone")
        page.goto("/")
        assert page.get_by_role("button", name=label("table.up", lang)).count() == 1
        keep(page, f"home-laid-{lang}")
        assert faults(page) == []
        page.goto(f"/cards/{PERSONS[0]}")
        keep(page, f"home-card-{lang}")
        assert faults(page) == []
