from datetime import timedelta

import pytest

from kaijo.card.guard import TriesReading
from kaijo.facts.pins import PinKind
from kaijo.words import label, message
from tests.support.world import World, pins_of

from .conftest import Visiting
from .visitor import Gone, Visitor
from .walk import LOCKED, PROOF, WRONG, ask, look


def test_card_page_shows_four_counts_and_the_open_ways(visitor: Visitor) -> None:
    page = look(visitor)
    counts = [text for text in page.within("span") if text.startswith("残り") and "最大" in text]
    assert counts == ["残り0回（最大5回）", "残り3回（最大3回）", "残り3回（最大3回）", "残り3回（最大3回）"]
    assert [button["value"] for button in page.forms[0].buttons] == ["signature"]
    assert message("finding.locked", "ja", kind=PinKind.SIGNATURE).title in page.within("h2")
    assert label("phone.card.title-none", "ja") not in page.text


@pytest.mark.parametrize(
    ("person", "closed"),
    [
        ("both-locked", ["terminal.proof-locked"]),
        ("certificate-expired", ["terminal.certificate-expired"]),
        ("under-15", ["terminal.no-signature-certificate"]),
        ("face-only", []),
    ],
)
def test_card_without_a_way_has_no_button_and_says_why(visiting: Visiting, person: str, closed: list[str]) -> None:
    page = look(visiting(person), person)
    assert page.status == 200
    assert [form.buttons for form in page.forms] == []
    assert label("phone.card.title-none", "ja") in page.text
    titles = page.within("h2")
    assert [code for code in closed if label_title(code) not in titles] == []


def label_title(code: str) -> str:
    return message(code, "ja", kind="signature", proof="authentication", not_after="").title


PERSON = "one-try-left"
LAST_PROOF = pins_of(PERSON)[PinKind.AUTHENTICATION]


def test_last_try_has_a_page_of_its_own_that_says_the_cost(visiting: Visiting) -> None:
    page = ask(visiting(PERSON), person=PERSON)
    assert page.path.startswith("/phone/last/")
    cost = label("stop.cost.last-proof", "ja", kind=PinKind.AUTHENTICATION, other=PinKind.SIGNATURE)
    assert cost in page.text
    assert [one["name"] for one in page.forms[0].inputs if one.get("type") != "hidden"] == ["sentence"]


@pytest.mark.parametrize("said", ["", "はい", "最後の1回", "最後の一回を使います"])
def test_last_try_is_not_spent_without_the_sentence(visiting: Visiting, said: str) -> None:
    visitor = visiting(PERSON)
    page = ask(visitor, person=PERSON)
    answer = visitor.send(page, sentence=said)
    assert (answer.status, answer.code) == (409, "guard.last-try")
    proof = visitor.post(page.path.replace("last", "proof"), {**page.forms[0].hidden(), "proof": LAST_PROOF})
    assert (proof.status, proof.code) == (409, "guard.last-try")


def test_last_try_goes_on_after_the_sentence_and_is_noted(visiting: Visiting) -> None:
    noted: list[TriesReading] = []
    visitor = visiting(PERSON, note=noted.append)
    proof = visitor.send(ask(visitor, person=PERSON), sentence="最後の１回を使います")
    assert proof.path.startswith("/phone/proof/")
    assert visitor.send(proof, proof=LAST_PROOF).path.startswith("/phone/reservation/")
    assert [(one.kind, one.tries_left) for one in noted] == [(PinKind.AUTHENTICATION, 1)]


def test_forgotten_pin_that_is_not_locked_can_be_reserved(visiting: Visiting) -> None:
    visitor = visiting("fresh")
    page = look(visitor, "fresh")
    assert [button["value"] for button in page.forms[0].buttons] == ["signature", "authentication"]
    made = visitor.send(visitor.send(page, kind="signature"), proof=pins_of("fresh")[PinKind.AUTHENTICATION])
    assert made.path.startswith("/phone/reservation/")


def test_moved_holder_is_refused_by_the_service_with_the_way_on(visiting: Visiting) -> None:
    visitor = visiting("moved")
    answer = visitor.send(ask(visitor, person="moved"), proof=pins_of("moved")[PinKind.AUTHENTICATION])
    assert (answer.status, answer.code) == (409, "reset.certificate-revoked")


def test_wrong_form_stays_on_the_page_with_the_error_beside_an_empty_field(visitor: Visitor) -> None:
    page = ask(visitor)
    wrong = visitor.send(page, proof="12345")
    assert (wrong.status, wrong.path) == (422, page.path)
    field = next(one for one in wrong.forms[0].inputs if one.get("name") == "proof")
    assert field.get("value") is None
    assert field["aria-invalid"] == "true"
    assert "proof-error" in field["aria-describedby"].split()
    assert "proof-error" in [one.get("id") for one in wrong.all("p")]
    assert visitor.send(wrong, proof=PROOF).path.startswith("/phone/reservation/")


