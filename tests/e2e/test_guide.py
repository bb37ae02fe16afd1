"""A real browser walks the guide, with scripts and without, by keyboard, on a narrow phone, under the eyes of axe."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kaijo import app
from kaijo.clock import ManualClock
from kaijo.plan.advice import plan
from kaijo.plan.parsing import parse
from kaijo.service.server import serving
from kaijo.web.guide.questions import SCREENS
from kaijo.web.languages import VOICES, wording
from kaijo.words import LANGS, Lang, label
from tests.support.browser import keep, tab, too_small, violations
from tests.support.world import NIGHT
from tests.web.nights import NIGHTS, Night

pytestmark = pytest.mark.browser

NARROW, ZOOMED = (320, 640), (360, 640)
GONE_ON = "net::ERR_ABORTED"  # the person was faster than the script
# The buttons that lead on, in every voice.
NEXT = re.compile("|".join(
    label(wording(code, voice), "en" if voice == "en" else "ja")
    for code in ("guide.next", "guide.to-plan")
    for voice in VOICES
))  # fmt: skip
TARGETS = (
    "main button, main .button, .top a, .choice label, select, main input:not([type=radio], [type=hidden]), summary"
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NIGHT)


@pytest.fixture
def address(clock: ManualClock) -> Iterator[str]:
    with serving(app.guide(clock)) as url:
        yield url


@contextmanager
def screen(
    chromium: Browser, address: str, *, scripts: bool = True, size: tuple[int, int] = NARROW, dark: bool = False
) -> Iterator[Page]:
    """Give a page that collects what the browser complains about, and finds nothing."""
    complaints: list[str] = []
    with tab(
        chromium,
        address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    ) as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url) if request.failure != GONE_ON else None)
        yield page
        assert complaints == []


def fill(page: Page, given: dict[str, str]) -> None:
    """Choose and type the answers on the screen that is there."""
    for name, value in given.items():
        choice = page.locator(f"[name='{name}'][value='{value}']")
        if choice.count():
            choice.check()
        elif page.locator(f"select[name='{name}']").count():
            page.locator(f"[name='{name}']").select_option(value)
        else:
            page.locator(f"[name='{name}']").fill(value)


def go_on(page: Page) -> None:
    """Press the first button of the screen that is there: on to the next, or to the plan."""
    page.locator("main :is(a, button):visible", has_text=NEXT).first.click()


def walk(page: Page, night: Night, lang: str) -> Iterator[int]:
    """Answer every screen, yielding its number when it is there; the plan is the last."""
    page.goto(f"/guide?lang={lang}")
    for number, given in enumerate(night.screens, 1):
        yield number
        fill(page, given)
        go_on(page)
    at_plan(page)
    yield len(night.screens) + 1


def at_plan(page: Page) -> None:
    """Have the plan there, to its last line."""
    page.locator("[data-fresh]").first.wait_for()
    page.wait_for_load_state()


def stop_time(page: Page) -> None:
    """Have time pass in the page only where the test lets it: what a busy machine takes is none."""
    page.clock.install(time=NIGHT)
    page.clock.pause_at(NIGHT + timedelta(seconds=1))


def here(page: Page) -> list[str | None]:
    """Return the ids of the screens that can be seen: one, or none where the plan is."""
    return [one.get_attribute("id") for one in page.locator(".screen:visible").all()]


def times(page: Page) -> list[str | None]:
    return [one.get_attribute("datetime") for one in page.locator("time").all()]


def expected_times(night: Night, clock: ManualClock | None = None) -> list[str]:
    now = NIGHT if clock is None else clock.now()
    made = plan(parse({"now": now.isoformat(), **night.told}))
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
    found: list[tuple[str, str]] = []
    too_wide: list[str] = []
    missed: list[tuple[str, str]] = []
    with screen(chromium, address, dark=dark) as page:

        def look(name: str) -> None:
            page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
            if not dark:
                keep(page, f"guide-{voice}-{name}")
            found.extend((name, fault) for fault in violations(page))
            if page.evaluate("document.documentElement.scrollWidth") > NARROW[0]:
                too_wide.append(name)
            missed.extend((name, text) for text in too_small(page, TARGETS))

        for number in walk(page, NIGHTS["signature-locked-lawson"], voice):
            look(str(number))
        for name in ("pins", "reading", "next-year"):
            page.goto(f"/guide/{name}")
            look(name)
    assert (found, too_wide, missed) == ([], [], [])


def test_screens_fit_at_twice_the_size(chromium: Browser, address: str) -> None:
    too_wide, found = [], []
    with screen(chromium, address, size=ZOOMED) as page:
        for number in walk(page, NIGHTS["signature-locked-lawson"], "ja"):
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            if page.evaluate("document.documentElement.scrollWidth") > ZOOMED[0]:
                too_wide.append(number)
            found += [(number, fault) for fault in violations(page)]
    assert (too_wide, found) == ([], [])


def test_plan_is_reached_by_keyboard_alone(chromium: Browser, address: str) -> None:
    with screen(chromium, address, scripts=False) as page:
        page.goto("/guide?lang=en")
        for number, name in enumerate(SCREENS, 1):
            page.locator(f"#{name}").wait_for()
            assert here(page) == [name]
            assert page.locator(".progress:visible").inner_text() == label(
                "guide.progress", "en", number=number, count=5
            )
            last = name == SCREENS[-1]
            way = page.locator(f"#{name} {'button[value=plan]' if last else 'a.button'}").first
            while not way.evaluate("one => one === document.activeElement"):
                page.keyboard.press("Tab")
                if page.locator("#id-password-unknown:focus").count():
                    page.keyboard.press("ArrowRight")  # from the last of three choices on to the first
            page.keyboard.press("Enter")
            if last:
                page.locator("#best").wait_for()
        assert page.locator("#best").inner_text() == label("word.id-password", "en")


def test_bad_answer_keeps_the_page_and_says_why(chromium: Browser, address: str) -> None:
    with tab(chromium, address) as page:
        page.goto("/guide?lang=en")
        fill(page, {"trouble": "signature", "memory": "locked", "tries": "2"})
        go_on(page)
        page.locator("#card button[value='plan']").click()
        assert page.locator(".error").inner_text().endswith(label("word.contradicts", "en"))
        page.wait_for_load_state()
        assert (here(page), page.locator("#memory-locked").is_checked()) == (["pin"], True)


@pytest.mark.parametrize("trouble", ["signature", "authentication"])
def test_other_screen_asks_only_about_the_other_pin(chromium: Browser, address: str, trouble: str) -> None:
    with screen(chromium, address, scripts=False) as page:
        page.goto("/guide")
        fill(page, {"trouble": trouble})
        go_on(page)
        seen = {kind: page.locator(f".of-{kind}").first.is_visible() for kind in ("signature", "authentication")}
        assert seen == {"signature": trouble != "signature", "authentication": trouble != "authentication"}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain-forms"])
@pytest.mark.parametrize("steps", range(1, 6))
def test_browsers_way_back_loses_no_answer(chromium: Browser, address: str, steps: int, *, scripts: bool) -> None:
    night = NIGHTS["signature-locked-lawson"]
    with screen(chromium, address, scripts=scripts) as page:
        assert list(walk(page, night, "ja"))[-1] == 6
        back = [*reversed(SCREENS)][:steps]
        for name in back:
            page.go_back()
            assert here(page) == [name]
            checked = {one.get_attribute("name"): one.get_attribute("value") for one in page.locator(":checked").all()}
            chosen = {key: value for key, value in night.given.items() if value in checked.values() and key in checked}
            assert checked | chosen == checked
        for _ in back:
            go_on(page)
        at_plan(page)
        assert times(page) == expected_times(night)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain-forms"])
def test_way_back_over_plans_and_languages_never_asks_to_send_again(
    chromium: Browser, address: str, *, scripts: bool
) -> None:
    night = NIGHTS["signature-locked-lawson"]
    with screen(chromium, address, scripts=scripts) as page:
        assert list(walk(page, night, "ja"))[-1] == 6
        page.get_by_role("button", name=label("guide.plan.again", "ja")).click()
        page.get_by_role("button", name=label("guide.plan.change", "ja")).click()
        page.locator("#pin").wait_for()
        page.locator("#pin").get_by_role("button", name="English").click()
        page.get_by_role("heading", name=label("guide.screen.pin", "en")).wait_for()
        go_on(page)
        seen = []
        for _ in range(5):
            page.go_back()
            seen.append((page.locator("html").get_attribute("lang"), here(page)))
        assert seen == [("en", ["pin"]), ("ja", ["pin"]), ("ja", []), ("ja", []), ("ja", ["return"])]
        page.go_forward()
        assert times(page) == expected_times(night)


def test_plan_from_history_runs_no_clock_and_asks_for_a_new_one(chromium: Browser, address: str) -> None:
    with screen(chromium, address) as page:
        assert list(walk(page, NIGHTS["signature-locked-lawson"], "en"))[-1] == 6
        page.go_back()
        page.go_forward()
        assert (page.locator(".left").is_visible(), page.locator("[data-ask]").is_visible()) == (False, True)


def test_calendar_comes_as_a_file(chromium: Browser, address: str) -> None:
    with tab(chromium, address, java_script_enabled=False) as page:
        assert list(walk(page, NIGHTS["signature-locked-lawson"], "ja"))[-1] == 6
        with page.expect_download() as download:
            page.locator("form[action='/guide/calendar'] button").click()
        assert download.value.suggested_filename == "kaijo.ics"


def test_clock_runs_down_and_the_plan_is_made_anew_in_its_place(
    chromium: Browser, address: str, clock: ManualClock
) -> None:
    night = NIGHTS["signature-locked-lawson"]
    with screen(chromium, address) as page:
        stop_time(page)
        assert list(walk(page, night, "en"))[-1] == 6
        until, entries = page.locator(".no-return").inner_text(), page.evaluate("history.length")
        page.clock.run_for(30_000)
        assert page.locator(".left").inner_text() != until
        unfolded = page.locator("details").first
        unfolded.locator("summary").click()
        page.locator("h1").click()  # the focus leaves the plan
        clock.advance(timedelta(minutes=1))
        page.clock.run_for(31_000)
        page.locator("time[datetime^='2027-03-15T21:41']").first.wait_for(state="attached")
        assert times(page) == expected_times(night, clock)
        assert page.evaluate("history.length") == entries
        assert unfolded.get_attribute("open") == ""
        assert not page.locator("[data-changed]").is_visible()
        clock.advance(timedelta(hours=2))
        page.clock.run_for(61_000)
        page.locator("[data-changed]:visible").wait_for()
        assert times(page) == expected_times(night, clock)
        assert not page.locator("[data-ask]").is_visible()


def test_plan_is_left_alone_while_somebody_reads_in_it(chromium: Browser, address: str, clock: ManualClock) -> None:
    night = NIGHTS["signature-locked-lawson"]
    with screen(chromium, address) as page:
        stop_time(page)
        assert list(walk(page, night, "en"))[-1] == 6
        before = times(page)
        page.locator("summary").first.focus()
        clock.advance(timedelta(minutes=1))
        page.clock.run_for(61_000)
        page.locator("[data-ask]:visible").wait_for()
        assert times(page) == before


def test_plan_is_made_anew_by_a_button_without_scripts(chromium: Browser, address: str, clock: ManualClock) -> None:
    night = NIGHTS["signature-locked-lawson"]
    with screen(chromium, address, scripts=False) as page:
        assert list(walk(page, night, "en"))[-1] == 6
        clock.advance(timedelta(minutes=1))
        page.get_by_role("button", name=label("guide.plan.again", "en")).click()
        page.locator("time[datetime^='2027-03-15T21:41']").first.wait_for(state="attached")
        page.wait_for_load_state()
        assert times(page) == expected_times(night, clock)


def test_link_is_copied_and_leads_a_friend_to_the_first_open_screen(chromium: Browser, address: str) -> None:
    with tab(chromium, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        assert list(walk(page, NIGHTS["signature-locked-lawson"], "en"))[-1] == 6
        page.get_by_role("button", name=label("guide.plan.copy", "en")).click()
        page.get_by_role("button", name=label("guide.plan.copied", "en")).wait_for()
        page.goto(page.evaluate("navigator.clipboard.readText()"))
        assert (here(page), page.locator("#memory-locked").is_checked()) == (["card"], True)
