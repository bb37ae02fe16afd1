"""The certificates on the phone: they work while the card is locked, count their own tries, and end with the card's."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from kaijo import app
from kaijo.card.guard import Guard, LastTryConsent
from kaijo.clock import ManualClock
from kaijo.errors import CardTrouble, GuardRefused, Refused, UsageProblem, WrongPin
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.filing_client import FilingClient, PracticeReturn, sign_return
from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneKeys, set_up
from kaijo.terminals.rehearsal import rehearse
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person
from tests.support.signing import judge
from tests.support.world import NIGHT

AUTHENTICATION, SIGNATURE = PinKind.AUTHENTICATION, PinKind.SIGNATURE
PINS = {AUTHENTICATION: "7391", SIGNATURE: "PHONE2027"}
DAY_BEFORE = NIGHT - timedelta(days=1)


class Town:
    """An issuer, somebody with a card, and that person's phone set up the day before."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(DAY_BEFORE)
        self.issuer = Issuer.open(folder / "issuer", self.clock)
        self.guard = Guard(VirtualCard(self.issuer.issue(person("fresh"), DAY_BEFORE), place="table"), self.clock)
        self.file = folder / "phone.json"
        self.set_up(self.file)
        self.phone = PhoneCertificates(self.file)

    def card_key(self) -> SigningKey:
        pin = identity(person("fresh"), DAY_BEFORE).pins[SIGNATURE]
        return unlock(self.guard, SIGNATURE, pin, shown=self.guard.tries(SIGNATURE))

    def set_up(self, file: Path) -> None:
        set_up(file, self.card_key(), app.PracticePhoneIssuer(self.clock, self.issuer), PINS)

    def lock_the_card(self) -> None:
        while not (shown := self.guard.tries(SIGNATURE)).locked:
            with pytest.raises((WrongPin, Refused)):
                self.guard.verify(SIGNATURE, "WRONG999", shown=shown, consent=LastTryConsent(shown))


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
        with pytest.raises(WrongPin) as wrong:
            PhoneCertificates(town.file).unlock(AUTHENTICATION, "0000")
        assert (wrong.value.tries_left, town.phone.tries(AUTHENTICATION).tries_left) == (left, left)
    with pytest.raises(Refused) as refused:
        town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION])
    assert refused.value.code == "phonecert.locked"
    assert town.phone.tries(SIGNATURE).tries_left == 5
    town.set_up(town.file)
    assert town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION]).kind is AUTHENTICATION


def test_right_pin_gives_the_tries_back_and_a_last_one_is_not_rehearsed(town: Town) -> None:
    for _ in range(2):
        with pytest.raises(WrongPin):
            town.phone.unlock(AUTHENTICATION, "0000")
    with pytest.raises(GuardRefused):
        PhoneKeys(town.phone, lambda _shown: PINS[AUTHENTICATION]).unlock(AUTHENTICATION)
    town.phone.unlock(AUTHENTICATION, PINS[AUTHENTICATION])
    assert town.phone.tries(AUTHENTICATION).tries_left == 3


def test_file_holds_no_pin_and_no_open_key_and_is_its_owners_alone(town: Town) -> None:
    content = town.file.read_bytes()
    assert [pin for pin in PINS.values() if pin.encode() in content] == []
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
    other = Guard(VirtualCard(town.issuer.issue(person("authentication-locked"), DAY_BEFORE), place="desk"), town.clock)
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