def test_count_that_changed_since_it_was_shown_holds_the_pin_back(visitor: Visitor) -> None:
    first, second = ask(visitor), ask(visitor)
    visitor.send(first, proof=WRONG)
    answer = visitor.send(second, proof=PROOF)
    assert (answer.status, answer.code) == (409, "guard.count-changed")


def test_card_that_was_swapped_gets_no_pin(visiting: Visiting, world: World) -> None:
    visitor = visiting(LOCKED, "fresh")
    page = ask(visitor)
    (world.folder / f"{LOCKED}.json").write_bytes((world.folder / "fresh.json").read_bytes())
    answer = visitor.send(page, proof=PROOF)
    assert (answer.status, answer.code) == (503, "web.other-card")


def test_card_taken_away_is_told_and_not_a_fault(visiting: Visiting) -> None:
    answer = look(visiting(table=Gone))
    assert (answer.status, answer.code) == (503, "cardfile.missing")


def test_unreachable_service_is_told(visiting: Visiting) -> None:
    visitor = visiting(service="http://127.0.0.1:1")
    answer = ask(visitor)
    assert (answer.status, answer.code) == (502, "service.unreachable")


@pytest.mark.parametrize("place", ["", "nobody", "../../etc/passwd"])
def test_unknown_place_is_told(visitor: Visitor, place: str) -> None:
    answer = look(visitor, place)
    assert (answer.status, answer.code) == (404, "web.unknown-place")


@pytest.mark.parametrize("kind", ["", "attributes-pin"])
def test_unknown_kind_is_told(visitor: Visitor, kind: str) -> None:
    answer = visitor.send(look(visitor), kind=kind)
    assert (answer.status, answer.code) == (400, "web.bad-form")


def test_resident_pin_is_for_the_counter(visitor: Visitor) -> None:
    answer = visitor.send(look(visitor), kind="resident")
    assert (answer.status, answer.code) == (409, "terminal.counter-only")


@pytest.mark.parametrize("page", ["card", "again", "last", "code", "proof", "camera", "reservation"])
def test_page_of_an_unknown_key_is_over(visitor: Visitor, page: str) -> None:
    answer = visitor.go(f"/phone/{page}/{'0' * 32}")
    assert (answer.status, answer.code) == (410, "web.over")


def test_start_says_what_is_needed_from_the_facts(visitor: Visitor) -> None:
    visitor.go("/?lang=en")
    page = visitor.go("/phone")
    assert "About 10 minutes" in page.within("strong")
    assert "Within 24 hours of reserving, between 06:30 and 23:00. Kiosks are open now" in page.text
    assert [one["href"] for one in page.all("a") if one.get("class") == "button"] == ["/phone/card"]
    assert page.forms == []


def test_start_at_night_says_when_kiosks_open(visitor: Visitor, world: World) -> None:
    world.clock.advance(timedelta(hours=2))
    assert "次は2027年3月16日（火）06:30から" in visitor.go("/phone").text


def test_pins_are_told_apart_by_use_form_and_stores(visitor: Visitor) -> None:
    visitor.go("/?lang=en")
    page = look(visitor)
    assert "6 to 16 capital letters and digits mixed. Such as: KAIJO2027" in page.text
    assert page.text.count("4 digits. Such as: 0000") == 3
    assert page.text.count(label("phone.card.counter", "en")) == 2
    assert label("phone.card.shut", "en") in page.text
    assert "At: 7-Eleven, Aeon, Lawson, FamilyMart, Ministop, Daiei, Fuji" in page.text


def test_card_laid_on_the_phone_is_chosen_already(visiting: Visiting) -> None:
    visitor = visiting(LOCKED, "fresh")
    look(visitor, "fresh")
    places = [one for one in visitor.go("/phone/card").forms[0].inputs if one.get("name") == "place"]
    assert [one["value"] for one in places if "checked" in one] == ["fresh"]


def test_straight_way_has_five_screens(visitor: Visitor) -> None:
    screens = [visitor.go("/phone"), visitor.go("/phone/card"), look(visitor)]
    screens.append(visitor.send(screens[-1], kind="signature"))
    screens.append(visitor.send(screens[-1], proof=PROOF))
    assert len({page.within("h1")[0] for page in screens}) == len(screens) == 5
    assert screens[-1].within("h1") == [label("phone.reservation.title.live", "ja")]
