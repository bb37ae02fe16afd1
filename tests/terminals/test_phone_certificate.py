"""The certificates on the phone: they work while the card is locked, count their own tries, and end with the card's."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kaijo import app
from kaijo.errors import CardTrouble, GuardRefused, Refused, UsageProblem
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.filing_client import FilingClient, PracticeReturn, sign_return
from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneKeys, set_up
from kaijo.terminals.rehearsal import rehearse
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person
from tests.support.canary import found
from tests.support.signing import judge
from tests.support.world import NIGHT

from .phone_town import AUTHENTICATION, DAY_BEFORE, PINS, SIGNATURE, Town


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_phone_files_while_the_card_is_locked(town: Town, tmp_path: Path) -> None:
    town.lock_the_card()
    desk = app.filing_desk(tmp_path / "filing", town.clock, town.issuer)
    with app.serving(desk) as url, FilingClient(url) as client:
        with pytest.raises(Refused) as refused:
            client.sign_in(town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION]))
        assert refused.value.code == "filing.certificate-too-new"
        town.clock.advance(timedelta(days=1))
        assert rehearse(PhoneKeys(town.phone, lambda shown: PINS[shown.kind]), client, town.clock).works
        signed_in = client.sign_in(town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION]))
        content = PracticeReturn(2026, ReturnKind.WHITE, 100, 40, 0)
        key = town.phone.unlock(SIGNATURE, PINS[SIGNATURE])
        assert client.submit(signed_in, sign_return(content, key, town.clock.now())).in_time


def test_wrong_pins_are_counted_in_the_file_and_lock(town: Town) -> None:
    for left in (2, 1, 0):
        with pytest.raises(Refused) as wrong:
            PhoneCertificates(town.file).unlock(AUTHENTICATION, "0000")
        code = "phonecert.wrong-pin" if left else "phonecert.wrong-pin-locked"
        assert (wrong.value.code, wrong.value.data["tries_left"]) == (code, left)
        assert town.phone.tries(AUTHENTICATION).tries_left == left
    with pytest.raises(Refused) as refused:
        town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION])
    assert refused.value.code == "phonecert.locked"
    assert town.phone.tries(SIGNATURE).tries_left == 5
    town.set_up(town.file)
    assert town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION]).kind is AUTHENTICATION


def test_right_pin_gives_the_tries_back_and_a_last_one_is_not_rehearsed(town: Town) -> None:
    for _ in range(2):
        with pytest.raises(Refused):
            town.phone.unlock(AUTHENTICATION, "0000")
    with pytest.raises(GuardRefused):
        PhoneKeys(town.phone, lambda _shown: PINS[AUTHENTICATION]).unlock(AUTHENTICATION)
    town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION])
    assert town.phone.tries(AUTHENTICATION).tries_left == 3


def test_file_holds_no_pin_and_no_open_key_and_is_its_owners_alone(town: Town) -> None:
    content = town.file.read_bytes()
    assert [pin for pin in PINS.values() if found(pin, content)] == []
    assert (b"PRIVATE" in content, town.file.stat().st_mode & 0o777) == (False, 0o600)


@pytest.mark.parametrize("kind", [AUTHENTICATION, SIGNATURE])
def test_certificate_on_the_phone_ends_with_the_cards(town: Town, kind: PinKind) -> None:
    certificate = town.phone.certificate(kind).public_bytes(Encoding.DER)
    judge(town.issuer).check(certificate, kind, NIGHT)
    owner = town.issuer.owner(certificate, kind)
    assert owner is not None
    found = town.issuer._register.numbered(owner)
    assert found is not None
    held = found[0].certificate(kind)
    assert held is not None
    town.issuer.revoke(held.serial, kind, DAY_BEFORE)
    with pytest.raises(Refused) as refused:
        judge(town.issuer).check(certificate, kind, NIGHT)
    assert refused.value.code == "trust.revoked"


def test_second_phone_ends_the_first(town: Town, tmp_path: Path) -> None:
    first = town.phone.certificate(SIGNATURE).public_bytes(Encoding.DER)
    town.set_up(tmp_path / "second.json")
    with pytest.raises(Refused) as refused:
        judge(town.issuer).check(first, SIGNATURE, NIGHT)
    assert refused.value.code == "trust.revoked"
    again = Issuer.open(tmp_path / "issuer", town.clock)
    second = PhoneCertificates(tmp_path / "second.json").certificate(SIGNATURE).public_bytes(Encoding.DER)
    judge(again).check(second, SIGNATURE, NIGHT)


def test_set_up_needs_the_cards_own_signature(town: Town, tmp_path: Path) -> None:
    other = town.other_card()
    pin = identity(person("authentication-locked"), DAY_BEFORE).pins[SIGNATURE]
    foreign = unlock(other, SIGNATURE, pin, shown=other.tries(SIGNATURE))
    mixed = SigningKey(SIGNATURE, foreign.key, town.card_key().chain)
    with pytest.raises(Refused) as refused:
        set_up(tmp_path / "third.json", mixed, app.PracticePhoneIssuer(town.clock, town.issuer), PINS)
    assert (refused.value.code, (tmp_path / "third.json").exists()) == ("phonecert.bad-proof", False)


def test_file_that_is_none_or_damaged_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as none:
        PhoneCertificates(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(CardTrouble) as damaged:
        PhoneCertificates(tmp_path / "bad.json")
    assert (none.value.code, damaged.value.code) == ("phonecert.none", "phonecert.damaged")
