import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.terminals.phone import Phone
from kaijo.web import pages
from kaijo.web.ops.charts import HEIGHT, WIDTH, columns, journey, share
from kaijo.words import label
from tests.support.world import World, pins_of

from .visitor import Page, Table, Visitor

CLERK, PERSON = "practice-clerk-1", "signature-locked"
NOBODY = {
    "started": 0,
    "completed": 0,
    "under_way": 0,
    "given_up": 0,
    "stopped": {"not-arrived": 0, "proof": 0, "relay": 0, "reset": 0},
}


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    made = pages(
        faces=("counter", "ops"),
        service=world.url,
        places=Table({}),
        clock=world.clock,
        clerks=lambda: app.practice_clerks(world.data),
    )
    with Visitor(made) as visitor:
        yield visitor


def sign_in(visitor: Visitor, world: World) -> Page:
    return visitor.send(visitor.go("/ops?lang=en"), clerk=CLERK, password=app.practice_clerks(world.data)[CLERK])


def reserve(world: World) -> None:
    guard = world.guard(world.card(PERSON))
    phone = Phone(guard, world.client, world.clock)
    kind = PinKind.SIGNATURE
    phone.reserve(kind, pins_of(PERSON)[PinKind.AUTHENTICATION], shown=phone.look(kind))
    guard.close()


def test_figures_are_for_clerks_alone(visitor: Visitor) -> None:
    assert visitor.go("/ops?lang=en").within("h1") == [label("counter.sign-in.title", "en")]
    wrong = visitor.send(visitor.go("/ops"), clerk=CLERK, password="not this")
    assert (wrong.status, wrong.path) == (422, "/ops")


def test_one_sign_in_opens_counter_and_figures(visitor: Visitor, world: World) -> None:
    assert sign_in(visitor, world).within("h1") == [label("ops.title", "en")]
    assert CLERK in visitor.go("/counter").text


def test_figures_follow_a_reservation_to_its_end(visitor: Visitor, world: World) -> None:
    reserve(world)
    assert label("ops.share-none", "en") in sign_in(visitor, world).text
    world.clock.advance(timedelta(days=1, minutes=1))
    page = sign_in(visitor, world)
    assert label("ops.share", "en", share=0) in page.text
    assert rows(page)[label("ops.journey.stopped.not-arrived", "en")] == "1"


def rows(page: Page) -> dict[str, str]:
    """Return the tables' rows as heading -> first figure."""
    found: dict[str, str] = {}
    heads, cells = page.within("th"), page.within("td")
    texts = [one for one in heads if one]
    for number, cell in enumerate(cells[:7]):
        found[texts[2 + number]] = cell
    return found


def test_journey_fills_its_line() -> None:
    stopped = {"not-arrived": 0, "proof": 1, "relay": 0, "reset": 0}
    counted = {**NOBODY, "started": 4, "completed": 2, "under_way": 1, "stopped": stopped}
    parts = journey(counted)
    assert [(part.name, part.count) for part in parts] == [("completed", 2), ("under_way", 1), ("stopped.proof", 1)]
    assert parts[-1].x + parts[-1].width == WIDTH
    assert share(counted) == 67


def test_nobody_makes_no_line_and_no_share() -> None:
    assert (journey(NOBODY), share(NOBODY)) == ((), None)


def test_highest_day_is_as_high_as_the_drawing() -> None:
    states = {"used": 0, "waiting": 0, "replaced": 0, "cancelled": 0, "expired": 0}
    days = [
        {"day": "2027-03-14", **states, "made": 4, "used": 3, "expired": 1},
        {"day": "2027-03-15", **states, "made": 2, "waiting": 2},
        {"day": "2027-03-16", **states, "made": 0},
    ]
    first, second, third = columns(days)
    assert [(block.state, block.y, block.height) for block in first.blocks] == [
        ("used", HEIGHT / 4, HEIGHT * 3 / 4),
        ("expired", 0, HEIGHT / 4),
    ]
    assert (second.blocks[0].height, third.blocks) == (HEIGHT / 2, ())


def test_terminals_stand_on_the_page_with_when_each_was_last_heard_of(visitor: Visitor, world: World) -> None:
    assert label("ops.no-terminals", "en") in sign_in(visitor, world).text
    app.enrolled(world.data, world.url, world.clock, "kiosk 7", "kiosk")
    page = visitor.go("/ops")
    assert "kiosk 7" in page.text
    assert label("ops.never-seen", "en") in page.text
    assert label("ops.not-enrolled", "en") not in page.text
    card = world.card(PERSON)
    reserve(world)
    world.kiosk(card, "kiosk 8").open()
    page = visitor.go("/ops")
    assert [one for one in page.within("th") if one.startswith("kiosk ")] == ["kiosk 8", "kiosk 7"]
    assert page.text.count(label("ops.not-enrolled", "en")) == 1


def test_audit_trail_stands_on_the_page_and_a_changed_one_raises_an_alarm(visitor: Visitor, world: World) -> None:
    reserve(world)
    assert label("ops.audit.nothing", "en") in sign_in(visitor, world).text
    world.clock.advance(timedelta(days=2))
    assert label("ops.audit.due", "en") in sign_in(visitor, world).text
    app.audit_trail(world.data, world.clock).checkpoint()
    page = visitor.go("/ops")
    assert label("ops.audit.whole", "en") in page.text
    assert [one for one in page.all("div") if one.get("role") == "alert"] == []
    with sqlite3.connect(world.data / "service.sqlite3") as database:
        database.execute("UPDATE audit_rows SET at = at + 1 WHERE tag = 'reservation-made'")
    page = visitor.go("/ops")
    assert label("ops.audit.damaged", "en") in page.text
    assert [one["class"] for one in page.all("div") if one.get("role") == "alert"] == ["finding bad"]
