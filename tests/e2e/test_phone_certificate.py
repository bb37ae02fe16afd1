"""The phone's certificates in a real browser under the eyes of axe: set up, a broken link, a finger, a reset."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.web import Phones, pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.world import World, pins_of
from tests.web.phones import NEXT_SEASON
from tests.web.test_phone_link import is_pin, torn

from .phone import PHONE, choose, press

pytestmark = pytest.mark.browser
PERSON = "fresh"
CARD_PIN = pins_of(PERSON)[PinKind.SIGNATURE]
NEW = {"authentication": "7391", "signature": "PHONE2027"}


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """Serve pages whose card leaves once: at the first PIN that is sent to it."""
    folder = world.folder / "phones"
    folder.mkdir()
    with app.serving(app.filing_desk(world.folder / "filing", world.clock)) as desk:
        made = pages(
            faces=("home", "phone", "filing"),
            service=world.url,
            places=torn(is_pin, obeyed=False)({PERSON: world.card_file(PERSON)}),
            clock=world.clock,
            filing=desk,
            phones=Phones(folder, partial(app.PracticePhoneIssuer, world.clock)),
        )
        with app.serving(made) as url:
            yield url


def fill_in(page: Page) -> None:
    page.locator("#card").fill(CARD_PIN)
    for kind, pin in NEW.items():
        page.locator(f"#{kind}-new").fill(pin)
        page.locator(f"#{kind}-again").fill(pin)


def set_up(page: Page, lang: Lang) -> None:
    """Set the phone up as far as the page of its own certificates; the card leaves the first time."""
    page.goto(f"/phone?lang={lang}")
    choose(page, lang, PERSON)
    press(page, "phone.certificate.set-up", lang)
    fill_in(page)
    press(page, "phone.certificate.go", lang)
    press(page, "phone.bad.retry", lang)
    fill_in(page)
    press(page, "phone.certificate.go", lang)
    page.get_by_role("link", name=label("phone.own.go", lang)).click()


@contextmanager
def looking(page: Page, lang: Lang) -> Iterator[Callable[[str], None]]:
    """Give what looks at a screen and keeps its picture; at the end none may have had a fault."""
    seen: dict[str, list[str]] = {}

    def look(name: str) -> None:
        seen[name] = faults(page)
        keep(page, f"phonecert-{name}-{lang}")

    yield look
    assert {name: found for name, found in seen.items() if found} == {}


def heading(page: Page, code: str, lang: Lang, **data: object) -> None:
    expect(page.locator("h1")).to_have_text(label(code, lang, **data))


@pytest.mark.parametrize("lang", LANGS)
def test_every_screen_of_the_phones_certificates_is_in_order(
    chromium: Browser, address: str, world: World, lang: Lang
) -> None:
    with screen(chromium, address, PHONE, many_pins=True) as page, looking(page, lang) as look:
        page.goto(f"/phone?lang={lang}")
        choose(page, lang, PERSON)
        look("card")
        press(page, "phone.certificate.set-up", lang)
        look("form")
        press(page, "phone.certificate.go", lang)
        look("wrong")
        fill_in(page)
        press(page, "phone.certificate.go", lang)
        heading(page, "phone.bad.title", lang)
        look("broken")
        press(page, "phone.bad.retry", lang)
        heading(page, "phone.certificate.title", lang)
        fill_in(page)
        press(page, "phone.certificate.go", lang)
        heading(page, "phone.certificate.done", lang)
        look("done")
        choose(page, lang, PERSON)
        look("card-after")
        page.get_by_role("link", name=label("phone.own.go", lang)).click()
        heading(page, "phone.own.title", lang)
        look("own")
        press(page, "phone.finger.switch-on", lang)
        look("finger")
        page.locator("#pin").fill("0")
        press(page, "phone.finger.switch-on", lang)
        look("finger-wrong")
        page.locator("#pin").fill(NEW["authentication"])
        press(page, "phone.finger.switch-on", lang)
        heading(page, "phone.own.title", lang)
        look("own-on")
        world.clock.advance(NEXT_SEASON)
        page.goto("/filing")
        look("desk")
        page.locator("section button[value=phone]").click()
        heading(page, "filing.sign-in.title", lang)
        look("sign-in")
        press(page, "filing.finger.other", lang)
        look("missed")
        press(page, "filing.finger.own", lang)
        heading(page, "filing.return.title", lang, year=2027)
        look("return")


@pytest.mark.parametrize("lang", LANGS)
def test_every_screen_of_resetting_the_phones_pins_is_in_order(chromium: Browser, address: str, lang: Lang) -> None:
    with screen(chromium, address, PHONE, many_pins=True) as page, looking(page, lang) as look:
        set_up(page, lang)
        for kind, proof, new in (
            (PinKind.AUTHENTICATION, NEW["signature"], "8462"),
            (PinKind.SIGNATURE, CARD_PIN, "RENEWED77"),
        ):
            press(page, "phone.own.reset", lang, kind=kind)
            look(f"renew-{kind.value}")
            for name, pin in (("proof", proof), ("new", new), ("again", "x")):
                page.locator(f"#{name}").fill(pin)
            press(page, "phone.own.reset", lang, kind=kind)
            look(f"renew-wrong-{kind.value}")
            for name, pin in (("proof", proof), ("new", new), ("again", new)):
                page.locator(f"#{name}").fill(pin)
            press(page, "phone.own.reset", lang, kind=kind)
            heading(page, "phone.renewed.title", lang, kind=kind)
            look(f"renewed-{kind.value}")
            page.get_by_role("link", name=label("phone.own.back", lang)).click()


@pytest.mark.parametrize("lang", LANGS)
def test_every_screen_of_rehearsing_with_the_phone_is_in_order(
    chromium: Browser, address: str, world: World, lang: Lang
) -> None:
    with screen(chromium, address, PHONE, many_pins=True) as page, looking(page, lang) as look:
        set_up(page, lang)
        press(page, "phone.finger.switch-on", lang)
        page.locator("#pin").fill(NEW["authentication"])
        press(page, "phone.finger.switch-on", lang)
        world.clock.advance(NEXT_SEASON)
        for finger, login, ending in (
            ("other", "", "fails"),
            ("", "x", "wrong-pin"),
            ("own", "", "works"),
        ):
            page.goto("/filing")
            page.locator("section button[value=rehearse-phone]").click()
            heading(page, "filing.rehearse.title", lang)
            look(f"rehearse-{ending}")
            page.locator("#login").fill(login)
            page.locator("#sign").fill(NEW["signature"])
            page.locator(f"[name=finger][value='{finger}']").check()
            press(page, "filing.rehearse.go", lang)
            look(f"rehearsed-{ending}")
            if ending != "wrong-pin":
                heading(page, f"filing.rehearsed.{ending}", lang)
