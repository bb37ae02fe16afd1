from datetime import datetime, timedelta

import pytest

from kaijo.card.apdu import Ins
from kaijo.card.link import Link
from kaijo.clock import JST
from kaijo.errors import CardTrouble
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.virtualcard.faults import Around
from kaijo.words import LANGS, Lang, label, message
from tests.support.world import NIGHT, World, pins_of

from .conftest import Visiting
from .visitor import Page, Table, Visitor
from .walk import LOCKED, NEW, PROOF, WRONG, arrive, asks_for, choose, is_done, prove, reserve, reset

CLOSING = datetime(2027, 3, 15, 23, 0, tzinfo=JST)
NEW_YEAR = datetime(2027, 1, 1, 12, 0, tzinfo=JST)
MENU = ["/kiosk", "/kiosk/services", "/kiosk/place"]


def field(page: Page, name: str) -> dict[str, str]:
    return next(one for form in page.forms for one in form.inputs if one.get("name") == name)


def links(page: Page) -> list[str]:
    return [one["href"] for one in page.all("a") if "tile" in one.get("class", "").split()]


def test_menu_leads_in_three_presses_to_the_reset_and_says_what_is_not_here(visitor: Visitor) -> None:
    start = visitor.go("/kiosk")
    assert links(start) == ["/kiosk/services"]
    services = visitor.go("/kiosk/services")
    assert (links(services), services.within("summary")) == (["/kiosk/place"], [label("kiosk.menu.card", "ja")])
    pressed = [label(f"kiosk.menu.{name}", "ja") for name in ("services", "card", "reset")]
    assert label("phone.menu", "ja") == "→".join(f"「{name}」" for name in pressed)
    assert [page.text.count(label("kiosk.not-here", "ja")) for page in (start, services)] == [4, 2]


@pytest.mark.parametrize("path", MENU)
def test_closed_kiosk_says_when_it_opens_and_has_no_form(visitor: Visitor, world: World, path: str) -> None:
    world.clock.advance(CLOSING - NIGHT)
    page = visitor.go(f"{path}?lang=en")
    assert (page.status, page.forms, page.within("h1")) == (200, [], [label("kiosk.closed", "en")])
    assert label("kiosk.closed.opens", "en", opens=NIGHT.replace(day=16, hour=6, minute=30)) in page.text


def test_day_off_is_told_with_the_day_that_it_opens(visitor: Visitor, world: World) -> None:
    world.clock.advance(NEW_YEAR.replace(year=2028) - NIGHT)
    page = visitor.go("/kiosk")
    assert label("kiosk.closed.day", "ja") in page.text
    opens = datetime.combine(datetime(2028, 1, 4, tzinfo=JST), kiosk_hours().opens, JST)
    assert label("kiosk.closed.opens", "ja", opens=opens) in page.text


def test_kiosk_that_closed_in_front_of_the_holder_refuses_the_card(visitor: Visitor, world: World) -> None:
    page = visitor.go("/kiosk/place")
    world.clock.advance(CLOSING - NIGHT)
    answer = visitor.send(page, place=LOCKED)
    assert (answer.status, answer.code) == (409, "reset.kiosk-closed")
    assert "3月16日" in answer.text


def test_card_without_reservation_is_sent_to_the_phone_and_taken_along(visitor: Visitor) -> None:
    answer = arrive(visitor)
    assert (answer.status, answer.code) == (409, "reset.no-reservation")
    assert label("kiosk.fate.none", "ja") in answer.text
    assert visitor.send(answer).path == "/phone"
    assert visitor.go("/kiosk").path == "/kiosk"


def test_card_with_both_pins_locked_is_sent_to_the_counter_and_not_to_the_phone(visiting: Visiting) -> None:
    visitor = visiting("both-locked", faces=("home", "phone", "kiosk", "counter"))
    answer = arrive(visitor, "both-locked")
    assert (answer.status, answer.code) == (409, "terminal.proof-locked")
    assert [form.hidden().get("to") for form in answer.forms[:2]] == ["counter", None]
    assert visitor.send(answer).path.startswith("/counter")


