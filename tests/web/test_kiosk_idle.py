"""Nobody moves: the machine asks, waits, forgets; and no second person gets into a first one's visit."""

import gc
import re
from datetime import timedelta

from kaijo.facts.lifetimes import kiosk_session_life, kiosk_session_most
from kaijo.web.kiosk.visits import Choosing
from kaijo.words import label
from tests.support.world import World

from .conftest import Visiting
from .visitor import ORIGIN, Page, Visitor
from .walk import LOCKED, NEW, PROOF, arrive, asks_for, choose, is_done, prove, reserve, reset

SECOND = timedelta(seconds=1)


def refresh(page: Page) -> str:
    """Return what a browser without scripts does by itself."""
    return next(one["content"] for one in page.all("meta") if one.get("http-equiv") == "refresh")


def states(world: World) -> list[str]:
    return [str(row[0]) for row in world.rows("SELECT state FROM reservations")]


def here(visitor: Visitor, page: Page, token: str) -> object:
    headers = {"Origin": ORIGIN, "X-Kaijo-Token": token}
    return visitor.client.post(f"{page.path}/here", headers=headers).json()


def test_without_scripts_the_browser_asks_after_45_seconds_and_wipes_after_60(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    assert refresh(visit) == f"45;url={visit.path}/idle"
    world.clock.advance(45 * SECOND)
    asked = visitor.go(f"{visit.path}/idle")
    assert asked.within("h1") == [label("kiosk.idle.title", "ja")]
    assert refresh(asked) == f"16;url={visit.path}/idle"
    world.clock.advance(16 * SECOND)
    over = visitor.go(f"{visit.path}/idle")
    assert (over.status, over.code) == (410, "kiosk.over")
    assert label("kiosk.over.kept", "ja") in over.text
    assert visitor.go("/kiosk").path == "/kiosk/take"


def test_looking_at_the_question_is_no_sign_of_life(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    for _ in range(2):
        world.clock.advance(29 * SECOND)
        assert visitor.go(f"{visit.path}/idle").status == 200
    world.clock.advance(2 * SECOND)
    assert visitor.go(f"{visit.path}/idle").status == 410


def test_more_time_goes_back_to_the_screen_and_lasts_as_long_as_the_service_waits(
    visitor: Visitor, world: World
) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    world.clock.advance(50 * SECOND)
    back = visitor.send(visitor.go(f"{visit.path}/idle"))
    assert (back.path, asks_for(back, "proof")) == (visit.path, True)
    seconds = int(kiosk_session_life().total_seconds())
    assert refresh(back) == f"{seconds - 15};url={visit.path}/idle"
    world.clock.advance(kiosk_session_life() - SECOND)
    new = prove(visitor, back)
    world.clock.advance(kiosk_session_life() - SECOND)
    assert is_done(visitor.send(choose(visitor, new), step="write"))


def test_slow_typist_is_not_cut_off_while_somebody_is_there(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    new = prove(visitor, arrive(visitor))
    token = new.forms[0].hidden()["token"]
    opened, signs = world.clock.now(), 0
    while world.clock.now() + 50 * SECOND < opened + kiosk_session_most():
        world.clock.advance(50 * SECOND)
        assert here(visitor, new, token) == {}
        signs += 1
    assert signs == 17
    assert world.rows("SELECT count(*) FROM audit_rows WHERE tag = 'session-extended'") != [(0,)]
    assert is_done(visitor.send(choose(visitor, new), step="write"))


def test_sign_of_life_of_the_script_keeps_the_visit(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    token = visit.forms[0].hidden()["token"]
    for _ in range(3):
        world.clock.advance(50 * SECOND)
        assert here(visitor, visit, token) == {}
    world.clock.advance(60 * SECOND)
    answer = here(visitor, visit, token)
    assert isinstance(answer, dict)
    assert answer["refused"]["code"] == "kiosk.over"
    assert here(visitor, visit, "0" * 32) != {}


def test_idle_visit_gives_its_reservation_back_at_the_next_contact(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    prove(visitor, arrive(visitor))
    assert states(world) == ["held"]
    world.clock.advance(60 * SECOND)
    visitor.go("/kiosk")
    assert states(world) == ["live"]


def test_visit_is_over_when_the_services_time_is(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = prove(visitor, arrive(visitor))
    token = visit.forms[0].hidden()["token"]
    for _ in range(kiosk_session_most() // (30 * SECOND)):
        world.clock.advance(30 * SECOND)
        here(visitor, visit, token)
    answer = choose(visitor, visit)
    assert (answer.status, answer.code) == (410, "kiosk.over")
    assert label("kiosk.over.kept", "ja") in answer.text
    assert is_done(reset(visitor, arrive(visitor)))


def test_finished_screen_is_wiped_and_says_afterwards_that_it_was_done(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    done = reset(visitor, arrive(visitor))
    assert label("kiosk.idle.text-over", "ja") in done.text
    world.clock.advance(60 * SECOND)
    over = visitor.go(done.path)
    assert (over.status, label("kiosk.over.used", "ja") in over.text) == (410, True)
    assert visitor.go(f"{done.path}/slip.pdf").code == "kiosk.over"


def test_first_screen_ends_the_visit_of_whoever_was_there(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = prove(visitor, arrive(visitor))
    assert visitor.go("/kiosk").path == "/kiosk/take"
    assert (visitor.go(visit.path).code, states(world)) == ("kiosk.over", ["live"])
    assert choose(visitor, visit).code == "kiosk.over"


def test_second_person_ends_the_visit_of_the_first(visiting: Visiting, world: World) -> None:
    visitor = visiting(LOCKED, "authentication-locked")
    reserve(visitor)
    first = prove(visitor, arrive(visitor))
    second = arrive(visitor, "authentication-locked")
    assert second.code == "reset.no-reservation"
    assert (visitor.go(first.path).code, states(world)) == ("kiosk.over", ["live"])


def test_nobody_gets_in_with_a_key_of_before_or_of_nobody(visitor: Visitor) -> None:
    reserve(visitor)
    first = arrive(visitor)
    second = arrive(visitor)
    assert first.path != second.path
    assert [visitor.go(path).code for path in (first.path, f"/kiosk/visits/{'0' * 32}")] == ["kiosk.over"] * 2
    assert visitor.go(second.path).status == 200


def test_no_pin_stays_in_the_process_between_two_screens(visitor: Visitor) -> None:
    reserve(visitor)
    choose(visitor, prove(visitor, arrive(visitor)))
    stages = [one for one in gc.get_objects() if isinstance(one, Choosing) and one.half is not None]
    assert [len(one.half or b"") for one in stages] == [32]
    # As a word of its own: four digits come up by chance in an id or an address.
    told = {pin for pin in (PROOF, NEW) if re.search(rf"\b{pin}\b", repr(stages))}
    assert (told, [pin for pin in (PROOF, NEW) if pin.encode() in (stages[0].half or b"")]) == (set(), [])
