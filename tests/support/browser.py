"""A real Chromium for tests, and what is demanded of every screen in it.

With `KAIJO_GALLERY` naming a folder each screen that is looked at is also kept there as a picture.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.pcscd import cannot

# No page is judged by how soon it is there: a busy machine takes the time that it takes.
PATIENCE = 120_000  # milliseconds
expect.set_options(timeout=PATIENCE)

LEAST_TARGET = 44
TARGETS = (
    "main button, main .button, .top a, footer a, .choice label, select, summary, "
    "main input:not([type=radio], [type=checkbox], [type=hidden])"
)
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_MEASURE = """selector => [...document.querySelectorAll(selector)].flatMap(one => {
    if (!one.getClientRects().length) return []
    const box = one.getBoundingClientRect()
    return [[one.innerText || one.name, Math.min(box.width, box.height)]]
})"""
_VIOLATIONS = """async () => (await axe.run({ resultTypes: ['violations'] })).violations
    .flatMap(one => one.nodes.map(node => `${one.id}: ${node.target}`))"""
_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(one => one.tagName + '.' + one.className).slice(0, 9)"""
_GONE_ON = "net::ERR_ABORTED"  # the person was faster than the page
_BIG_TEXT = "document.documentElement.style.fontSize = '200%'"
_USUAL_TEXT = "document.documentElement.style.fontSize = ''"

Scheme = Literal["light", "dark"]


@contextmanager
def chromium_with(*more: str) -> Iterator[Browser]:
    """Run Chromium with more arguments than the usual; skip, in CI fail, where there is none."""
    found = shutil.which("chromium") or os.environ.get("CHROMIUM")
    if not found:
        cannot("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_ARGUMENTS, *more])
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run Chromium for the tests of a module."""
    with chromium_with() as browser:
        yield browser


@contextmanager
def tab(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Give a page of its own at this address, which is waited for patiently; `options` are those of a context."""
    context = browser.new_context(base_url=address, **options)
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextmanager
def screen(
    browser: Browser,
    address: str,
    size: tuple[int, int],
    *,
    scheme: Scheme = "light",
    scripts: bool = True,
    touch: bool = False,
    many_pins: bool = False,
    stopped: datetime | None = None,
) -> Iterator[Page]:
    """Give a page of this size; at its end the browser must have found nothing to complain about.

    `many_pins` is for a form with more than three: Chromium's hint that its password manager is at a loss is no fault.
    At `stopped` the page's time stands still: a kiosk that is looked at for long takes nobody for gone.
    """
    complaints: list[str] = []
    with tab(
        browser,
        address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        java_script_enabled=scripts,
        has_touch=touch,
        reduced_motion="reduce",
    ) as page:
        if stopped is not None:
            page.clock.set_fixed_time(stopped)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.extend([request.url] * (request.failure != _GONE_ON)))
        yield page
        # A browser notes every answer of 400 and above; those are what some steps are about.
        expected = ("Failed to load resource", *(["[DOM] Multiple forms should be contained"] if many_pins else []))
        assert [text for text in complaints if not text.startswith(expected)] == []


def faults(page: Page) -> list[str]:
    """Return what is wrong with the screen that is there: for axe in every scheme, for a finger, for large letters.

    The page must have scripts on: axe waits for them without end.
    """
    page.wait_for_load_state()  # what is half there has faults of its own
    found = [fault for scheme in ("light", "dark") for fault in _axe(page, scheme)]
    page.emulate_media(color_scheme="light", forced_colors="active")
    found += [f"forced colours: {fault}" for fault in _axe(page, "light")]
    page.emulate_media(color_scheme="light", forced_colors="none")
    found += [f"too small: {text}" for text in too_small(page)]
    found += [] if _fits(page) else ["wider than the screen"]
    page.evaluate(_BIG_TEXT)
    found += [] if _fits(page) else [f"wider than the screen at 200 %: {page.evaluate(_WIDE)}"]
    found += [f"200 %: {fault}" for fault in _axe(page, "light")]
    page.evaluate(_USUAL_TEXT)
    return found


def too_small(page: Page, targets: str = TARGETS) -> list[str]:
    """Return the texts of what a finger is to hit and would miss."""
    page.wait_for_load_state()
    return [text for text, least in page.evaluate(_MEASURE, targets) if least < LEAST_TARGET]


def keep(page: Page, name: str) -> None:
    """Keep a picture of the screen as `name`.png where a gallery is made, but never of a face before the camera."""
    if gallery := os.environ.get("KAIJO_GALLERY"):
        page.wait_for_load_state()
        faces = [page.locator("video")]
        page.screenshot(path=Path(gallery) / f"{name}.png", full_page=True, mask=faces, mask_color="#8a8f98")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with the screen as it is, each as rule and place."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):  # once for each page: the script takes as long to load as to look
        page.evaluate(Axe().axe_script)
    return [str(fault) for fault in page.evaluate(_VIOLATIONS)]


def _axe(page: Page, scheme: Scheme) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    return [f"{scheme}: {fault}" for fault in violations(page)]


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
