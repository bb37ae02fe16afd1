from datetime import datetime, timedelta

import pytest

from kaijo.clock import JST
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.words import label, message
from tests.support.world import NIGHT, World

from .conftest import Visiting
from .visitor import Page, Visitor
from .walk import LOCKED, NEW, PROOF, arrive, reserve, reset

CLOSING = datetime(2027, 3, 15, 23, 0, tzinfo=JST)


def field(page: Page, name: str) -> dict[str, str]:
    return next(one for form in page.forms for one in form.inputs if one.get("name") == name)


def test_closed_kiosk_says_when_it_opens_and_has_no_form(visitor: Visitor, world: World) -> None:
    world.clock.advance(CLOSING - NIGHT)
    page = visitor.go("/kiosk?lang=en")
    assert (page.status, page.forms) == (200, [])
    assert page.within("h1") == ["The kiosk is closed"]
    assert label("web.kiosk.opens", "en", opens=NIGHT.replace(day=16, hour=6, minute=30)) in page.text


def test_kiosk_that_closed_in_front_of_the_holder_refuses_the_card(visitor: Visitor, world: World) -> None:
    page = visitor.go("/kiosk")
    world.clock.advance(CLOSING - NIGHT)
    answer = visitor.send(page, place=LOCKED)
    assert (answer.status, answer.code) == (409, "reset.kiosk-closed")
    assert "3月16日" in answer.text


def test_card_without_reservation_is_sent_to_the_phone(visitor: Visitor) -> None:
    answer = arrive(visitor)
    assert (answer.status, answer.code) == (409, "reset.no-reservation")


def test_expired_reservation_is_told(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    world.clock.advance(timedelta(hours=24))
    answer = arrive(visitor)
    assert (answer.status, answer.code) == (409, "reset.reservation-expired")


def test_unknown_place_is_told(visitor: Visitor) -> None:
    answer = arrive(visitor, "nobody")
    assert (answer.status, answer.code) == (404, "web.unknown-place")


def test_visit_asks_for_three_pins_with_the_count_beside_the_first(visitor: Visitor) -> None:
    reserve(visitor)
    page = arrive(visitor)
    asked = [one for one in page.forms[0].inputs if one["type"] != "hidden"]
    assert [(one["name"], one["type"], one["autocomplete"], one.get("inputmode")) for one in asked] == [
        ("proof", "password", "off", "numeric"),
        ("new", "password", "off", None),
        ("again", "password", "off", None),
    ]
    assert "proof-tries" in asked[0]["aria-describedby"].split()
    assert label("web.pin.tries", "ja", tries_left=3, tries_max=3) in page.text


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ((PROOF, NEW, f"{NEW}X"), ["again"]),
        ((PROOF, NEW, ""), ["again"]),
        ((PROOF, "ABCDEF", "ABCDEF"), ["new"]),
        (("", NEW, NEW), ["proof"]),
        (("12a4", "12", "13"), ["proof", "new"]),
    ],
)
def test_wrong_form_or_differing_pins_leave_the_visit_usable(
    visitor: Visitor, typed: tuple[str, str, str], wrong: list[str]
) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    page = reset(visitor, visit, *typed)
    assert (page.status, page.path) == (422, visit.path)
    assert [name for name in ("proof", "new", "again") if "aria-invalid" in field(page, name)] == wrong
    assert [field(page, name).get("value") for name in ("proof", "new", "again")] == [None, None, None]
    assert reset(visitor, page).path.startswith("/kiosk/done/")


def test_differing_pins_are_explained_beside_the_second(visitor: Visitor) -> None:
    reserve(visitor)
    page = reset(visitor, arrive(visitor), again=f"{NEW}X")
    assert message("guard.pins-differ", "ja", kind=PinKind.SIGNATURE).title in page.within("strong")


def test_small_letters_and_full_width_forms_are_the_same_pin(visitor: Visitor) -> None:
    reserve(visitor)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in NEW)
    assert reset(visitor, arrive(visitor), new=NEW.lower(), again=wide).path.startswith("/kiosk/done/")


def test_visit_is_over_when_its_time_is(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    world.clock.advance(kiosk_session_life())
    answer = reset(visitor, visit)
    assert (answer.status, answer.code) == (410, "web.over")
    assert reset(visitor, arrive(visitor)).path.startswith("/kiosk/done/")


def test_stopped_visit_leads_to_the_start_and_keeps_the_reservation(visitor: Visitor) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    assert visitor.send(visit, form=1).path == "/kiosk"
    assert visitor.go(visit.path).path == "/kiosk"
    assert reset(visitor, arrive(visitor)).path.startswith("/kiosk/done/")


def test_last_try_at_the_kiosk_needs_the_sentence(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    guard = world.guard(open_card(world.folder / f"{LOCKED}.json"))
    for _ in range(2):
        with pytest.raises(Exception, match=r"card\.wrong-pin"):
            guard.verify(PinKind.AUTHENTICATION, "0001", shown=guard.tries(PinKind.AUTHENTICATION))
    guard.close()
    last = arrive(visitor)
    assert last.path.endswith("/last")
    assert visitor.go(last.path.removesuffix("/last")).path == "/kiosk"
    visit = visitor.send(last, sentence="最後の1回を使います")
    assert reset(visitor, visit).path.startswith("/kiosk/done/")


def test_card_that_was_swapped_gets_no_pin(visiting: Visiting, world: World) -> None:
    visitor = visiting(LOCKED, "fresh")
    reserve(visitor)
    visit = arrive(visitor)
    (world.folder / f"{LOCKED}.json").write_bytes((world.folder / "fresh.json").read_bytes())
    answer = reset(visitor, visit)
    assert (answer.status, answer.code) == (503, "web.other-card")


def test_completion_page_goes_away_soon(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    done = reset(visitor, arrive(visitor))
    world.clock.advance(kiosk_session_life())
    assert visitor.go(done.path).code == "web.over"


def test_reset_that_is_done_already_is_told_with_its_time(visitor: Visitor) -> None:
    reserve(visitor)
    reset(visitor, arrive(visitor))
    answer = arrive(visitor)
    assert (answer.status, answer.code) == (409, "reset.already-done")


@pytest.mark.parametrize("path", ["/kiosk/visits", f"/kiosk/visits/{'0' * 32}/end"])
def test_addresses_that_only_take_forms_lead_back_to_the_start(visitor: Visitor, path: str) -> None:
    assert visitor.go(path).path == "/kiosk"
