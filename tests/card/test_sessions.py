"""The sessions over an issued card, and over cards that know neither short file ids nor extended length."""

import hashlib
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image

from kaijo.card.attributes import AttributesSession
from kaijo.card.certificate import read_certificate
from kaijo.card.files import Code
from kaijo.card.guard import Guard
from kaijo.card.jpki import CertificateAvailability, JpkiSession
from kaijo.card.manager import CardManagerSession
from kaijo.card.meter import Meter
from kaijo.card.resident import CommonSession, ResidentSession
from kaijo.card.surface import SurfaceSession
from kaijo.clock import ManualClock
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.faults import Around
from kaijo.virtualcard.persons import identity, person
from tests.support.scripted import Scripted
from tests.support.world import NIGHT, issued, pins_of
from tests.virtualcard.handmade import JPKI

PERSON = "fresh"
WHO = identity(person(PERSON), NIGHT)


class OldFashioned(Around):
    """A card in a reader that takes neither short file ids for reading nor extended length."""

    def transmit(self, command: bytes) -> bytes:
        if command[1] == 0xB0 and command[2] & 0x80:
            return bytes.fromhex("6A86")
        if len(command) > 5 and command[4] == 0:
            return bytes.fromhex("6700")
        return super().transmit(command)


def guard_of(*, old_fashioned: bool = False) -> Guard:
    card = VirtualCard(issued(PERSON), place="table")
    return Guard(OldFashioned(card) if old_fashioned else card, ManualClock(NIGHT))


def verify(guard: Guard, kind: PinKind) -> None:
    guard.verify(kind, pins_of(PERSON)[kind], shown=guard.tries(kind))


def test_free_part_of_jpki_is_read_without_a_pin() -> None:
    jpki = JpkiSession(guard_of())
    assert jpki.token_label() == "JPKIAPICCTOKEN2"
    assert jpki.availability() == CertificateAvailability(signature=True, authentication=True)
    certificate = read_certificate(jpki.certificate(PinKind.AUTHENTICATION))
    assert (certificate.test, certificate.key_usage) == (True, ("digital_signature",))
    assert certificate.not_before < NIGHT < certificate.not_after


@pytest.mark.parametrize("kind", [PinKind.SIGNATURE, PinKind.AUTHENTICATION])
def test_certificate_is_issued_by_the_authority_on_the_card(kind: PinKind) -> None:
    guard = guard_of()
    verify(guard, kind)
    jpki = JpkiSession(guard)
    holder = x509.load_der_x509_certificate(jpki.certificate(kind))
    holder.verify_directly_issued_by(x509.load_der_x509_certificate(jpki.ca_certificate(kind)))


def test_signature_certificate_needs_its_pin() -> None:
    with pytest.raises(Refused) as caught:
        JpkiSession(guard_of()).certificate(PinKind.SIGNATURE)
    assert caught.value.code == "card.pin-needed"


def test_old_fashioned_reader_gets_the_same_certificate() -> None:
    plain = JpkiSession(guard_of()).certificate(PinKind.AUTHENTICATION)
    with_old = JpkiSession(guard_of(old_fashioned=True)).certificate(PinKind.AUTHENTICATION)
    x509.load_der_x509_certificate(with_old)
    assert len(with_old) == len(plain)


def test_certificate_takes_three_commands() -> None:
    link = Meter(VirtualCard(issued(PERSON), place="table"))
    certificate = JpkiSession(Guard(link, ManualClock(NIGHT))).certificate(PinKind.AUTHENTICATION)
    assert (link.apdus, link.bytes) == (3, 15 + 2 + 5 + 6 + 7 + len(certificate) + 2)


@pytest.mark.parametrize("kind", [PinKind.SIGNATURE, PinKind.AUTHENTICATION])
def test_signature_verifies_with_the_certificate(kind: PinKind) -> None:
    guard = guard_of()
    verify(guard, kind)
    jpki = JpkiSession(guard)
    key = x509.load_der_x509_certificate(jpki.certificate(kind)).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(jpki.sign_message(kind, b"return"), b"return", PKCS1v15(), SHA256())


def test_guarded_signature_takes_four_commands() -> None:
    link = Meter(VirtualCard(issued(PERSON), place="table"))
    guard = Guard(link, ManualClock(NIGHT))
    shown = guard.tries(PinKind.AUTHENTICATION)
    before = link.apdus
    guard.verify(PinKind.AUTHENTICATION, pins_of(PERSON)[PinKind.AUTHENTICATION], shown=shown)
    JpkiSession(guard).sign_message(PinKind.AUTHENTICATION, b"login")
    assert link.apdus - before == 3  # asked again, verified, signed; the application was selected before


@pytest.mark.parametrize("kind", [PinKind.SIGNATURE, PinKind.AUTHENTICATION])
def test_signing_needs_the_pin_of_its_kind(kind: PinKind) -> None:
    guard = guard_of()
    other = PinKind.SIGNATURE if kind is PinKind.AUTHENTICATION else PinKind.AUTHENTICATION
    verify(guard, other)
    with pytest.raises(Refused) as caught:
        JpkiSession(guard).sign_message(kind, b"x")
    assert caught.value.code == "card.pin-needed"


def test_power_cycle_forgets_the_pin() -> None:
    guard = guard_of()
    verify(guard, PinKind.AUTHENTICATION)
    guard.power_cycle()
    with pytest.raises(Refused):
        JpkiSession(guard).sign_message(PinKind.AUTHENTICATION, b"x")


