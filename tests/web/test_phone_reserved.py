"""The reservation's page tells the truth: how long, where, when, and what became of it."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.terminals.kiosk import Kiosk
from kaijo.virtualcard.cardfile import open_card
from kaijo.words import label
from tests.support.canary import found
from tests.support.world import World, pins_of

from .conftest import Visiting
from .visitor import Page, Visitor
from .walk import LOCKED, NEW, PROOF, ask, look, reserve


def title(state: str) -> list[str]:
    return [label(f"phone.reservation.title.{state}", "ja")]


def at_kiosk(world: World) -> Kiosk:
    return world.kiosk(open_card(world.folder / f"{LOCKED}.json"))


def button(page: Page, ending: str) -> int:
    """Return which form of the page goes to an address with that ending."""
    return next(number for number, form in enumerate(page.forms) if ending in form.action)


def test_clock_shows_what_is_left_by_the_services_time(visitor: Visitor, world: World) -> None:
    page = reserve(visitor)
    assert [one["data-seconds"] for one in page.all("p") if "data-seconds" in one] == [str(24 * 3600)]
    world.clock.advance(timedelta(hours=1, minutes=1, seconds=30))
    again = visitor.go(page.path)
    assert again.within("b") == ["22", "58"]
    assert "2027年3月16日（火）21:40まで" in again.text
    refresh = [one for one in again.all("meta") if one.get("http-equiv") == "refresh"]
    assert [one["content"] for one in refresh] == ["60"]


def test_stores_are_named_with_those_that_do_not_serve_this_pin(visiting: Visiting) -> None:
    person = "authentication-locked"
    visitor = visiting(person)
    page = visitor.send(ask(visitor, "authentication", person), proof=pins_of(person)[PinKind.SIGNATURE])
    assert [text for text in page.within("li") if "イオン" in text or "ローソン" in text] == ["イオン（一部の店）"]
    other = page.within("h3").index(label("phone.stores.not", "ja"))
    assert (other, "ローソン、ファミリーマート、ミニストップ、ダイエー" in page.text) == (0, True)


def test_when_to_go_is_by_the_hours_of_kiosks(visitor: Visitor, world: World) -> None:
    world.clock.advance(timedelta(hours=2))
    page = reserve(visitor)
    times = "キオスクは2027年3月16日（火）06:30に開きます。2027年3月16日（火）23:00までに使ってください。"
    assert times in page.text


def test_reservation_that_no_kiosk_serves_in_time_says_so(visitor: Visitor, world: World) -> None:
    world.clock.advance(timedelta(days=9 * 30 + 19))
    page = reserve(visitor)
    assert "期限までにキオスクが開きません" in page.text
    assert visitor.go(f"{page.path}/kaijo.ics").code == "reset.reservation-expired"


def test_calendar_file_has_the_time_an_alarm_and_no_person(visitor: Visitor) -> None:
    page = reserve(visitor)
    (link,) = [one["href"] for one in page.all("a") if one["href"].endswith(".ics")]
    answer = visitor.client.get(link)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kaijo.ics"'
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart").isoformat() == "2027-03-15T12:40:00+00:00"
    assert event.decoded("dtend").isoformat() == "2027-03-16T12:40:00+00:00"
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("trigger").isoformat() == "2027-03-16T10:40:00+00:00"
    secrets = (LOCKED, PROOF, page.path.rsplit("/")[-1])
    assert [secret for secret in secrets if found(secret, answer.content)] == []


def test_page_for_the_staff_speaks_japanese_in_every_language(visitor: Visitor) -> None:
    page = reserve(visitor)
    visitor.go("/?lang=en")
    staff = visitor.go(f"{page.path}/staff")
    assert [one["lang"] for one in staff.all("p") if "lang" in one] == ["ja", "ja"]
    assert label("phone.staff.text", "en") in staff.text
    assert label("phone.menu", "en") in staff.text


def test_cancelled_reservation_says_so_and_leaves_the_pins_alone(visitor: Visitor, world: World) -> None:
    page = reserve(visitor)
    cancelled, again = (visitor.send(page, form=button(page, "/cancel")) for _ in range(2))
    assert (cancelled.status, cancelled.path, cancelled.within("h1")) == (200, page.path, title("cancelled"))
    assert again.within("h1") == title("cancelled")
    assert [form.action.split("/")[2] for form in cancelled.forms] == ["redo"]
    with pytest.raises(KaijoError, match=r"reset\.no-reservation"):
        at_kiosk(world).open()


def test_used_reservation_says_so_and_is_not_cancelled(visitor: Visitor, world: World) -> None:
    page = reserve(visitor)
    assert world.reset(at_kiosk(world), LOCKED) is PinKind.SIGNATURE
    used = visitor.send(page, form=button(page, "/cancel"))
    assert used.within("h1") == title("used")
    assert "2027年3月15日（月）21:40に新しくなりました" in used.text
    assert NEW not in used.text


def test_reservation_that_was_made_again_says_that_it_was_replaced(visitor: Visitor) -> None:
    first = reserve(visitor)
    proof = visitor.send(first, form=button(first, "/redo/"))
    assert proof.path.startswith("/phone/proof/")
    second = visitor.send(proof, proof=PROOF)
    assert label("cli.replaced", "ja") in second.text
    assert (visitor.go(first.path).within("h1"), visitor.go(second.path).within("h1")) == (
        title("replaced"),
        title("live"),
    )


def test_reservation_that_ran_out_says_so_and_can_be_made_again(visitor: Visitor, world: World) -> None:
    page = reserve(visitor)
    world.clock.advance(timedelta(hours=24))
    expired = visitor.go(page.path)
    assert expired.within("h1") == title("expired")
    proof = visitor.send(expired, form=button(expired, "/redo/"))
    assert visitor.send(proof, proof=PROOF).within("h1") == title("live")


def test_cards_of_a_family_are_listed_with_how_they_stand(visiting: Visiting) -> None:
    other = "fresh"
    visitor = visiting(LOCKED, other)
    first = reserve(visitor)
    visitor.send(visitor.send(look(visitor, other), kind="signature"), proof=pins_of(other)[PinKind.AUTHENTICATION])
    visitor.send(first, form=button(first, "/cancel"))
    page = visitor.go("/phone")
    mine = [one["href"] for one in page.all("a") if one["href"].startswith("/phone/reservation/")]
    assert len(mine) == 2
    assert mine[1] == first.path
    state = "phone.reservation.state"
    assert [
        text
        for text in page.within("span")
        if text in {label(f"{state}.live", "ja"), label(f"{state}.cancelled", "ja")}
    ] == [
        label(f"{state}.live", "ja"),
        label(f"{state}.cancelled", "ja"),
    ]


def test_list_is_of_this_phone_alone_and_gone_with_it(visiting: Visiting, world: World) -> None:
    reserve(visiting())
    (world.folder / f"{LOCKED}.json").unlink()
    assert list(visiting().go("/phone").all("section")) == []
