"""The kiosk in a real browser, upright: by finger and by keyboard, with a clock that runs ahead, under axe's eyes."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from kaijo.card.jpki import JpkiSession
from kaijo.facts.pins import PinKind
from kaijo.keep.weakness import weaknesses
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import pages
from kaijo.words import LANGS, Lang, label
from tests.support.browser import faults, keep, screen
from tests.support.canary import found
from tests.support.world import NEW_PINS, NIGHT, World, pins_of
from tests.web.visitor import Table

pytestmark = pytest.mark.browser
TICKS = 2500  # milliseconds in which the page looks at its clock at least once
LARGE, SMALL = (1080, 1920), (768, 1366)
PERSON, OTHER = "signature-locked", "authentication-locked"
LOCKED = {
    PERSON: (PinKind.SIGNATURE, PinKind.AUTHENTICATION),
    OTHER: (PinKind.AUTHENTICATION, PinKind.SIGNATURE),
}
PROOF, NEW = pins_of(PERSON)[PinKind.AUTHENTICATION], NEW_PINS[PinKind.SIGNATURE]
WRONG, WEAK = f"{(int(PROOF) + 1) % 10000:04}", "ABCD2001"
WEAKNESSES = """async pins => {
    const { weaknesses } = await import('/static/kiosk_rules.js')
    return pins.map(weaknesses)
}"""
HEAR_IT_CLOSE = """() => document.querySelector('[data-idle]')
    .addEventListener('close', event => { event.target.dataset.closed = 'yes' })"""  # heard after the page's own
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
KEPT = """async () => [localStorage.length, sessionStorage.length, document.cookie, (await caches.keys()).length,
    (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length]"""


@pytest.fixture
def address(world: World) -> Iterator[str]:
    table = Table({name: world.card_file(name) for name in (PERSON, OTHER, "both-locked")})
    site = pages(faces=("home", "phone", "kiosk", "counter"), service=world.url, places=table, clock=world.clock)
    with serving(site) as url:
        yield url


def reserve(world: World, person: str = PERSON, kind: PinKind = PinKind.SIGNATURE) -> None:
    world.reserve(open_card(world.folder / f"{person}.json"), person, kind)


def signs(world: World, kind: PinKind, pin: str, person: str = PERSON) -> bool:
    guard = world.guard(open_card(world.folder / f"{person}.json"))
    try:
        guard.verify(kind, pin, shown=guard.tries(kind))
        return len(JpkiSession(guard).sign_message(kind, b"a return")) == 256
    finally:
        guard.close()


def button(page: Page, code: str, lang: Lang = "ja") -> None:
    page.get_by_role("button", name=label(code, lang), exact=True).tap()


def go_on(page: Page) -> None:
    """Press the button that leads on."""
    page.locator("main form [type=submit]").first.tap()


def lay(page: Page, person: str = PERSON) -> None:
    """Place the card and have it read."""
    page.goto("/kiosk/place")
    page.get_by_label(person).check()
    go_on(page)
    page.wait_for_url("**/visits**")
    page.wait_for_load_state()


def keys(page: Page, pin: str) -> None:
    """Type on the keys of the screen."""
    for key in pin:
        page.locator(f"[data-key='{key}']").tap()


def by_finger(page: Page, lang: Lang, person: str, proof: str, new: str) -> Iterator[str]:
    """Go the whole way with a finger, yielding the name of each screen when it is there."""
    page.goto(f"/kiosk?lang={lang}")
    yield "1-start"
    page.get_by_role("link", name=label("kiosk.menu.services", lang)).tap()
    page.locator("summary").tap()
    yield "2-services"
    page.get_by_role("link", name=label("kiosk.menu.reset", lang)).tap()
    page.get_by_label(person).check()
    yield "3-place"
    button(page, "kiosk.place.read", lang)
    page.locator("#proof").wait_for()
    keys(page, proof)
    yield "4-proof"
    button(page, "kiosk.proof.on", lang)
    page.locator("#new").wait_for()
    keys(page, new)
    page.locator("[data-next]").tap()
    keys(page, new)
    yield "5-new"
    button(page, "kiosk.new.on", lang)
    page.locator(".happens").wait_for()
    yield "6-confirm"
    button(page, "kiosk.confirm.write-and-try", lang)
    page.locator(".do").wait_for()
    yield "7-done"
    button(page, "kiosk.done.finish", lang)
    page.locator("[data-sound]").wait_for()
    yield "8-take"
    button(page, "kiosk.take.practice", lang)
    page.wait_for_url("**/kiosk")


@pytest.mark.parametrize(("lang", "person"), [("ja", PERSON), ("en", OTHER)])
def test_card_is_brought_back_by_finger_and_every_screen_is_for_everybody(
    chromium: Browser, address: str, world: World, lang: Lang, person: str
) -> None:
    kind, proof_kind = LOCKED[person]
    size = LARGE if person == PERSON else SMALL
    reserve(world, person, kind)
    proof, new = pins_of(person)[proof_kind], NEW_PINS[kind]
    seen, wrong, asked = [], {}, set()
    with screen(chromium, address, size, touch=True, stopped=NIGHT) as page:
        page.on("request", lambda request: asked.add(request.url.split("/")[2]))
        for name in by_finger(page, lang, person, proof, new):
            seen.append(name)
            keep(page, f"kiosk-{size[0]}-{lang}-{name}")
            if faulty := faults(page):
                wrong[name] = faulty
            assert [pin for pin in (proof, new) if found(pin, page.content().encode())] == []
            assert page.evaluate(KEPT) == [0, 0, "", 0, 0, 0]
    assert (wrong, asked, len(seen)) == ({}, {address.split("/")[2]}, 8)
    assert signs(world, kind, new, person)


def prove(page: Page, proof: str = PROOF) -> None:
    """Place the card and type the proof PIN."""
    lay(page)
    page.locator("#proof").fill(proof)
    go_on(page)
    page.locator("#new, .failure").first.wait_for()
    page.wait_for_load_state()  # what is typed before the script is there is not heard by it


def choose(page: Page, new: str, again: str) -> None:
    """Type a new PIN twice."""
    page.locator("#new").fill(new)
    page.locator("#again").fill(again)
    go_on(page)
    page.locator(".error, .happens").first.wait_for()


def prove_and_choose(page: Page, new: str, again: str) -> None:
    prove(page)
    choose(page, new, again)


OTHER_SCREENS: dict[str, Callable[[Page], object]] = {
    "wrong-pin": lambda page: prove(page, WRONG),
    "new-wrong": lambda page: prove_and_choose(page, WEAK, NEW),
    "confirm-weak": lambda page: prove_and_choose(page, WEAK, WEAK),
    "no-reservation": lambda page: lay(page, OTHER),
    "both-locked": lambda page: lay(page, "both-locked"),
    "over": lambda page: page.goto("/kiosk/visits/0"),
}


@pytest.mark.parametrize("lang", LANGS)
def test_screens_off_the_straight_way_are_for_everybody(
    chromium: Browser, address: str, world: World, lang: Lang
) -> None:
    reserve(world)
    wrong = {}
    with screen(chromium, address, SMALL, touch=True, stopped=NIGHT) as page:
        for name, go in OTHER_SCREENS.items():
            page.goto(f"/kiosk/services?lang={lang}")
            go(page)
            keep(page, f"kiosk-{name}-{lang}")
            if faulty := faults(page):
                wrong[name] = faulty
        world.clock.advance(world.clock.now().replace(hour=23, minute=30) - world.clock.now())
        page.goto("/kiosk/services")
        keep(page, f"kiosk-closed-{lang}")
        assert (wrong, faults(page)) == ({}, [])


def test_keyboard_alone_is_enough(chromium: Browser, address: str, world: World) -> None:
    reserve(world)
    with screen(chromium, address, LARGE, stopped=NIGHT) as page:

        def until(selector: str) -> None:
            for _ in range(60):
                if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                    return
                page.keyboard.press("Tab")
            raise AssertionError(f"the keyboard does not reach {selector}")

        def press(selector: str) -> None:
            until(selector)
            page.keyboard.press("Enter")

        page.goto("/kiosk")
        press("a.tile")
        page.wait_for_url("**/services")
        press("summary")
        press("a.tile[href='/kiosk/place']")
        page.wait_for_url("**/place")
        until("#place-1")
        page.keyboard.press("Space")
        press("main form button")
        page.locator("#proof").wait_for()
        until("#proof")
        page.keyboard.type(PROOF)
        page.keyboard.press("Enter")
        page.locator("#new").wait_for()
        until("#new")
        page.keyboard.type(NEW)
        until("#again")
        page.keyboard.type(NEW)
        page.keyboard.press("Enter")
        page.locator(".happens").wait_for()
        press("[value=write-and-try]")
        page.locator(".do").wait_for()
    assert signs(world, PinKind.SIGNATURE, NEW)


def test_machine_asks_after_45_seconds_and_wipes_after_60(chromium: Browser, address: str, world: World) -> None:
    reserve(world)
    with screen(chromium, address, LARGE, touch=True, stopped=NIGHT) as page:
        lay(page)
        visit = page.url
        idle = page.locator("[data-idle]")
        keys(page, PROOF[:2])
        page.clock.set_fixed_time(NIGHT + timedelta(seconds=44))
        page.wait_for_timeout(TICKS)
        assert not idle.is_visible()
        page.clock.set_fixed_time(NIGHT + timedelta(seconds=46))
        idle.wait_for()
        assert faults(page) == []
        page.evaluate(HEAR_IT_CLOSE)
        button(page, "kiosk.idle.more")
        expect(idle).to_have_attribute("data-closed", "yes")
        assert (idle.is_visible(), page.locator("#proof").input_value()) == (False, PROOF[:2])
        page.clock.set_fixed_time(NIGHT + timedelta(seconds=46 + 44))
        page.wait_for_timeout(TICKS)
        assert not idle.is_visible()
        page.clock.set_fixed_time(NIGHT + timedelta(seconds=46 + 61))
        page.wait_for_url("**/kiosk/take")
        page.goto(visit)
        expect(page.locator("code")).to_have_text("kiosk.over")
    assert world.rows("SELECT state FROM reservations") == [("live",)]


def test_back_does_not_lead_into_a_visit_that_is_over(chromium: Browser, address: str, world: World) -> None:
    reserve(world)
    with screen(chromium, address, LARGE, touch=True, stopped=NIGHT) as page:
        prove(page)
        page.get_by_role("button", name=label("kiosk.leave", "ja"), exact=True).first.tap()
        page.wait_for_url("**/kiosk/take")
        page.go_back()
        expect(page.locator("code")).to_have_text("kiosk.over")


def test_keys_can_be_shuffled_and_count_what_was_typed(chromium: Browser, address: str, world: World) -> None:
    reserve(world)
    with screen(chromium, address, SMALL, touch=True, stopped=NIGHT) as page:
        lay(page)
        usual = page.locator("[data-key]").all_inner_texts()
        shuffle = page.locator("[data-shuffle]")
        while page.locator("[data-key]").all_inner_texts() == usual:  # one shuffle in 3.6 million changes nothing
            for wanted in ("false", "true"):
                if shuffle.get_attribute("aria-pressed") != wanted:
                    button(page, "kiosk.keypad.shuffle")
                    expect(shuffle).to_have_attribute("aria-pressed", wanted)
        assert sorted(page.locator("[data-key]").all_inner_texts()) == sorted(usual)
        keys(page, PROOF)
        page.locator("[data-delete]").tap()
        expect(page.locator("#proof")).to_have_value(PROOF[:-1])
        expect(page.locator("[data-count=proof] b")).to_have_text("3")
        page.locator("[data-next]").tap()
        expect(page.locator("main form [type=submit]").first).to_be_focused()


def test_rules_answer_while_the_pin_is_typed(chromium: Browser, address: str, world: World) -> None:
    reserve(world)

    def met() -> list[str]:
        return [str(one.get_attribute("data-rule")) for one in page.locator(".rules .met").all()]

    with screen(chromium, address, SMALL, touch=True, stopped=NIGHT) as page:
        prove(page)
        page.locator("#new").fill("abcd")
        assert (met(), page.locator("[data-weak]:visible").count()) == (["alphabet"], 0)
        page.locator("#new").fill("abcd2001")
        assert (met(), page.locator("[data-weak]:visible").count()) == (["length", "alphabet", "both"], 2)
        page.locator("#new").fill(NEW)
        page.locator("#again").fill(NEW.lower())
        assert met() == ["length", "alphabet", "both", "hard", "same"]


def test_advice_of_the_script_is_that_of_the_program(chromium: Browser, address: str) -> None:
    with screen(chromium, address, SMALL) as page:
        page.goto("/kiosk")

        @settings(max_examples=60, suppress_health_check=QUIET)
        @given(
            st.lists(
                st.from_regex("[0-9]{4}", fullmatch=True)
                | st.sampled_from(["1234", "0229", "0230", "9876", "1999", "2100", "1131", "7777"]),
                min_size=40,
                max_size=40,
            )
        )
        def compare(pins: list[str]) -> None:
            said = page.evaluate(
                WEAKNESSES,
                pins,
            )
            expected = [
                [code.removeprefix("weak.") for code in weaknesses(PinKind.AUTHENTICATION, pin)] for pin in pins
            ]
            assert said == expected

        compare()
        letters = [
            "ABCDEF12",
            "KAIJO2027",
            "A1A1A1A1",
            "AAAAAAA1",
            "ZYX98765",
            "PIN19991231",
            "X0B1C2D3",
            "QWERTZ20270315",
        ]
        said = page.evaluate(
            WEAKNESSES,
            letters,
        )
        assert said == [[code.removeprefix("weak.") for code in weaknesses(PinKind.SIGNATURE, pin)] for pin in letters]


def test_last_try_is_put_together_piece_by_piece(chromium: Browser, address: str, world: World) -> None:
    reserve(world)
    world.miss(PERSON, PinKind.AUTHENTICATION)
    with screen(chromium, address, SMALL, touch=True, stopped=NIGHT) as page:
        lay(page)
        assert faults(page) == []
        keep(page, "kiosk-last")
        page.locator("summary").tap()
        for piece in label("kiosk.last.pieces", "ja").split("|"):
            page.locator(f"[data-piece='{piece}']").tap()
        assert faults(page) == []
        keep(page, "kiosk-last-open")
        button(page, "web.last.go-on")
        page.locator("#proof").wait_for()


def test_card_that_was_left_is_called_for_until_it_is_taken(chromium: Browser, address: str, world: World) -> None:
    with screen(chromium, address, SMALL, touch=True, stopped=NIGHT) as page:
        lay(page, OTHER)
        button(page, "kiosk.failed.end")
        page.wait_for_url("**/take")
        assert page.locator("[data-alarm]").is_hidden()
        button(page, "kiosk.take.sound")
        expect(page.locator("[data-sound]")).to_have_attribute("aria-pressed", "true")
        world.clock.advance(world.clock.now().replace(minute=41) - world.clock.now())
        page.locator("[data-alarm]").wait_for()
        assert faults(page) == []
        with screen(chromium, address, SMALL) as elsewhere:
            elsewhere.goto("/kiosk/take")
            elsewhere.locator("main form button").click()
        page.wait_for_url("**/kiosk")


def test_second_press_while_the_machine_works_does_nothing(chromium: Browser, address: str, world: World) -> None:
    reserve(world)
    with screen(chromium, address, LARGE, touch=True, stopped=NIGHT) as page:
        lay(page)
        page.locator("#proof").fill(PROOF)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.evaluate("for (const _ of [1, 2, 3]) document.querySelector('form[data-wait] [type=submit]').click()")
        page.locator("#new").wait_for()
        assert len(sent) == 1
