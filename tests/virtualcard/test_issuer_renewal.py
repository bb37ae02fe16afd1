from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from kaijo.clock import JST, ManualClock
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.hierarchy import generate_key, public_key_der
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import CertificateState, identity, person
from kaijo.virtualcard.register import IssuedCard

NOW = datetime(2027, 3, 15, 10, 0, tzinfo=JST)
AUTHENTICATION, SIGNATURE = PinKind.AUTHENTICATION, PinKind.SIGNATURE
ORDER, OTHER = b"1" * 16, b"2" * 16
KEYS = [public_key_der(generate_key().public_key()) for _ in range(2)]


@dataclass
class Shop:
    """An issuer with one card."""

    folder: Path
    holder: str = "signature-locked"

    def __post_init__(self) -> None:
        self.issuer = Issuer.open(self.folder, ManualClock(NOW))
        image = self.issuer.issue(person(self.holder), NOW)
        self.card_id = image.administration.card_id
        self.first = self.current()

    def current(self) -> IssuedCard:
        found = self.issuer._register.numbered(self.card_id)
        assert found is not None
        return found[0]

    def renew(self, kind: PinKind, key: bytes = KEYS[0], order: bytes = ORDER, at: datetime = NOW) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.issuer.renew(self.card_id, kind, key, order, at))

    def refusal(self, kind: PinKind, key: bytes = KEYS[0], at: datetime = NOW) -> tuple[str, dict[str, object]]:
        with pytest.raises(Refused) as refusal:
            self.renew(kind, key, at=at)
        return refusal.value.code, dict(refusal.value.data)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "issuer")


@pytest.mark.parametrize("kind", [AUTHENTICATION, SIGNATURE])
def test_same_order_gives_the_same_certificate_whenever_and_whoever_asks(shop: Shop, kind: PinKind) -> None:
    made = shop.renew(kind)
    again = Issuer.open(shop.folder, ManualClock(NOW))
    later = again.renew(shop.card_id, kind, KEYS[0], ORDER, NOW.astimezone(UTC) + timedelta(minutes=2))
    assert x509.load_der_x509_certificate(later) == made
    assert public_key_der(made.public_key()) == KEYS[0]


def test_certificate_counts_once_the_card_has_it_and_the_old_one_is_superseded(shop: Shop) -> None:
    made = shop.renew(SIGNATURE)
    assert shop.current() == shop.first
    for _ in range(2):
        shop.issuer.confirm(ORDER, NOW)
    signature = shop.current().signature
    assert signature is not None
    assert (signature.serial, signature.state(NOW)) == (made.serial_number, CertificateState.VALID)
    assert shop.first.signature is not None
    listed = x509.load_der_x509_crl(shop.issuer.crl(SIGNATURE, NOW))
    entry = listed.get_revoked_certificate_by_serial_number(shop.first.signature.serial)
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.superseded
    assert listed.get_revoked_certificate_by_serial_number(made.serial_number) is None


def test_card_is_found_by_old_and_new_certificate(shop: Shop) -> None:
    made = shop.issuer.renew(shop.card_id, AUTHENTICATION, KEYS[0], ORDER, NOW)
    found = shop.issuer.find(made)
    assert found == shop.first
    shop.issuer.confirm(ORDER, NOW)
    assert shop.issuer.find(made) == shop.current() != shop.first


def test_order_with_another_key_revokes_the_certificate_whose_key_was_lost(shop: Shop) -> None:
    lost = shop.renew(SIGNATURE)
    made = shop.renew(SIGNATURE, KEYS[1])
    assert made.serial_number != lost.serial_number
    shop.issuer.confirm(ORDER, NOW)
    signature = shop.current().signature
    assert signature is not None
    assert signature.serial == made.serial_number
    listed = x509.load_der_x509_crl(shop.issuer.crl(SIGNATURE, NOW))
    assert listed.get_revoked_certificate_by_serial_number(lost.serial_number) is not None


def test_confirmation_that_comes_late_takes_nothing_back(shop: Shop) -> None:
    shop.renew(AUTHENTICATION)
    later = NOW + timedelta(days=1)
    newer = shop.renew(AUTHENTICATION, KEYS[1], OTHER, later)
    shop.issuer.confirm(OTHER, later)
    shop.issuer.confirm(ORDER, later)
    shop.issuer.confirm(b"3" * 16, later)
    assert shop.current().authentication.serial == newer.serial_number


def test_life_is_to_the_fifth_birthday_and_a_birthday_longer_when_early(shop: Shop) -> None:
    born = identity(person(shop.holder), NOW).birth_date
    end = shop.first.authentication.not_after
    for at, birthdays in ((NOW, 5), (end - timedelta(days=30), 6), (end - timedelta(days=200), 5)):
        made = shop.renew(AUTHENTICATION, order=at.isoformat().encode()[:16], at=at)
        last = made.not_valid_after_utc.astimezone(JST).date()
        local = at.astimezone(JST).date()
        passed = (local.month, local.day) >= (born.month, born.day)
        assert (last.month, last.day) == (born.month, born.day)
        assert last.year == local.year + birthdays - (not passed)


def test_nothing_outlives_the_card(shop: Shop) -> None:
    almost = NOW + timedelta(days=365 * 7)
    made = shop.renew(AUTHENTICATION, at=almost)
    assert made.not_valid_after_utc < almost + timedelta(days=365 * 2)
    ended = NOW + timedelta(days=365 * 10)
    code, data = shop.refusal(AUTHENTICATION, KEYS[1], at=ended)
    assert (code, list(data)) == ("issuer.card-ended", ["ended_on"])


@pytest.mark.parametrize("holder", ["signature-locked", "certificate-expired"])
def test_holder_stays_the_same_person_years_later(tmp_path: Path, holder: str) -> None:
    shop = Shop(tmp_path / "issuer", holder)
    made = shop.renew(SIGNATURE, at=NOW + timedelta(days=500))
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    texts = [name.value for name in names if isinstance(name, x509.OtherName)]
    born = identity(person(holder), NOW).birth_date
    assert texts[1].endswith(f"{born:%Y%m%d}".encode())


def test_who_is_too_young_gets_no_signature_certificate(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "issuer", "under-15")
    assert shop.refusal(SIGNATURE) == ("issuer.too-young", {"from_age": 15})
    shop.renew(AUTHENTICATION)


def test_card_without_signature_certificate_gets_its_first(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "issuer", "face-only")
    assert shop.current().signature is None
    made = shop.renew(SIGNATURE)
    shop.issuer.confirm(ORDER, NOW)
    signature = shop.current().signature
    assert signature is not None
    assert signature.serial == made.serial_number


@pytest.mark.parametrize(
    "key",
    [b"", b"rubbish", public_key_der(generate_private_key(65537, 1024).public_key())],  # noqa: S505 -- too short
    ids=["nothing", "rubbish", "too-short"],  # the key is random, and every worker must give it the same name
)
def test_key_of_another_form_is_refused(shop: Shop, key: bytes) -> None:
    assert shop.refusal(AUTHENTICATION, key) == ("issuer.bad-key", {})


def test_card_that_nobody_issued_is_refused(shop: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        shop.issuer.renew(b"0" * 10, AUTHENTICATION, KEYS[0], ORDER, NOW)
    assert refusal.value.code == "issuer.unknown-card"
