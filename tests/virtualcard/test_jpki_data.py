from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding

from kaijo.card.files import Jpki
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.image import Directory, Pin
from kaijo.virtualcard.jpki_data import filled, jpki_directory, token_info
from kaijo.virtualcard.material import CardCertificates

from .issued import hierarchy, issue_certificate, keys

PINS = {"signature_pin": Pin(b"ABCD1234", 5, 5), "authentication_pin": Pin(b"4826", 3, 3)}
AUTHENTICATION = issue_certificate(PinKind.AUTHENTICATION)
SIGNATURE = issue_certificate(PinKind.SIGNATURE)


def adult() -> Directory:
    certificates = CardCertificates(AUTHENTICATION, SIGNATURE)
    return jpki_directory(hierarchy(), keys(), certificates, serial="9" * 15, **PINS)


def child() -> Directory:
    certificates = CardCertificates(AUTHENTICATION, None)
    return jpki_directory(hierarchy(), replace(keys(), signature=None), certificates, serial="9" * 15, **PINS)


def test_token_info_has_every_field_at_its_offset() -> None:
    raw = token_info("912345678901234")
    assert len(raw) == 160
    assert raw[:32] == b"JPKIAPICCTOKEN2                 "
    assert raw[32:64] == b"0" * 31 + b"1"
    assert raw[64:80] == b"KAIJO-VIRTUAL-01"
    assert raw[80:96] == b"0912345678901234"
    assert raw[96:100].hex() == "0000040d"
    assert raw[116:124].hex() == "0000001000000006"
    assert raw[124:140] == b"\xff" * 16
    assert raw[140:144] == b"0301"
    assert raw[144:] == b"9" * 16


def test_certificate_files_are_2048_bytes_with_filler() -> None:
    files = adult().files
    expected = {
        Jpki.SIGNATURE_CERTIFICATE: SIGNATURE,
        Jpki.SIGNATURE_CA_CERTIFICATE: hierarchy().authorities[PinKind.SIGNATURE].certificate,
        Jpki.AUTHENTICATION_CERTIFICATE: AUTHENTICATION,
        Jpki.AUTHENTICATION_CA_CERTIFICATE: hierarchy().authorities[PinKind.AUTHENTICATION].certificate,
    }
    for file, certificate in expected.items():
        assert files[file].content == certificate.public_bytes(Encoding.DER).ljust(2048, b"\xff")


def test_only_the_signature_certificate_needs_a_pin() -> None:
    rules = {file: set(one.opened_by or ()) for file, one in adult().files.items()}
    assert rules.pop(Jpki.SIGNATURE_CERTIFICATE) == {Jpki.SIGNATURE_PIN}
    assert [rule for rule in rules.values() if rule] == []


def test_each_key_is_opened_by_its_own_pin() -> None:
    assert {file: key.opened_by for file, key in adult().keys.items()} == {
        Jpki.AUTHENTICATION_KEY: {Jpki.AUTHENTICATION_PIN},
        Jpki.SIGNATURE_KEY: {Jpki.SIGNATURE_PIN},
    }


def test_availability_tells_adult_from_child() -> None:
    contents = [one().files[Jpki.CERTIFICATE_AVAILABILITY].content.hex() for one in (adult, child)]
    assert contents == ["8f8f00", "008f00"]


def test_child_has_an_empty_signature_file_no_signature_key_but_the_pin_reference() -> None:
    directory = child()
    assert directory.files[Jpki.SIGNATURE_CERTIFICATE].content == b"\xff" * 2048
    assert set(directory.keys) == {Jpki.AUTHENTICATION_KEY}
    assert directory.pins[Jpki.SIGNATURE_PIN] is PINS["signature_pin"]


def test_filled_leaves_the_content_in_front() -> None:
    assert filled(b"ab", 4) == b"ab\xff\xff"
