import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from kaijo.card import tlv
from kaijo.card.files import Attributes
from kaijo.virtualcard.attributes_data import attributes_directory, with_offsets
from kaijo.virtualcard.hierarchy import Role
from kaijo.virtualcard.image import FREE, Directory, Pin
from kaijo.virtualcard.verifiable import public_key_objects

from .issued import hierarchy, holder, keys
from .test_verifiable import read_key

PIN, A, B = Attributes.PIN, Attributes.CODE_A, Attributes.CODE_B


@pytest.fixture(scope="module")
def directory() -> Directory:
    pin = Pin(b"8405", 3, 3)
    return attributes_directory(hierarchy(), keys(), holder(), pin=pin, code_a=Pin(b"a", 10, 10), code_b=pin)


def test_offsets_are_those_of_the_published_example() -> None:
    objects = (
        tlv.encode(0xDF22, bytes(15)),
        tlv.encode(0xDF23, bytes(54)),
        tlv.encode(0xDF24, bytes(8)),
        tlv.encode(0xDF25, bytes(1)),
    )
    raw = with_offsets(0xFF20, 0xDF21, objects)
    assert raw[:14].hex() == "ff2065" + "df2108" + "000e002000590064"


@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=9))
def test_offsets_point_at_their_objects(sizes: list[int]) -> None:
    objects = tuple(tlv.encode(0xDF22 + number, bytes(size)) for number, size in enumerate(sizes))
    raw = with_offsets(0xFF20, 0xDF21, objects)
    table = tlv.find(raw, 0xFF20, 0xDF21)
    starts = [int.from_bytes(table[at : at + 2]) for at in range(0, len(table), 2)]
    assert [raw[start : start + len(one)] for start, one in zip(starts, objects, strict=True)] == list(objects)


def test_attributes_read_back(directory: Directory) -> None:
    who, raw = holder(), directory.files[Attributes.ATTRIBUTES].content
    values = [tlv.find(raw, 0xFF20, tag).decode() for tag in (0xDF22, 0xDF23, 0xDF24, 0xDF25)]
    assert values == [who.name, who.address, "19850520", "2"]
    assert len(raw) == 512


def test_my_number_file_has_seventeen_bytes(directory: Directory) -> None:
    raw = directory.files[Attributes.MY_NUMBER].content
    assert raw == b"\xff\x10\x0c" + holder().my_number.encode() + b"\xff\xff"


def test_integrity_record_hashes_the_number_whole_and_the_attributes_without_their_offsets(
    directory: Directory,
) -> None:
    raw = directory.files[Attributes.INTEGRITY].content
    assert (len(raw), raw[:5].hex()) == (336, "ff3082014b")
    number = directory.files[Attributes.MY_NUMBER].content
    record = tlv.find(directory.files[Attributes.ATTRIBUTES].content, 0xFF20)
    assert tlv.find(raw, 0xFF30, 0xDF31) == hashlib.sha256(number).digest()
    assert tlv.find(raw, 0xFF30, 0xDF32) == hashlib.sha256(record[11:]).digest()


def test_signatures_lead_to_the_authority(directory: Directory) -> None:
    certificate = directory.files[Attributes.CERTIFICATE].content
    assert (len(certificate), certificate[:5].hex()) == (568, "7f21820233")
    body = tlv.find(certificate, 0x7F21, 0x5F4E)
    authority = hierarchy().keys[Role.ATTRIBUTES_CA].key.public_key()
    authority.verify(tlv.find(certificate, 0x7F21, 0x5F37), body, PKCS1v15(), SHA256())
    issuer = read_key(body[32:])
    integrity = tlv.find(directory.files[Attributes.INTEGRITY].content, 0xFF30)
    issuer.verify(tlv.find(integrity, 0xDF33), integrity[: 2 * 35], PKCS1v15(), SHA256())
    signed_key = tlv.find(directory.files[Attributes.CARD_PUBLIC_KEY].content, 0xFF50)
    issuer.verify(tlv.find(signed_key, 0xDF52), signed_key[:270], PKCS1v15(), SHA256())


def test_card_key_is_the_one_in_the_public_key_files(directory: Directory) -> None:
    expected = public_key_objects(keys().attributes.public_key())
    raw = directory.files[Attributes.CARD_PUBLIC_KEY].content
    assert (tlv.find(raw, 0xFF50, 0xDF51), len(raw)) == (expected, 536)
    assert tlv.find(directory.files[Attributes.SESSION_PUBLIC_KEY].content, 0xA1) == expected
    assert {file: key.opened_by for file, key in directory.keys.items()} == {Attributes.CARD_KEY: FREE}


def test_basic_info_is_256_bytes(directory: Directory) -> None:
    raw = directory.files[Attributes.BASIC_INFO].content
    assert len(raw) == 256
    assert tlv.find(raw, 0xFF40, 0xDF41).hex() == "01030e01"
    assert tlv.find(raw, 0xFF40, 0xDF42)[:7] == b"6000034"
    assert tlv.find(raw, 0xFF40, 0xDF43)[32:] == b"\xff" * 96


def test_files_open_with_the_references_of_the_real_card(directory: Directory) -> None:
    assert {Attributes(file).name: rule.opened_by for file, rule in directory.files.items() if file != 8} == {
        "MY_NUMBER": {PIN, A},
        "ATTRIBUTES": {PIN, B},
        "INTEGRITY": {PIN, A, B},
        "CERTIFICATE": FREE,
        "BASIC_INFO": FREE,
        "SESSION_PUBLIC_KEY": {PIN, A, B},
        "CARD_PUBLIC_KEY": {PIN, A, B},
    }


def test_reference_0012_is_blocked_as_issued(directory: Directory) -> None:
    blocked = directory.pins[Attributes.BLOCKED_PIN]
    assert (blocked.value, blocked.tries_left) == (None, 0)
