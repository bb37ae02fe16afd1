"""Phone certificates, and the method of ID and password: the ways past a locked card."""

from datetime import date

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.idpassword import id_password_last_issue, id_password_usable
from kaijo.facts.phonecert import (
    PhoneBiometrics,
    PhoneCertificate,
    PhoneReset,
    phone_biometrics,
    phone_certificate,
    phone_reset,
)
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import Reading

from .changed import changed


def test_phone_certificate_is_set_up_with_the_signature_pin_and_outlives_the_lock() -> None:
    assert phone_certificate() == PhoneCertificate(
        set_up_needs=(PinKind.SIGNATURE,),
        etax_from=date(2026, 1, 1),
        works_while_card_locked=True,
        ends_with_card_certificate=True,
    )


@pytest.mark.parametrize("needs", [["fingerprint"], [["signature"]], [1]])
def test_phone_certificate_needs_of_wrong_shape_are_damage(needs: list[object]) -> None:
    with changed(phone_certificate={"set_up_pins": needs}), pytest.raises(UsageProblem) as caught:
        phone_certificate()
    assert caught.value.data["field"] == "value.set_up_pins"


def test_phones_pins_reset_one_another_with_the_card() -> None:
    assert phone_reset(PinKind.AUTHENTICATION) == PhoneReset(on_phone=True, proof=PinKind.SIGNATURE)
    assert phone_reset(PinKind.SIGNATURE) == PhoneReset(on_phone=False, proof=PinKind.SIGNATURE)


@pytest.mark.parametrize("proofs", [["card"], ["phone-finger"], [1], []])
def test_reset_by_nothing_we_know_is_damage(proofs: list[object]) -> None:
    with changed(phone_certificate_reset={"authentication": proofs}), pytest.raises(UsageProblem) as caught:
        phone_reset(PinKind.AUTHENTICATION)
    assert caught.value.data["field"] == "value.authentication"


def test_biometrics_stand_in_for_the_authentication_pin_alone() -> None:
    assert phone_biometrics() == PhoneBiometrics((PinKind.AUTHENTICATION,), 5, works_while_pin_locked=False)


def test_id_and_password_go_on_for_those_who_have_them() -> None:
    assert [id_password_usable(reading) for reading in Reading] == [True, True, False]
    assert id_password_last_issue() == date(2025, 9, 30)


def test_end_of_id_and_password_is_one_word_in_a_local_file() -> None:
    with changed(id_password={"expected": "cautious"}):
        assert [id_password_usable(reading) for reading in Reading] == [False, False, False]