def test_expired_reservation_is_told(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    world.clock.advance(timedelta(hours=24))
    answer = arrive(visitor)
    assert (answer.status, answer.code) == (409, "reset.reservation-expired")


def test_unknown_place_is_told(visitor: Visitor) -> None:
    answer = arrive(visitor, "nobody")
    assert (answer.status, answer.code) == (404, "web.unknown-place")


def test_first_screen_shows_the_reservation_and_asks_for_the_other_pin_with_its_count(visitor: Visitor) -> None:
    reserve(visitor)
    page = arrive(visitor)
    until = NIGHT + timedelta(hours=24)
    assert label("kiosk.proof.found", "ja", kind=PinKind.SIGNATURE, until=until) in page.text
    asked = field(page, "proof")
    assert (asked["type"], asked["autocomplete"], asked["inputmode"]) == ("password", "off", "numeric")
    assert "proof-tries" in asked["aria-describedby"].split()
    assert label("web.pin.tries", "ja", tries_left=3, tries_max=3) in page.text


def test_new_pin_is_asked_for_twice_with_its_rules(visitor: Visitor) -> None:
    reserve(visitor)
    page = prove(visitor, arrive(visitor))
    assert [field(page, name)["type"] for name in ("new", "again")] == ["password", "password"]
    rules = next(one for one in page.all("ul") if "data-rules" in one)
    assert (rules["data-min"], rules["data-max"], rules["data-alphabet"]) == ("6", "16", "upper-and-digits")
    assert [one["data-rule"] for one in page.all("li") if "data-rule" in one] == [
        "length", "alphabet", "both", "hard", "same",
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["", "12", "12a4", "123456"])
def test_proof_pin_of_the_wrong_form_is_not_sent(visitor: Visitor, typed: str) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    page = prove(visitor, visit, typed)
    assert (page.status, page.path, "aria-invalid" in field(page, "proof")) == (422, visit.path, True)
    assert field(page, "proof").get("value") is None
    assert is_done(reset(visitor, page))


@pytest.mark.parametrize(
    ("new", "again", "wrong"),
    [(NEW, f"{NEW}X", "again"), (NEW, "", "again"), ("ABCDEF", "ABCDEF", "new"), ("12", "13", "new")],
)
def test_wrong_form_or_differing_pins_leave_the_visit_usable(
    visitor: Visitor, new: str, again: str, wrong: str
) -> None:
    reserve(visitor)
    page = choose(visitor, prove(visitor, arrive(visitor)), new, again)
    assert page.status == 422
    assert [name for name in ("new", "again") if "aria-invalid" in field(page, name)] == [wrong]
    assert [field(page, name).get("value") for name in ("new", "again")] == [None, None]
    assert is_done(visitor.send(choose(visitor, page), step="write"))


def test_differing_pins_are_explained_beside_the_second(visitor: Visitor) -> None:
    reserve(visitor)
    page = reset(visitor, arrive(visitor), again=f"{NEW}X")
    assert message("guard.pins-differ", "ja", kind=PinKind.SIGNATURE).title in page.within("strong")


def test_small_letters_and_full_width_forms_are_the_same_pin(visitor: Visitor) -> None:
    reserve(visitor)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in NEW)
    assert is_done(reset(visitor, arrive(visitor), new=NEW.lower(), again=wide))


def test_weak_pin_is_advised_against_before_it_is_written_and_can_be_chosen_anew(visitor: Visitor) -> None:
    reserve(visitor)
    page = choose(visitor, prove(visitor, arrive(visitor)), "ABCD2001", "ABCD2001")
    assert [label(code, "ja") in page.text for code in ("weak.run", "weak.date", "weak.repeats")] == [True, True, False]
    again = visitor.send(page, form=1)
    assert asks_for(again, "new")
    confirm = choose(visitor, again)
    assert label("kiosk.confirm.weak", "ja") not in confirm.text
    assert is_done(visitor.send(confirm, step="write"))


def test_nothing_is_written_before_the_word_and_stopping_gives_the_reservation_back(
    visitor: Visitor, world: World
) -> None:
    reserve(visitor)
    confirm = choose(visitor, prove(visitor, arrive(visitor)))
    assert world.rows("SELECT state FROM reservations") == [("held",)]
    assert visitor.send(confirm, form=2).path == "/kiosk/take"
    assert world.rows("SELECT state FROM reservations") == [("live",)]
    guard = world.guard(open_card(world.folder / f"{LOCKED}.json"))
    assert guard.tries(PinKind.SIGNATURE).locked
    guard.close()


def test_page_that_was_loaded_anew_has_lost_its_half_and_asks_again(visitor: Visitor) -> None:
    reserve(visitor)
    confirm = choose(visitor, prove(visitor, arrive(visitor)))
    assert asks_for(visitor.go(confirm.path), "new")
    assert asks_for(visitor.send(confirm, step="write"), "new")
    fresh = choose(visitor, visitor.go(confirm.path))
    assert visitor.send(confirm, step="write").code == "web.bad-form"
    assert is_done(visitor.send(fresh, step="write"))


@pytest.mark.parametrize(("step", "said"), [("write", "kiosk.trial.not-wanted"), ("write-and-try", "kiosk.trial.good")])
def test_test_signature_is_made_if_it_is_wanted(visitor: Visitor, step: str, said: str) -> None:
    reserve(visitor)
    assert label(said, "ja") in reset(visitor, arrive(visitor), step=step).text


class GoneAfterReset(Table):
    """A place from which the card is pulled as soon as it has been reset."""

    def open(self, place_id: str) -> Link:
        return _PulledAfterReset(super().open(place_id))


class _PulledAfterReset(Around):
    pulled = False

    def transmit(self, command: bytes) -> bytes:
        if self.pulled:
            raise CardTrouble("card.removed")
        self.pulled = command[1] == Ins.RESET_RETRY_COUNTER
        return super().transmit(command)


