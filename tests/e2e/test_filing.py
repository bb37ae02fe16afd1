"""The practice filing desk in a real browser under the eyes of axe: from card to receipt, and the rehearsal."""

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, product
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.command import CommandLine
from tests.support.rehearsals import REHEARSED, acts, asked
from tests.support.world import NIGHT, World, pins_of
from tests.web.visitor import Table

from .hands import HANDS

pytestmark = pytest.mark.browser
PINS = pins_of("fresh")
PHONE = (390, 844)
FIELDS = {PinKind.AUTHENTICATION: "#login", PinKind.SIGNATURE: "#sign"}


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with app.serving(app.filing_desk(world.folder / "filing", world.clock)) as desk:
        table = Table({person: world.card_file(person) for person in REHEARSED})
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
        page.locator("[name=place][value=fresh]").check()
        page.locator("button[value=rehearse]").click()
        look("rehearse")
        page.locator("[name=login]").fill(PINS[PinKind.AUTHENTICATION])
        page.locator("[name=sign]").fill(PINS[PinKind.SIGNATURE])
        page.locator("main form button").click()
        expect(page.locator("h1")).to_have_text(label("filing.rehearsed.works", lang))
        look("rehearsed")
        page.goto("/filing")
        page.locator("[name=place][value=fresh]").check()
        page.locator("button[value=file]").click()
        look("sign-in")
        page.locator("[name=login]").fill(PINS[PinKind.AUTHENTICATION])
        page.locator("main form button").click()
        look("return")
        for name in ("revenue", "expenses", "tax"):
            page.locator(f"[name={name}]").fill("1000")
        page.locator("[name=sign]").fill(PINS[PinKind.SIGNATURE])
        page.locator("main form button").click()
        expect(page.locator("h1")).to_have_text(label("filing.receipt.title", lang))
        look("receipt")
    assert {name: found for name, found in seen.items() if found} == {}


def on_page(page: Page) -> dict[str, object]:
    """Return what the ending says, in the order in which it stands there."""
    trials = page.locator("ol.trials > li").all()
    return {
        "verdict": [page.locator("h1").inner_text(), page.locator(".lead").inner_text()],
        "acts": [[one.get_attribute("class"), *one.locator("p").all_inner_texts()] for one in trials],
        "day": page.locator("ul.trials > li").all_inner_texts(),
    }


def in_terminal(answer: Any, lang: Lang) -> dict[str, object]:
    """Return what the page must say where the terminal's rehearsal answered this."""
    told: list[list[str]] = []
    for one in answer["acts"]:
        mark, code = (
            ("good", "done") if one["works"] else ("bad", "failed") if one["tried"] else ("untried", "not-tried")
        )
        done, act = label(f"filing.rehearsed.{code}", lang), label(f"rehearsal.act.{one['act']}", lang)
        told.append([mark, f"{done} {act}"])
        if why := one["because"]:
            told[-1] += [why["title"], f"{why['cause']} {why['remedy']}"]
    until = answer["holds_until"] and datetime.fromisoformat(answer["holds_until"])
    holds = label("rehearsal.works", lang, until=until) if until else label("filing.rehearsed.again", lang)
    day = [
        label(
            f"rehearsal.outlook.{one['what']}.{'good' if one['good'] else 'bad'}",
            lang,
            until=datetime.fromisoformat(one["until"]),
        )
        for one in answer["on_the_day"]
    ]
    title = label(f"filing.rehearsed.{'works' if answer['works'] else 'fails'}", lang)
    return {"verdict": [title, holds], "acts": told, "day": day}


def test_every_person_is_rehearsed_as_in_the_terminal(
    chromium: Browser, address: str, world: World, kaijo: CommandLine
) -> None:
    seen: dict[str, list[str]] = {}
    for person, (lang, hand) in zip(REHEARSED, cycle(product(LANGS, HANDS)), strict=False):
        words = ("rehearse", "--card", str(world.folder / f"{person}.json"), "--clock", NIGHT.isoformat(), "--json")
        answer = kaijo(*words, "--lang", lang, stdin="".join(f"{pin}\n" for pin in asked(person).values())).json()
        assert (person, acts(answer)) == (person, REHEARSED[person].acts)
        with screen(chromium, address, PHONE, touch=hand == "fingers") as page:
            used = HANDS[hand](page)
            page.goto(f"/filing?lang={lang}")
            used.choose(f"[name=place][value={person}]")
            used.go("button[value=rehearse]")
            fields = [one.get_attribute("name") for one in page.locator("main form input[type=password]").all()]
            assert (person, fields) == (person, [FIELDS[kind].removeprefix("#") for kind in asked(person)])
            seen[f"{person}, asked"] = faults(page)
            for kind, pin in asked(person).items():
                used.fill(FIELDS[kind], pin)
            used.go("main form button[type=submit]")
            assert (person, on_page(page)) == (person, in_terminal(answer, lang))
            seen[f"{person}, ending"] = faults(page)
            keep(page, f"filing-rehearsed-{person}-{lang}")
    assert {name: found for name, found in seen.items() if found} == {}


@pytest.mark.parametrize(("lang", "kind"), list(zip(LANGS, FIELDS, strict=True)))
def test_last_try_has_its_own_page_before_any_pin(
    chromium: Browser, address: str, world: World, lang: Lang, kind: PinKind
) -> None:
    world.miss("fresh", kind)
    with screen(chromium, address, PHONE) as page:
        page.goto(f"/filing?lang={lang}")
        page.locator("[name=place][value=fresh]").check()
        page.locator("button[value=file]").click()
        expect(page.locator("h1")).to_have_text(label("web.last.title", lang, kind=kind))
        assert page.locator("input[type=password]").count() == 0
        assert faults(page) == []
        keep(page, f"filing-last-{kind.value}-{lang}")
        page.locator("[name=sentence]").fill(label("stop.sentence", lang)[:-1])
        page.locator("main form button").click()
        expect(page.locator(".code code")).to_have_text("guard.last-try")
        page.go_back()
        page.locator("[name=sentence]").fill(label("stop.sentence", lang))
        page.locator("main form button").click()
        expect(page.locator("h1")).to_have_text(label("filing.sign-in.title", lang))
