"""Resetting the PINs of the phone's certificates: by the phone's signature PIN, or by the card that set them up."""

from pathlib import Path

import pytest

from kaijo.errors import GuardRefused, Refused
from kaijo.signing.unlock import unlock
from kaijo.terminals.phone_certificate import PhoneCertificates
from kaijo.terminals.proof import practice_certificate
from kaijo.virtualcard.persons import identity, person

from .phone_town import AUTHENTICATION, DAY_BEFORE, PINS, SIGNATURE, Town

NEW = {AUTHENTICATION: "8462", SIGNATURE: "RENEWED77"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_phones_signature_pin_resets_its_authentication_pin_even_while_the_card_is_locked(town: Town) -> None:
    town.lock_the_card()
    town.miss(AUTHENTICATION, 3)
    before = town.phone.certificate(AUTHENTICATION)
    by_phone(town, PINS[SIGNATURE], town.card_certificate())
    assert town.phone.tries(AUTHENTICATION).tries_left == 3
    with pytest.raises(Refused):
        town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION])
    opened = PhoneCertificates(town.file).unlock(AUTHENTICATION, NEW[AUTHENTICATION])
    assert (opened.certificate, opened.key.public_key()) == (before, before.public_key())


def test_wrong_signature_pin_resets_nothing_and_spends_a_try(town: Town) -> None:
    with pytest.raises(Refused) as refused:
        by_phone(town, "WRONG999", town.card_certificate())
    assert (refused.value.code, town.phone.tries(SIGNATURE).tries_left) == ("phonecert.wrong-pin", 4)
    assert town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION]).kind is AUTHENTICATION


def test_somebody_elses_card_resets_nothing_and_no_pin_is_tried(town: Town) -> None:
    with pytest.raises(Refused) as refused:
        by_phone(town, "WRONG999", practice_certificate(town.other_card(), town.clock))
    assert (refused.value.code, town.phone.tries(SIGNATURE).tries_left) == ("phonecert.other-holder", 5)


def test_new_pin_of_the_wrong_form_spends_no_try(town: Town) -> None:
    with pytest.raises(GuardRefused):
        town.phone.reset_by_phone(
            AUTHENTICATION, "WRONG999", "84", card=town.card_certificate(), issuer=town.phone_issuer
        )
    assert town.phone.tries(SIGNATURE).tries_left == 5


def test_card_that_set_the_phone_up_resets_its_signature_pin(town: Town) -> None:
    town.miss(SIGNATURE, 5)
    before = town.phone.certificate(SIGNATURE)
    town.phone.reset_by_card(SIGNATURE, town.card_key(), NEW[SIGNATURE])
    opened = town.phone.unlock(SIGNATURE, NEW[SIGNATURE])
    assert (opened.certificate, opened.key.public_key()) == (before, before.public_key())
    assert town.phone.tries(AUTHENTICATION).tries_left == 3
    by_phone(town, NEW[SIGNATURE], town.card_certificate())
    assert town.phone.unlock(AUTHENTICATION, NEW[AUTHENTICATION]).kind is AUTHENTICATION


def test_another_cards_key_does_not_open_the_phone(town: Town) -> None:
    other = town.other_card()
    pin = identity(person("authentication-locked"), DAY_BEFORE).pins[SIGNATURE]
    with pytest.raises(Refused) as refused:
        town.phone.reset_by_card(SIGNATURE, unlock(other, SIGNATURE, pin, shown=other.tries(SIGNATURE)), NEW[SIGNATURE])
    assert refused.value.code == "phonecert.other-card"
    assert town.phone.unlock(SIGNATURE, PINS[SIGNATURE]).kind is SIGNATURE


def by_phone(town: Town, proof: str, card: bytes) -> None:
    town.phone.reset_by_phone(AUTHENTICATION, proof, NEW[AUTHENTICATION], card=card, issuer=town.phone_issuer)
