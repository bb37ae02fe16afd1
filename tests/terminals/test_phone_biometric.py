"""A finger or face in place of the phone's PIN: a button here, that counts its own misses and opens one key alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from kaijo import app
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.terminals.filing_client import FilingClient
from kaijo.terminals.phone_certificate import Biometric, PhoneCertificates, PhoneKeys, PhoneTries
from kaijo.terminals.rehearsal import rehearse
from tests.facts.changed import changed

from .phone_town import AUTHENTICATION, DAY_BEFORE, PINS, SIGNATURE, Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def on(town: Town) -> PhoneCertificates:
    town.phone.switch_on(AUTHENTICATION, PINS[AUTHENTICATION])
    return town.phone


def refusal(phone: PhoneCertificates, *, fits: bool) -> tuple[str, object]:
    with pytest.raises(Refused) as refused:
        phone.press(AUTHENTICATION, fits=fits)
    return refused.value.code, refused.value.data.get("tries_left")


def test_it_is_off_until_it_is_switched_on_with_the_pin(town: Town) -> None:
    assert town.phone.biometric(AUTHENTICATION) == Biometric(on=False, tries_left=5, tries_max=5)
    assert refusal(town.phone, fits=True)[0] == "phonecert.biometric-off"
    with pytest.raises(Refused) as wrong:
        town.phone.switch_on(AUTHENTICATION, "0000")
    assert (wrong.value.code, town.phone.tries(AUTHENTICATION).tries_left) == ("phonecert.wrong-pin", 2)
    assert not town.phone.biometric(AUTHENTICATION).on
    town.phone.switch_on(AUTHENTICATION, PINS[AUTHENTICATION])
    assert town.phone.biometric(AUTHENTICATION).ready
    pressed = town.phone.press(AUTHENTICATION, fits=True)
    assert pressed.certificate == town.phone.certificate(AUTHENTICATION)
    assert pressed.key.public_key() == pressed.certificate.public_key()


def test_switched_off_it_opens_nothing_and_the_devices_secret_is_gone(town: Town, on: PhoneCertificates) -> None:
    on.switch_off()
    assert (on.biometric(AUTHENTICATION).on, list(town.file.parent.glob("*.device"))) == (False, [])
    assert refusal(on, fits=True)[0] == "phonecert.biometric-off"
    assert on.unlock(AUTHENTICATION, PINS[AUTHENTICATION]).kind is AUTHENTICATION


def test_it_is_never_for_signing(town: Town, on: PhoneCertificates) -> None:
    with pytest.raises(Refused) as refused:
        on.switch_on(SIGNATURE, PINS[SIGNATURE])
    assert (refused.value.code, town.phone.tries(SIGNATURE).tries_left) == ("phonecert.biometric-not-for", 5)
    with pytest.raises(Refused) as refused:
        on.press(SIGNATURE, fits=True)
    assert refused.value.code == "phonecert.biometric-off"


def test_misses_stop_it_and_spend_no_try_of_the_pin(town: Town, on: PhoneCertificates) -> None:
    assert [refusal(PhoneCertificates(town.file), fits=False) for _ in range(5)] == [
        *(("phonecert.biometric-missed", left) for left in (4, 3, 2, 1)),
        ("phonecert.biometric-stopped", 0),
    ]
    assert refusal(on, fits=True)[0] == "phonecert.biometric-stopped"
    assert (on.tries(AUTHENTICATION).tries_left, on.biometric(AUTHENTICATION).ready) == (3, False)
    on.unlock(AUTHENTICATION, PINS[AUTHENTICATION])
    assert on.press(AUTHENTICATION, fits=True).kind is AUTHENTICATION


def test_match_gives_its_tries_back_and_the_signature_pin_does_not(on: PhoneCertificates) -> None:
    refusal(on, fits=False)
    on.unlock(SIGNATURE, PINS[SIGNATURE])
    assert on.biometric(AUTHENTICATION).tries_left == 4
    on.press(AUTHENTICATION, fits=True)
    assert on.biometric(AUTHENTICATION).tries_left == 5


def test_match_gives_no_try_of_the_pin_back(town: Town, on: PhoneCertificates) -> None:
    town.miss(AUTHENTICATION, 2)
    on.press(AUTHENTICATION, fits=True)
    assert on.tries(AUTHENTICATION).tries_left == 1


def test_it_does_not_help_while_the_pin_is_locked(town: Town, on: PhoneCertificates) -> None:
    town.miss(AUTHENTICATION, 3)
    assert refusal(on, fits=True)[0] == "phonecert.locked"
    assert not on.biometric(AUTHENTICATION).on
    with changed(phone_biometric_lock={"works_while_pin_locked": True}):
        assert on.press(AUTHENTICATION, fits=True).kind is AUTHENTICATION


def test_it_does_not_help_once_the_certificate_is_revoked_or_over(
    town: Town, on: PhoneCertificates, tmp_path: Path
) -> None:
    def said(client: FilingClient) -> str:
        with pytest.raises(Refused) as refused:
            client.sign_in(on.press(AUTHENTICATION, fits=True))
        return refused.value.code

    with app.serving(app.filing_desk(tmp_path / "filing", town.clock, town.issuer)) as url, FilingClient(url) as client:
        town.clock.advance(timedelta(days=1))
        client.sign_in(on.press(AUTHENTICATION, fits=True))
        certificate = on.certificate(AUTHENTICATION)
        town.issuer.revoke(certificate.serial_number, AUTHENTICATION, DAY_BEFORE)
        assert said(client) == "trust.revoked"
        town.clock.advance(timedelta(days=365 * 11))
        assert said(client) == "trust.expired"


def test_phones_file_alone_opens_nothing_without_its_pin(town: Town, on: PhoneCertificates, tmp_path: Path) -> None:
    copy = tmp_path / "stolen.json"
    copy.write_bytes(town.file.read_bytes())
    stolen = PhoneCertificates(copy)
    assert (stolen.biometric(AUTHENTICATION).on, refusal(stolen, fits=True)[0]) == (False, "phonecert.biometric-off")
    secret = next(town.file.parent.glob("*.device"))
    assert (secret.stat().st_mode & 0o777, secret.read_bytes() in town.file.read_bytes()) == (0o600, False)
    secret.write_bytes(bytes(32))
    with pytest.raises(CardTrouble) as damaged:
        on.press(AUTHENTICATION, fits=True)
    assert damaged.value.code == "phonecert.damaged"


def test_set_up_anew_and_reset_switch_it_off(town: Town, on: PhoneCertificates) -> None:
    card = town.card_certificate()
    on.reset_by_phone(AUTHENTICATION, PINS[SIGNATURE], "8462", card=card, issuer=town.phone_issuer)
    assert not on.biometric(AUTHENTICATION).on
    on.switch_on(AUTHENTICATION, "8462")
    town.set_up(town.file)
    assert not on.biometric(AUTHENTICATION).on


def test_rehearsal_takes_the_finger_and_falls_back_to_the_pin(
    town: Town, on: PhoneCertificates, tmp_path: Path
) -> None:
    asked: list[PinKind] = []
    missed: list[str] = []

    def keys(*, fits: bool) -> PhoneKeys:
        def ask(shown: PhoneTries) -> str:
            asked.append(shown.kind)
            return PINS[shown.kind]

        return PhoneKeys(on, ask, fits=fits, missed=lambda why: missed.append(why.code))

    town.clock.advance(timedelta(days=1))
    with app.serving(app.filing_desk(tmp_path / "filing", town.clock, town.issuer)) as url, FilingClient(url) as client:
        assert rehearse(keys(fits=True), client, town.clock).works
        assert (asked, missed) == ([SIGNATURE], [])
        assert rehearse(keys(fits=False), client, town.clock).works
    assert (asked, missed) == ([SIGNATURE, AUTHENTICATION, SIGNATURE], ["phonecert.biometric-missed"])