def test_test_signature_that_fails_is_told_and_the_reset_stands(visiting: Visiting, world: World) -> None:
    visitor = visiting(table=GoneAfterReset)
    reserve(visitor)
    done = reset(visitor, arrive(visitor))
    assert (done.status, is_done(done)) == (200, True)
    assert label("kiosk.trial.failed", "ja") in done.within("h2")
    assert world.rows("SELECT state FROM reservations") == [("used",)]


def test_last_try_at_the_kiosk_needs_the_sentence(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    world.miss(LOCKED, PinKind.AUTHENTICATION)
    last = arrive(visitor)
    assert last.within("h1") == [label("web.last.title", "ja", kind=PinKind.AUTHENTICATION)]
    assert asks_for(visitor.post(last.path, {**last.forms[1].hidden(), "step": "proof", "proof": PROOF}), "sentence")
    wrong = visitor.send(last, form=1, sentence="はい")
    assert (wrong.status, label("kiosk.last.wrong", "ja") in wrong.text) == (422, True)
    visit = visitor.send(wrong, form=1, sentence="最後の1回を使います")
    assert is_done(reset(visitor, visit))


@pytest.mark.parametrize("lang", LANGS)
def test_pieces_make_the_sentence_of_the_last_try(lang: Lang) -> None:
    pieces = label("kiosk.last.pieces", lang).split("|")
    assert ("".join(pieces), len(pieces)) == (label("stop.sentence", lang), 3)


def test_wrong_proof_pin_says_what_is_left_and_reads_again_on_wish(visitor: Visitor) -> None:
    reserve(visitor)
    wrong = prove(visitor, arrive(visitor), WRONG)
    assert (wrong.status, wrong.code) == (409, "card.wrong-pin")
    assert label("kiosk.fate.kept", "ja", until=NIGHT + timedelta(hours=24)) in wrong.text
    assert visitor.go(wrong.path).forms[0].hidden()["step"] == "leave"  # stopping comes first
    again = visitor.send(wrong, form=1)
    assert label("web.pin.tries", "ja", tries_left=2, tries_max=3) in again.text
    assert is_done(reset(visitor, again))


def test_last_try_that_was_wrong_leads_to_the_counter(visiting: Visiting, world: World) -> None:
    visitor = visiting(faces=("home", "phone", "kiosk", "counter"))
    reserve(visitor)
    world.miss(LOCKED, PinKind.AUTHENTICATION)
    answer = prove(visitor, visitor.send(arrive(visitor), form=1, sentence="最後の1回を使います"), WRONG)
    assert (answer.status, answer.code) == (409, "card.wrong-pin-locked")
    said = message("kiosk.at.card.wrong-pin-locked", "ja", kind=PinKind.AUTHENTICATION, tries_left=0)
    assert answer.within("h1") == [said.title]
    assert [form.hidden().get("to") for form in answer.forms[:2]] == ["counter", None]


def test_card_that_was_swapped_gets_no_pin(visiting: Visiting, world: World) -> None:
    visitor = visiting(LOCKED, "fresh")
    reserve(visitor)
    visit = arrive(visitor)
    (world.folder / f"{LOCKED}.json").write_bytes((world.folder / "fresh.json").read_bytes())
    answer = reset(visitor, visit)
    assert (answer.status, answer.code) == (503, "web.other-card")


def test_reset_that_is_done_already_is_told_with_its_time(visitor: Visitor) -> None:
    reserve(visitor)
    reset(visitor, arrive(visitor))
    answer = arrive(visitor)
    assert (answer.status, answer.code) == (409, "reset.already-done")
    assert label("kiosk.fate.used", "ja") in answer.text


def test_newer_reservation_for_the_other_pin_ends_the_visit(visiting: Visiting, world: World) -> None:
    visitor = visiting("fresh")
    world.reserve(open_card(world.folder / "fresh.json"), "fresh", PinKind.SIGNATURE)
    visit = arrive(visitor, "fresh")
    world.clock.advance(timedelta(seconds=1))
    world.reserve(open_card(world.folder / "fresh.json"), "fresh", PinKind.AUTHENTICATION)
    answer = prove(visitor, visit, pins_of("fresh")[PinKind.AUTHENTICATION])
    assert (answer.status, answer.code) == (409, "reset.session-over")


@pytest.mark.parametrize("path", ["/kiosk/visits", "/kiosk/take"])
def test_addresses_without_a_page_now_lead_to_the_start(visitor: Visitor, path: str) -> None:
    assert visitor.go(path).path == "/kiosk"


def test_slip_is_a_pdf_without_pin_and_only_of_a_reset_that_is_done(visitor: Visitor) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    assert visitor.go(f"{visit.path}/slip.pdf").code == "kiosk.no-slip"
    done = reset(visitor, visit)
    slip = visitor.client.get(f"{done.path}/slip.pdf")
    assert (slip.headers["Content-Type"], slip.content[:5]) == ("application/pdf", b"%PDF-")
    assert NEW.encode() not in slip.content
