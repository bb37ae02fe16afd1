"""A real browser walks the guide, with scripts and without, by keyboard, on a narrow phone, under the eyes of axe."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from kaijo import app
from kaijo.clock import ManualClock
from kaijo.plan.advice import plan
from kaijo.plan.parsing import parse
from kaijo.service.server import serving
from kaijo.words import LANGS, Lang, label
from tests.support.world import NIGHT
from tests.web.nights import NIGHTS, Night

pytestmark = pytest.mark.browser

NARROW, ZOOMED = (320, 640), (360, 640)
LEAST_TARGET = 44
MEASURE = """selector => [...document.querySelectorAll(selector)].flatMap(one => {
    if (!one.getClientRects().length) return []
    const box = one.getBoundingClientRect()
    return [[one.innerText || one.name, Math.min(box.width, box.height)]]
})"""
TARGETS = (
    "main button, main .button, .top a, .choice label, select, main input:not([type=radio], [type=hidden]), summary"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or os.environ.get("CHROMIUM")
    if not found:
        pytest.skip("no Chromium on this machine")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(app.guide(ManualClock(NIGHT))) as url:
        yield url


@contextmanager
def screen(
    chromium: Browser, address: str, *, scripts: bool = True, size: tuple[int, int] = NARROW, dark: bool = False
) -> Iterator[Page]:
    """Give a page that collects what the browser complains about, and finds nothing."""
    context = chromium.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    yield page
    assert complaints == []
    context.close()


def walk(page: Page, night: Night, lang: str) -> Iterator[int]:
    """Answer every screen, yielding its number when it is there; the plan is the last."""
    page.goto(f"/guide?lang={lang}")
    for number, given in enumerate(night.screens, 1):
        yield number
        for name, value in given.items():
            choice = page.locator(f"[name='{name}'][value='{value}']")
            if choice.count():
                choice.check()
            elif page.locator(f"select[name='{name}']").count():
                page.locator(f"[name='{name}']").select_option(value)
            else:
                page.locator(f"[name='{name}']").fill(value)
        with page.expect_navigation():
            page.locator("main button[value='next']").click()
    yield len(night.screens) + 1


def times(page: Page) -> list[str | None]:
    return [one.get_attribute("datetime") for one in page.locator("time").all()]


def expected_times(night: Night) -> list[str]:
    made = plan(parse({"now": NIGHT.isoformat(), **night.told}))
    return [at.isoformat() for route in made.routes for step in route.steps for at in (step.start, step.end)]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain-forms"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_night_ends_at_its_plan(chromium: Browser, address: str, lang: Lang, *, scripts: bool) -> None:
    with screen(chromium, address, scripts=scripts) as page:
        for night in NIGHTS.values():
            assert list(walk(page, night, lang)) == [1, 2, 3, 4, 5, 6]
            assert times(page) == expected_times(night)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("voice", ["ja", "plain", "en"])
def test_screens_fit_a_narrow_phone_and_everybody(
    chromium: Browser, address: str, voice: str, tmp_path: Path, *, dark: bool
) -> None:
    found: list[tuple[str, str, list[str]]] = []
    too_wide: list[str] = []
    too_small: list[tuple[str, str]] = []
    with screen(chromium, address, dark=dark) as page:

        def look(name: str) -> None:
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            violations = Axe().run(page).response["violations"]
            found.extend((name, one["id"], [node["html"] for node in one["nodes"]]) for one in violations)
            if page.evaluate("document.documentElement.scrollWidth") > NARROW[0]:
                too_wide.append(name)
            too_small.extend((name, text) for text, least in page.evaluate(MEASURE, TARGETS) if least < LEAST_TARGET)

        for number in walk(page, NIGHTS["signature-locked-lawson"], voice):
            look(str(number))
        for name in ("pins", "reading", "next-year"):
            page.goto(f"/guide/{name}")
            look(name)
    assert (found, too_wide, too_small) == ([], [], [])


def test_screens_fit_at_twice_the_size(chromium: Browser, address: str) -> None:
    too_wide = []
    with screen(chromium, address, size=ZOOMED) as page:
        for number in walk(page, NIGHTS["signature-locked-lawson"], "ja"):
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            if page.evaluate("document.documentElement.scrollWidth") > ZOOMED[0]:
                too_wide.append(number)
    assert too_wide == []


def test_plan_is_reached_by_keyboard_alone(chromium: Browser, address: str) -> None:
    with screen(chromium, address, scripts=False) as page:
        page.goto("/guide?lang=en")
        for number in range(1, 6):
            assert page.locator(".progress").inner_text() == label("guide.progress", "en", number=number, count=5)
            while not page.locator("main button[value='next']:focus").count():
                page.keyboard.press("Tab")
                if page.locator("#id-password-unknown:focus").count():
                    page.keyboard.press("ArrowRight")  # from the last of three choices on to the first
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert page.locator("h2").first.inner_text() == label("word.id-password", "en")


def test_bad_answer_keeps_the_page_and_says_why(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.goto("/guide?lang=en")
    page.locator("#memory-locked").check()
    page.locator("#trouble-signature").check()
    page.locator("#tries-2").check()
    page.locator("main button[value='next']").click()
    assert page.locator(".error").inner_text().endswith(label("word.contradicts", "en"))
    assert page.locator("#memory-locked").is_checked()
    context.close()


def test_script_counts_down_and_asks_again_when_the_minute_is_over(chromium: Browser, address: str) -> None:
    with screen(chromium, address) as page:
        page.clock.install()
        assert list(walk(page, NIGHTS["signature-locked-lawson"], "en"))[-1] == 6
        left, ask = page.locator(".left"), page.locator("[data-ask]")
        before = left.inner_text()
        assert not ask.is_visible()
        page.clock.run_for(61_000)
        assert before != left.inner_text()
        assert ask.is_visible()


def test_browsers_way_back_leads_to_the_last_screen(chromium: Browser, address: str) -> None:
    with screen(chromium, address) as page:
        assert list(walk(page, NIGHTS["signature-locked-lawson"], "ja"))[-1] == 6
        page.locator("main button[value='pin']").click()
        assert page.locator("#memory-locked").is_checked()


def test_calendar_comes_as_a_file(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    assert list(walk(page, NIGHTS["signature-locked-lawson"], "ja"))[-1] == 6
    with page.expect_download() as download:
        page.locator("form[action='/guide/calendar'] button").click()
    assert download.value.suggested_filename == "kaijo.ics"
    context.close()
