"""How soon the guide can be used on a slow line: the questions, and the plan they lead to.

    python bench/guide_page.py [--rounds N] [--json] [--write docs/benchmarks.md]

A real Chromium, its cache empty, its line slowed as its own developer tools do it. A page can be used when it is
painted with its style and a choice or a button can be pressed. The limit beside it, on the same line in the same run:
a page that holds one word.
"""

import argparse
import json
import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _page import table, write
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from kaijo import app
from kaijo.clock import ManualClock, parse_time
from kaijo.service.server import serving

GOAL_MS, GOAL_BYTES = 1000, 60_000
NIGHT = parse_time("2027-03-15T21:40")
# The presets of Chromium's developer tools: bytes a second, milliseconds added to every request.
LINES = {"Fast 3G": (1.6e6 * 0.9 / 8, 150 * 3.75), "Slow 3G": (500e3 * 0.8 / 8, 400 * 5)}
PAINTED = """() => new Promise(tell => {
    const seen = list => list.find(one => one.name === 'first-contentful-paint')
    const found = seen(performance.getEntriesByType('paint'))
    if (found) return tell(found.startTime)
    new PerformanceObserver(list => seen(list.getEntries()) && tell(seen(list.getEntries()).startTime))
        .observe({ type: 'paint', buffered: true })
})"""


class Wire:
    """Bytes that came over the line since the last `clear`, headers counted."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        session.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


@contextmanager
def on_line(browser: Browser, url: str, line: str) -> Iterator[tuple[Page, Wire]]:
    """Give a phone's page on a slow line, nothing in its cache."""
    context = browser.new_context(base_url=url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    speed, latency = LINES[line]
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": latency, "downloadThroughput": speed, "uploadThroughput": speed},
    )
    yield page, Wire(session)
    context.close()


def usable(page: Page, wire: Wire, first: str) -> tuple[float, int]:
    """Return the milliseconds from the request until `first` can be pressed, and the bytes of the whole page."""
    painted = float(page.evaluate(PAINTED))
    page.locator(first).first.click(trial=True)
    page.wait_for_load_state("networkidle")
    return painted, wire.bytes


def visit(browser: Browser, guide: str, empty: str, line: str) -> dict[str, tuple[float, int]]:
    with on_line(browser, empty, line) as (page, wire):
        page.goto("/")
        nothing = usable(page, wire, "p")
    with on_line(browser, guide, line) as (page, wire):
        page.goto("/guide", wait_until="commit")
        opened = usable(page, wire, "#trouble-signature")
        for choice in ("#trouble-signature", "#memory-locked"):
            page.locator(choice).check()
        wire.bytes = 0
        with page.expect_navigation(wait_until="commit"):
            page.locator("#pin button[value=plan]").click()
        planned = usable(page, wire, "[data-again] button")
    return {"questions": opened, "plan": planned, "one word (the limit)": nothing}


def measure(rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    one_word = Starlette(routes=[Route("/", lambda _request: HTMLResponse("<!doctype html><p>word"))])
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with (
        serving(app.guide(ManualClock(NIGHT))) as guide,
        serving(one_word) as empty,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        seen = {line: [visit(browser, guide, empty, line) for _ in range(rounds)] for line in LINES}
        browser.close()
    return {
        line: {
            name: {
                "ms": statistics.median(one[name][0] for one in visits),
                "worst_ms": max(one[name][0] for one in visits),
                "bytes": visits[0][name][1],
            }
            for name in visits[0]
        }
        for line, visits in seen.items()
    }


def page_part(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the figures as Markdown."""
    rows = [
        [
            f"{line}: {name}",
            f"{one['ms']:.0f}",
            f"{one['worst_ms']:.0f}",
            f"{one['ms'] / screens['one word (the limit)']['ms']:.2f}",
            f"{one['bytes']:,.0f}",
        ]
        for line, screens in found.items()
        for name, one in screens.items()
    ]
    lines = "; ".join(
        f"{line}: {speed / 1000:.0f} kB/s, {late:.1f} ms a request" for line, (speed, late) in LINES.items()
    )
    return f"{table(['', 'usable, ms, median', 'worst', 'ratio to the limit', 'bytes'], rows)}\n\n{lines}."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    chosen = parser.parse_args()
    found = measure(chosen.rounds)
    if chosen.write:
        write(chosen.write, "guide-page", page_part(found))
    if chosen.json:
        print(json.dumps({"lines": found, "goal_ms": GOAL_MS, "goal_bytes": GOAL_BYTES}, indent=2))
    else:
        print(page_part(found))
    ours = [one for name, one in found["Fast 3G"].items() if not name.startswith("one word")]
    return 0 if all(one["ms"] <= GOAL_MS and one["bytes"] <= GOAL_BYTES for one in ours) else 1


if __name__ == "__main__":
    raise SystemExit(main())
