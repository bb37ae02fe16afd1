"""The ways through the phone's pages in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import create
from kaijo.virtualcard.front import front
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person
from kaijo.web import pages
from kaijo.words import Lang, label
from tests.support.browser import faults, keep
from tests.support.heads import chip_photo
from tests.support.photographs import patience
from tests.support.world import NIGHT, World, issued, pins_of
from tests.web.test_phone_code import printed
from tests.web.visitor import Table

PERSON, LOST, LAST = "signature-locked", "both-locked", "one-try-left"
PROOF = pins_of(PERSON)[PinKind.AUTHENTICATION]
PHONE = (360, 740)
MOST_SCREENS = 7
STORED = "() => [localStorage.length, sessionStorage.length, document.cookie]"


@pytest.fixture
def strict(world: World) -> Iterator[str]:
    """Give the address of pages whose service asks for a face, and whose card carries the photo of one."""
    path = world.folder / "face.json"
    create(path, Issuer.open(app.home() / "issuer", world.clock).issue(person(PERSON), NIGHT, chip_photo("collins")))
    with serving(app.service(world.folder / "strict", world.clock, face_required=True)) as service:
        site = pages(faces=("phone",), service=service, places=Table({PERSON: path}), clock=world.clock)
        with serving(site) as url:
            yield url


def press(page: Page, code: str, lang: Lang, **data: object) -> None:
    """Press it, and have the page that it may lead to loaded."""
    page.get_by_role("button", name=label(code, lang, **data), exact=True).click()
    page.wait_for_load_state()


def choose(page: Page, lang: Lang, card: str = PERSON, noise: str = "") -> None:
    page.goto("/phone/card")
    page.locator(f"input[value={card}]").check()
    if noise:
        page.locator(".practise summary").click()
        page.locator(f"input[value={noise}]").check()
    press(page, "phone.hold.read", lang)


def prove(page: Page, code: str, lang: Lang) -> None:
    page.locator("#proof").fill(PROOF)
    press(page, code, lang)


def to_camera(page: Page, lang: Lang, *, keeping: bool = False) -> dict[str, list[str]]:
    """Go as far as the camera; return what is wrong with the screens on the way."""
    found = {}
    page.goto(f"/phone?lang={lang}")
    choose(page, lang)
    press(page, "phone.card.reset", lang, kind=PinKind.SIGNATURE)
    if keeping:
        keep(page, f"phone-code-{lang}")
        found["code"] = faults(page)
        press(page, "phone.code.open", lang)
        keep(page, f"phone-code-wrong-{lang}")
        found["code-wrong"] = faults(page)
        page.locator("[name=photograph]").set_input_files(
            {"name": "front.png", "mimeType": "image/png", "buffer": front(issued(PERSON))}
        )
        with patience():
            press(page, "phone.code.photograph-read", lang)
            page.locator(".compare").first.wait_for()
        keep(page, f"phone-code-read-{lang}")
        found["code-read"] = faults(page)
    else:
        values = printed()
        page.locator("#era").select_option(values.pop("era"))
        for name, value in values.items():
            page.locator(f"#{name}").fill(value)
    press(page, "phone.code.open", lang)
    prove(page, "phone.proof.on", lang)
    return found
