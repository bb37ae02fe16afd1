from datetime import datetime, timedelta

import pytest

from kaijo.clock import JST
from kaijo.errors import GuardRefused, Refused
from kaijo.facts.lifetimes import kiosk_session_life, reservation_life
from kaijo.facts.pins import PinKind
from tests.support.world import NEW_PINS, NIGHT, World, pins_of

PERSON = "signature-locked"
PROOF, NEW = pins_of(PERSON)[PinKind.AUTHENTICATION], NEW_PINS[PinKind.SIGNATURE]


def test_visit_says_how_long_session_and_reservation_last(world: World) -> None:
    card = world.card(PERSON)
    world.reserve(card, PERSON)
    visit = world.kiosk(card).open()
    assert (visit.expires_at, visit.reserved_until) == (NIGHT + kiosk_session_life(), NIGHT + reservation_life())


def test_proving_and_finishing_apart_resets_as_both_in_one(world: World) -> None:
    card = world.card(PERSON)
    world.reserve(card, PERSON)
    kiosk = world.kiosk(card)
    proved = kiosk.prove(kiosk.open(), PROOF)
    card.power_cycle()  # the card may rest while its holder thinks
    assert kiosk.finish(proved, NEW).kind is PinKind.SIGNATURE
    guard = world.guard(card)
    guard.verify(PinKind.SIGNATURE, NEW, shown=guard.tries(PinKind.SIGNATURE))


def test_renewed_visit_has_the_whole_life_of_a_session_and_the_count_that_was_shown(world: World) -> None:
    card = world.card(PERSON)
    world.reserve(card, PERSON)
    kiosk = world.kiosk(card)
    visit = kiosk.open()
    world.clock.advance(timedelta(minutes=2))
    fresh = kiosk.renew(visit)
    assert (fresh.expires_at, fresh.proof) == (world.clock.now() + kiosk_session_life(), visit.proof)
    assert fresh.session != visit.session


def test_renewed_visit_is_refused_when_another_pin_was_reserved_meanwhile(world: World) -> None:
    card = world.card("fresh")
    world.reserve(card, "fresh", PinKind.SIGNATURE)
    kiosk = world.kiosk(card)
    visit = kiosk.open()
    world.clock.advance(timedelta(seconds=1))
    world.reserve(card, "fresh", PinKind.AUTHENTICATION)
    with pytest.raises(Refused, match=r"reset\.session-over"):
        kiosk.renew(visit)


def test_differing_pins_end_the_visit_before_anything_is_sent(world: World) -> None:
    card = world.card(PERSON)
    world.reserve(card, PERSON)
    kiosk = world.kiosk(card)
    visit = kiosk.open()
    with pytest.raises(GuardRefused, match=r"guard\.pins-differ"):
        kiosk.reset(visit, PROOF, NEW, f"{NEW}X")
    with pytest.raises(Refused, match=r"reset\.session-over"):
        kiosk.reset(visit, PROOF, NEW, NEW)


def test_kiosk_is_closed_on_its_days_off(world: World) -> None:
    world.clock.advance(datetime(2028, 1, 1, 12, 0, tzinfo=JST) - NIGHT)
    with pytest.raises(Refused) as refused:
        world.kiosk(world.card(PERSON)).check_hours()
    assert refused.value.data == {"opens_at": datetime(2028, 1, 4, 6, 30, tzinfo=JST)}
