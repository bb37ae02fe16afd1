"""The phone in a real browser: every screen for everybody, and by keyboard alone."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.world import NIGHT, World
from tests.web.visitor import Table

from .phone import LAST, LOST, MOST_SCREENS, PERSON, PHONE, PROOF, STORED, choose, press, prove

pytestmark = pytest.mark.browser


@pytest.fixture
def address(world: World) -> Iterator[str]:
    table = Table({name: world.card_file(name) for name in (PERSON, LOST, LAST)})
    site = pages(faces=("home", "phone", "kiosk"), service=world.url, places=table, clock=world.clock)
    with serving(site) as url:
        yield url


def walk(page: Page, lang: Lang) -> Iterator[str]:
    """Meet every screen of the phone that needs no camera."""
    page.goto(f"/phone?lang={lang}")
    yield "start"
    page.goto("/phone/card")
    yield "hold"
    page.locator(".practise summary").click()
    yield "hold-practise"
    choose(page, lang, noise="case")
    yield "broken"
    press(page, "phone.bad.retry", lang)
    yield "broken-second"
    press(page, "phone.bad.retry", lang)
    yield "card"
    press(page, "phone.card.reset", lang, kind=PinKind.SIGNATURE)
    yield "proof"
    page.locator("#proof").fill("12")
    press(page, "phone.proof.reserve", lang)
    yield "proof-wrong"
    prove(page, "phone.proof.reserve", lang)
    yield "reservation"
    reservation = page.url
    page.get_by_role("link", name=label("phone.show", lang)).click()
    yield "staff"
    page.goto("/phone")
    yield "start-with-list"
    page.goto(reservation)
    page.locator(".cancel summary").click()
    yield "cancel"
    press(page, "phone.cancel.sure", lang)
    yield "cancelled"
    choose(page, lang, LOST)
    yield "no-way"
    choose(page, lang, LAST)
    press(page, "phone.card.reset", lang, kind=PinKind.SIGNATURE)
    yield "last-try"
    page.goto(f"/phone/reservation/{'0' * 32}")
    yield "over"


@pytest.mark.parametrize("lang", LANGS)
def test_every_screen_is_for_everybody(chromium: Browser, address: str, lang: Lang) -> None:
    found = {}
    with screen(chromium, address, PHONE) as page:
        for name in walk(page, lang):
            keep(page, f"phone-{name}-{lang}")
            found[name] = faults(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_wider_phone_shows_every_screen_in_the_dark(chromium: Browser, address: str) -> None:
    with screen(chromium, address, (430, 932), scheme="dark") as page:
        for name in walk(page, "ja"):
            keep(page, f"phone-{name}-dark")
            assert page.evaluate("document.documentElement.scrollWidth") == 430, name


def test_straight_way_by_keyboard_alone_has_at_most_seven_screens(chromium: Browser, address: str) -> None:
    with screen(chromium, address, PHONE) as page:
        screens: list[str] = []
        hosts: set[str | None] = set()
        page.on("framenavigated", lambda frame: screens.append(urlsplit(frame.url).path))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.goto("/phone?lang=en")
        reach(page, f"a:text-is('{label('phone.start', 'en')}')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/phone/card")
        reach(page, "input[name=place]")
        page.keyboard.press("Space")
        reach(page, f"button:text-is('{label('phone.hold.read', 'en')}')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/phone/card/*")
        reach(page, "button[value=signature]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/phone/proof/*")
        expect(page.locator("#proof")).to_be_focused()
        page.keyboard.type(PROOF)
        page.keyboard.press("Enter")
        page.wait_for_url("**/phone/reservation/*")
        expect(page.locator("h1")).to_have_text(label("phone.reservation.title.live", "en"))
        assert len(screens) == 5 <= MOST_SCREENS
        assert hosts == {"127.0.0.1"}
        assert page.evaluate(STORED) == [0, 0, ""]
        assert [one["name"] for one in page.context.cookies()] == ["kaijo-lang"]


def reach(page: Page, target: str) -> None:
    """Press Tab until `target` has the focus."""
    wanted = page.locator(target).first
    for _ in range(40):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by keyboard")


def test_clock_runs_down_by_the_time_that_passes(chromium: Browser, address: str) -> None:
    with screen(chromium, address, PHONE) as page:
        page.clock.install(time=NIGHT)
        page.clock.pause_at(NIGHT + timedelta(seconds=1))  # what a busy machine takes is no time of the page
        page.goto("/phone?lang=ja")
        choose(page, "ja")
        press(page, "phone.card.reset", "ja", kind=PinKind.SIGNATURE)
        prove(page, "phone.proof.reserve", "ja")
        page.clock.run_for(1000 * (23 * 3600 + 29 * 60 + 30))
        expect(page.locator("[data-hours]")).to_have_text("0")
        expect(page.locator("[data-minutes]")).to_have_text("30")
        expect(page.locator(".clock")).to_have_class("clock soon")
