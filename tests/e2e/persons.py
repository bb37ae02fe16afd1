"""The ways of the nine test persons over the pages, each as the person goes it; for whichever hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

from kaijo.facts.pins import PinKind
from kaijo.words import Lang
from tests.support.world import NEW_PINS, pins_of

from .hands import Hand

SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION
PROOF = {SIGNATURE: AUTHENTICATION, AUTHENTICATION: SIGNATURE}
NEW = {**NEW_PINS, PinKind.RESIDENT: "9753", PinKind.ATTRIBUTES: "1029"}
CLERK, SECOND = "practice-clerk-1", "practice-clerk-2"


def reserve(page: Page, hand: Hand, lang: Lang, person: str, kind: PinKind | None) -> None:
    """Go the phone's way as far as it leads; `kind` is the PIN that this person would reset."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/phone?lang={lang}")
    hand.go("a.button[href='/phone/card']")
    hand.choose(f"input[name=place][value={person}]")
    hand.go("main form > button")
    if kind is None:
        return
    hand.go(f"button[name=kind][value={kind.value}]")
    if page.locator("#proof").count():
        hand.fill("#proof", pins_of(person)[PROOF[kind]])
        hand.go("main form [type=submit]")


def visit(page: Page, hand: Hand, lang: Lang, person: str, kind: PinKind | None) -> str:
    """Go the kiosk's way and away with the card; return the heading, or the code, with which it ended."""
    page.set_viewport_size({"width": 768, "height": 1366})
    page.goto(f"/kiosk?lang={lang}")
    hand.go("a.tile[href='/kiosk/services']")
    hand.press("summary.tile")
    hand.go("a.tile[href='/kiosk/place']")
    hand.choose(f"input[name=place][value={person}]")
    hand.go("form[action='/kiosk/visits'] [type=submit]")
    if kind is not None and page.locator("#proof").count():
        hand.fill("#proof", pins_of(person)[PROOF[kind]])
        hand.go("form:has(#proof) [type=submit]")
        hand.fill("#new", NEW[kind])
        hand.fill("#again", NEW[kind])
        hand.go("form:has(#new) [type=submit]")
        hand.go("[value=write-and-try]")
    ended = said(page)
    hand.go("main > form:has([value=leave]) > button >> nth=-1")
    hand.go("form[action='/kiosk/take'] button")
    return ended


@dataclass(frozen=True)
class Case:
    """What is done at the counter: who comes, which certificates are made anew, which PINs set."""

    who: str
    renew: tuple[PinKind, ...]
    reset: tuple[PinKind, ...]


def sign_in(page: Page, hand: Hand, lang: Lang, clerks: Mapping[str, str]) -> None:
    """Sign a clerk in."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/counter?lang={lang}")
    hand.fill("[name=clerk]", CLERK)
    hand.fill("[name=password]", clerks[CLERK])
    hand.go("main form button")


def serve(page: Page, hand: Hand, person: str, case: Case, clerks: Mapping[str, str]) -> str:
    """Serve one person from the papers to the new PINs; return the heading at the holder's side."""
    page.goto("/counter")
    hand.go(f"a[href='/counter/papers/{case.who}']")
    for box in page.locator("[name^=seen-]").all():
        hand.choose(f"#{box.get_attribute('id')}")
    hand.choose(f"input[name=place][value={person}]")
    hand.go("form[action^='/counter/papers'] > button")
    for act, kinds in (("renew", case.renew), ("reset", case.reset)):
        for kind in kinds:
            hand.choose(f"#{act}-{kind.value}")
    hand.go("form[action$='/acts'] > button")
    if page.locator("form[action$='/approval']").count():
        hand.fill("form[action$='/approval'] [name=clerk]", SECOND)
        hand.fill("form[action$='/approval'] [name=password]", clerks[SECOND])
        hand.go("form[action$='/approval'] > button")
    for _ in case.renew:
        hand.go("form[action$='/renew'] button")
    hand.go("a[href^='/counter/holder/']")
    for _ in case.reset:
        kind = PinKind(page.locator("[name=kind]").input_value())
        hand.fill("#new", NEW[kind])
        hand.fill("#again", NEW[kind])
        hand.go("main form button")
    return said(page)


def said(page: Page) -> str:
    """Return the code at the end of a page that says no, else its heading."""
    code = page.locator("main .code code")
    return code.inner_text() if code.count() else page.locator("h1").inner_text()