@pytest.mark.parametrize("old_fashioned", [False, True])
def test_attributes_are_the_holders(old_fashioned: bool) -> None:
    guard = guard_of(old_fashioned=old_fashioned)
    verify(guard, PinKind.ATTRIBUTES)
    session = AttributesSession(guard)
    read = session.attributes()
    assert (read.name, read.address, read.birth_date) == (WHO.name, WHO.address, WHO.birth_date)
    assert session.my_number() == WHO.my_number
    assert WHO.name not in repr(read)


def test_photo_opens_with_code_b_and_is_signed() -> None:
    guard = guard_of()
    born = WHO.birth_date
    era_year = born.year - (1988 if born.year >= 1989 else 1925)
    expiry = CardManagerSession(guard).expiry()
    code = f"{era_year:02}{born:%m%d}{expiry.year}{WHO.security_code}"
    guard.verify(Code.CODE_B, code, shown=guard.tries(Code.CODE_B))
    face = SurfaceSession(guard).face()
    photo = Image.open(BytesIO(face.photo))
    assert (photo.format, photo.mode) == ("JPEG2000", "L")
    assert Image.open(BytesIO(face.name_image)).mode == "1"
    assert face.expiry == f"{expiry:%Y%m%d}"
    digest = b"".join(hashlib.sha256(span).digest() for span in face.signed)
    assert len(digest) == 96


def test_photo_stays_shut_without_a_code() -> None:
    with pytest.raises(Refused):
        SurfaceSession(guard_of()).photo()


def test_common_and_resident_tell_who_issued_the_card() -> None:
    guard = guard_of()
    info, manager = CommonSession(guard).card_info(), CardManagerSession(guard)
    assert (info.expiry, info.municipality) == (manager.expiry(), manager.municipality())
    assert len(ResidentSession(guard).key_id()) == 16


def test_card_that_was_never_reset_says_so() -> None:
    state = CardManagerSession(guard_of()).reset_state()
    assert (state.reset_number, state.last) == (0, None)


def test_application_of_another_card_is_named() -> None:
    with pytest.raises(CardTrouble) as caught:
        JpkiSession(Guard(Scripted((JPKI, "6A82")), ManualClock(NIGHT)))
    assert caught.value.code == "card.no-application"


@pytest.mark.parametrize("garbage", [b"", b"\x30\x03abc", b"\x30\x82\x01\x00" + bytes(256)])
def test_garbage_is_no_certificate(garbage: bytes) -> None:
    with pytest.raises(CardTrouble) as caught:
        read_certificate(garbage)
    assert caught.value.code == "card.malformed-data"


def test_prehashed_signature_equals_the_cards() -> None:
    guard = guard_of()
    verify(guard, PinKind.AUTHENTICATION)
    jpki = JpkiSession(guard)
    key = x509.load_der_x509_certificate(jpki.certificate(PinKind.AUTHENTICATION)).public_key()
    assert isinstance(key, RSAPublicKey)
    digest = hashlib.sha256(b"same").digest()
    key.verify(jpki.sign_message(PinKind.AUTHENTICATION, b"same"), digest, PKCS1v15(), Prehashed(SHA256()))


def test_certificate_of_a_version_that_does_not_exist_is_refused() -> None:
    der = bytearray(JpkiSession(guard_of()).certificate(PinKind.AUTHENTICATION))
    version = der.index(bytes.fromhex("A003020102")) + 4
    der[version] = 8
    with pytest.raises(CardTrouble) as caught:
        read_certificate(bytes(der))
    assert caught.value.code == "card.malformed-data"


def test_card_without_short_file_ids_is_recognised_and_tells_what_it_has() -> None:
    jpki = JpkiSession(guard_of(old_fashioned=True))
    assert jpki.recognised()
    assert jpki.availability() == CertificateAvailability(signature=True, authentication=True)


@pytest.mark.parametrize(
    ("answer", "recognised"),
    [
        (b"JPKIAPICCTOKEN2".ljust(32).hex() + "9000", True),
        (b"JPKIAPGPSETOKEN".ljust(32).hex() + "9000", True),
        (b"JPKIAPIOSTOKEN".ljust(32).hex() + "9000", True),
        (b"JPKIAPICCTOKEN".ljust(32).hex() + "9000", True),
        (b"JPKIAPICCTOKEN3".ljust(32).hex() + "9000", False),
        ("9000", False),
        ("6A82", False),
        ("6982", False),
    ],
)
def test_token_label_tells_a_jpki_application(answer: str, recognised: bool) -> None:
    link = Scripted((JPKI, "9000"), ("00B0860020", answer))
    assert JpkiSession(Guard(link, ManualClock(NIGHT))).recognised() is recognised
    assert link.played()


def test_trouble_in_reading_the_label_is_not_another_card() -> None:
    link = Scripted((JPKI, "9000"), ("00B0860020", "6F00"))
    with pytest.raises(CardTrouble) as caught:
        JpkiSession(Guard(link, ManualClock(NIGHT))).recognised()
    assert caught.value.code == "card.unexpected-status"


@pytest.mark.parametrize("header", ["30827FFC", "3082FFFF"])
def test_object_longer_than_offsets_reach_is_malformed(header: str) -> None:
    link = Scripted((JPKI, "9000"), ("00B08A0004", header + "9000"))
    with pytest.raises(CardTrouble) as caught:
        JpkiSession(Guard(link, ManualClock(NIGHT))).certificate(PinKind.AUTHENTICATION)
    assert caught.value.code == "card.malformed-data"
    assert link.played()


def test_answer_longer_than_the_object_is_cut() -> None:
    link = Scripted((JPKI, "9000"), ("00B08A0004", "300201029000"), ("00B0000004", "30020102FFFF9000"))
    assert JpkiSession(Guard(link, ManualClock(NIGHT))).certificate(PinKind.AUTHENTICATION).hex() == "30020102"
