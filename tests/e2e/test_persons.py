"""Every test person is walked to the right ending on the pages, in both languages, by keyboard and by fingers alone."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from kaijo import app
from kaijo.card.jpki import JpkiSession
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import open_card
from kaijo.virtualcard.persons import Ending, persons
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label, message
from tests.support.browser import screen
from tests.support.world import NIGHT, World
from tests.web.visitor import Table

from .hands import HANDS, Hand
from .persons import AUTHENTICATION, NEW, SIGNATURE, Case, reserve, said, serve, sign_in, visit

pytestmark = pytest.mark.browser
# Each language by one hand; every language by every hand where somebody has the time.
PAIRS: list[tuple[Lang, str]] = [("ja", "keyboard"), ("en", "fingers")]
if os.environ.get("KAIJO_EVERY_PAIR"):
    PAIRS = [(lang, hand) for lang in LANGS for hand in HANDS]
RESIDENT, ATTRIBUTES = PinKind.RESIDENT, PinKind.ATTRIBUTES

# person -> the PIN that is asked for, where the phone's way ends (a heading or a code), after how many screens
# [docs/ways.md], what is read there
PHONE: dict[str, tuple[PinKind | None, str, int, str | None]] = {
    "fresh": (None, "phone.card.title", 3, None),
    "signature-locked": (SIGNATURE, "phone.reservation.title.live", 5, None),
    "authentication-locked": (AUTHENTICATION, "phone.reservation.title.live", 5, None),
    "both-locked": (None, "phone.card.title-none", 3, "terminal.proof-locked"),
    "one-try-left": (SIGNATURE, "web.last.title", 4, None),
    "certificate-expired": (None, "phone.card.title-none", 3, "terminal.certificate-expired"),
    "moved": (SIGNATURE, "reset.certificate-revoked", 5, None),
    "under-15": (None, "phone.card.title-none", 3, "terminal.no-signature-certificate"),
    "face-only": (None, "phone.card.title-none", 3, "finding.face-authentication-card"),
}
# person -> where the kiosk's way ends
KIOSK = {
    "fresh": "reset.no-reservation",
    "signature-locked": "kiosk.done",
    "authentication-locked": "kiosk.done",
    "both-locked": "terminal.proof-locked",
    "one-try-left": "reset.no-reservation",
    "certificate-expired": "terminal.certificate-expired",
    "moved": "reset.certificate-revoked",
    "under-15": "terminal.no-signature-certificate",
    "face-only": "terminal.no-signature-certificate",
}
COUNTER = {
    "both-locked": Case("holder-1", (), (SIGNATURE, AUTHENTICATION)),
    "certificate-expired": Case("holder-1", (AUTHENTICATION, SIGNATURE), (SIGNATURE,)),
    "moved": Case("holder-1", (SIGNATURE,), (SIGNATURE,)),
    "under-15": Case("legal-representative-1", (), (AUTHENTICATION,)),
    "face-only": Case("holder-1", (), (AUTHENTICATION, RESIDENT, ATTRIBUTES)),
}


@pytest.fixture
def address(world: World) -> Iterator[str]:
    files = {
        one.id: (world.fresh_card_file if COUNTER.get(one.id, Case("", (), ())).renew else world.card_file)(one.id)
        for one in persons()
    }
    site = pages(
        faces=("home", "phone", "kiosk", "counter"),
        service=world.url,
        places=Table(files),
        clock=world.clock,
        clerks=lambda: app.practice_clerks(world.data),
    )
    with serving(site) as url:
        yield url


def signs(world: World, person: str, kind: PinKind) -> bool:
    guard = world.guard(open_card(world.folder / f"{person}.json"))
    try:
        guard.verify(kind, NEW[kind], shown=guard.tries(kind))
        return kind not in (SIGNATURE, AUTHENTICATION) or len(JpkiSession(guard).sign_message(kind, b"a return")) == 256
    finally:
        guard.close()


def worded(code: str, lang: Lang, kind: PinKind | None) -> str:
    return code if code.startswith(("reset.", "terminal.")) else label(code, lang, kind=kind)


def test_every_person_has_endings_here() -> None:
    everybody = {one.id: one.ending for one in persons()}
    assert set(PHONE) == set(KIOSK) == set(everybody)
    assert set(COUNTER) == {name for name, ending in everybody.items() if ending is Ending.COUNTER}


@pytest.mark.parametrize(("lang", "hand"), PAIRS)
def test_everybody_is_walked_over_phone_and_kiosk(
    chromium: Browser, address: str, world: World, lang: Lang, hand: str
) -> None:
    ended: dict[str, tuple[str, int, str]] = {}
    with screen(chromium, address, (390, 844), touch=hand == "fingers", stopped=NIGHT) as page:
        used: Hand = HANDS[hand](page)
        screens: list[str] = []
        page.on("framenavigated", lambda frame: screens.append(frame.url))
        for person, (kind, _, _, read) in PHONE.items():
            screens.clear()
            reserve(page, used, lang, person, kind)
            on_phone, text = said(page), page.locator("main").inner_text()
            if read is not None and not any(
                message(read, lang, proof=one, not_after=NIGHT).title in text for one in PinKind
            ):
                on_phone += f", but no {read}"
            seen = len(screens)
            ended[person] = (on_phone, seen, visit(page, used, lang, person, kind))
    expected = {
        person: (worded(code, lang, proof_of(kind, code)), most, worded(KIOSK[person], lang, None))
        for person, (kind, code, most, _) in PHONE.items()
    }
    assert ended == expected
    assert signs(world, "signature-locked", SIGNATURE)
    assert signs(world, "authentication-locked", AUTHENTICATION)


def proof_of(kind: PinKind | None, code: str) -> PinKind | None:
    return AUTHENTICATION if code == "web.last.title" and kind is SIGNATURE else kind


@pytest.mark.parametrize(("lang", "hand"), PAIRS)
def test_whoever_ends_at_the_counter_is_served_there(
    chromium: Browser, address: str, world: World, lang: Lang, hand: str
) -> None:
    clerks = app.practice_clerks(world.data)
    with screen(chromium, address, (1280, 900), touch=hand == "fingers") as page:
        used: Hand = HANDS[hand](page)
        screens: set[str] = set()
        page.on("framenavigated", lambda frame: screens.add("/".join(urlsplit(frame.url).path.split("/")[:3])))
        sign_in(page, used, lang, clerks)
        ended = {person: serve(page, used, person, case, clerks) for person, case in COUNTER.items()}
    assert ended == dict.fromkeys(COUNTER, label("counter.holder.finished", lang))
    assert screens == {"/counter", "/counter/papers", "/counter/cases", "/counter/holder"}
    assert {(person, kind): signs(world, person, kind) for person, case in COUNTER.items() for kind in case.reset} == {
        (person, kind): True for person, case in COUNTER.items() for kind in case.reset
    }
