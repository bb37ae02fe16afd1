"""The whole way on the pages: a locked card becomes a working card."""

import pytest

from kaijo.card.jpki import JpkiSession
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.words import Lang, label
from tests.support.canary import found
from tests.support.world import NEW_PINS, World, pins_of

from .conftest import Visiting
from .visitor import Visitor
from .walk import LOCKED, NEW, PROOF, WRONG, arrive, ask, is_done, look, reserve, reset


def tries(world: World, kind: PinKind, person: str = LOCKED) -> int:
    guard = world.guard(open_card(world.folder / f"{person}.json"))
    try:
        return guard.tries(kind).tries_left
    finally:
        guard.close()


def signs(world: World, kind: PinKind, pin: str, person: str = LOCKED) -> bool:
    guard = world.guard(open_card(world.folder / f"{person}.json"))
    try:
        guard.verify(kind, pin, shown=guard.tries(kind))
        return len(JpkiSession(guard).sign_message(kind, b"a return")) == 256
    finally:
        guard.close()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_locked_signature_pin_is_reserved_and_reset(visitor: Visitor, world: World, lang: Lang) -> None:
    visitor.go(f"/?lang={lang}")
    card = look(visitor)
    assert label("web.pin.tries", lang, tries_left=0, tries_max=5) in card.text
    proof = visitor.send(card, kind="signature")
    assert label("phone.proof.title", lang) in proof.within("h1")
    assert label("web.pin.tries", lang, tries_left=3, tries_max=3) in proof.text
    reserved = visitor.send(proof, proof=PROOF)
    assert reserved.within("h1") == [label("phone.reservation.title.live", lang)]
    assert label("word.lawson", lang) in reserved.text
    visit = arrive(visitor)
    assert visit.within("h1") == [label("kiosk.proof", lang)]
    done = reset(visitor, visit)
    assert (done.status, done.within("h1")) == (200, [label("kiosk.done", lang)])
    assert signs(world, PinKind.SIGNATURE, NEW)


def test_locked_authentication_pin_is_reset_and_lawson_is_ruled_out(visiting: Visiting, world: World) -> None:
    person = "authentication-locked"
    visitor = visiting(person)
    signature, new = pins_of(person)[PinKind.SIGNATURE], NEW_PINS[PinKind.AUTHENTICATION]
    visitor.go("/?lang=en")
    reserved = visitor.send(ask(visitor, "authentication", person), proof=signature)
    assert "Lawson" not in reserved.text.split("Stores that do not reset this PIN")[0]
    assert "Lawson" in reserved.text.split("Stores that do not reset this PIN")[1]
    assert "Time left" in reserved.within("h2")
    done = reset(visitor, arrive(visitor, person), proof=signature, new=new)
    assert done.within("h1") == ["The PIN was reset"]
    assert signs(world, PinKind.AUTHENTICATION, new, person)


def test_no_pin_comes_back_from_the_server(visitor: Visitor, world: World) -> None:
    ask_page = ask(visitor)
    visitor.send(ask_page, proof="forma")
    visitor.send(ask_page, proof=PROOF)
    visit = arrive(visitor)
    reset(visitor, visit, again="ANDERS99")
    reset(visitor, visit, new="kurz")
    reset(visitor, visit)
    assert signs(world, PinKind.SIGNATURE, NEW)
    words = visitor.words()
    assert [pin for pin in (PROOF, NEW, "forma", "ANDERS99", "kurz") if found(pin, words.encode())] == []
    assert list(visitor.client.cookies) == []


def test_wrong_proof_pin_on_the_phone_spends_one_try_and_tells_what_is_left(visitor: Visitor, world: World) -> None:
    visitor.go("/?lang=en")
    answer = reserve(visitor, WRONG)
    assert (answer.status, answer.code) == (409, "card.wrong-pin")
    assert "Tries left: 2." in answer.text
    assert [one for one in answer.all("a") if one["href"] == "/phone" and one.get("class") == "button"] != []
    assert tries(world, PinKind.AUTHENTICATION) == 2
    assert label("web.pin.tries", "en", tries_left=2, tries_max=3) in look(visitor).text


def test_wrong_proof_pin_sent_twice_by_a_double_click_spends_one_try(visitor: Visitor, world: World) -> None:
    page = ask(visitor)
    codes = [visitor.send(page, proof=WRONG).code for _ in range(2)]
    assert codes == ["card.wrong-pin", "card.wrong-pin"]
    assert tries(world, PinKind.AUTHENTICATION) == 2


def test_wrong_proof_pin_at_the_kiosk_leaves_the_reservation(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    answer = reset(visitor, arrive(visitor), proof=WRONG)
    assert (answer.status, answer.code) == (409, "card.wrong-pin")
    assert is_done(reset(visitor, arrive(visitor)))
    assert signs(world, PinKind.SIGNATURE, NEW)


def test_reset_sent_twice_by_a_double_click_ends_on_the_same_page(visitor: Visitor, world: World) -> None:
    reserve(visitor)
    visit = arrive(visitor)
    first, second = (reset(visitor, visit) for _ in range(2))
    assert (is_done(first), second.path, second.text) == (True, first.path, first.text)
    assert visitor.go(visit.path).text == first.text
    assert world.rows("SELECT count(*) FROM reservations WHERE used_at IS NOT NULL") == [(1,)]


def test_reserve_sent_twice_ends_on_the_same_page(visitor: Visitor) -> None:
    page = ask(visitor)
    first, second = (visitor.send(page, proof=PROOF) for _ in range(2))
    assert (first.path, second.path) == (first.path, first.path)
    assert visitor.go(page.path).path == first.path


def test_second_reservation_says_that_it_replaced_the_first(visitor: Visitor) -> None:
    assert label("cli.replaced", "ja") not in reserve(visitor).text
    assert label("cli.replaced", "ja") in reserve(visitor).text
