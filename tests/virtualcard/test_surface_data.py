import hashlib
from datetime import date
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image

from kaijo.card import tlv
from kaijo.card.files import Surface
from kaijo.virtualcard.faces import photo
from kaijo.virtualcard.hierarchy import Role
from kaijo.virtualcard.identity import Sex
from kaijo.virtualcard.image import FREE, Directory, Pin
from kaijo.virtualcard.surface_data import CARD_KEY, surface_directory
from kaijo.virtualcard.verifiable import public_key_objects

from .issued import hierarchy, holder, keys
from .test_verifiable import opened, read_key

PHOTO = photo(1, 41, Sex.FEMALE)


@pytest.fixture(scope="module")
def directory() -> Directory:
    codes = {name: Pin(name.encode(), 10, 10) for name in ("birth_code", "code_a", "code_b")}
    return surface_directory(hierarchy(), keys(), holder(), photo=PHOTO, expiry=date(2035, 5, 20), **codes)


@pytest.fixture(scope="module")
def issuer(directory: Directory) -> RSAPublicKey:
    """Return the key that signs the records, believed because the authority certified it."""
    certificate = directory.files[Surface.CERTIFICATE].content
    body = tlv.find(certificate, 0x7F21, 0x5F4E)
    authority = hierarchy().keys[Role.SURFACE_CA].key.public_key()
    authority.verify(tlv.find(certificate, 0x7F21, 0x5F37), body, PKCS1v15(), SHA256())
    return read_key(body[32:])


def face(directory: Directory) -> bytes:
    return tlv.find(directory.files[Surface.CARD_FACE].content, 0xFF20)


def objects(record: bytes) -> dict[int, bytes]:
    """Return every object of a record as it is written, by tag."""
    return {item.tag: tlv.encode(item.tag, item.value) for item in tlv.parse(record)}


def test_card_face_holds_its_objects_in_order(directory: Directory) -> None:
    assert [item.tag for item in tlv.parse(face(directory))] == list(range(0xDF21, 0xDF2B))


def test_card_face_offsets_point_at_their_objects(directory: Directory) -> None:
    raw = directory.files[Surface.CARD_FACE].content
    table = tlv.find(raw, 0xFF20, 0xDF21)
    starts = [int.from_bytes(table[at : at + 2]) for at in range(0, 18, 2)]
    assert [int.from_bytes(raw[start : start + 2]) for start in starts] == list(range(0xDF22, 0xDF2B))


def test_card_face_holds_what_is_printed(directory: Directory) -> None:
    record = face(directory)
    assert [tlv.find(record, tag) for tag in (0xDF22, 0xDF23, 0xDF29)] == [b"19850520", b"2", b"20350520"]
    assert tlv.find(record, 0xDF27) == PHOTO
    assert tlv.find(record, 0xDF24) == public_key_objects(keys().surface.public_key())
    sizes = {}
    for tag in (0xDF25, 0xDF26, 0xDF2A):
        with Image.open(BytesIO(tlv.find(record, tag))) as picture:
            picture.load()
            sizes[tag] = (picture.format, picture.mode, picture.height)
    assert sizes == {0xDF25: ("PNG", "1", 25), 0xDF26: ("PNG", "1", 25), 0xDF2A: ("PNG", "1", 12)}


def test_card_face_signature_covers_three_groups_with_tags_and_lengths(
    directory: Directory, issuer: RSAPublicKey
) -> None:
    written = objects(face(directory))
    groups = [(0xDF22, 0xDF23, 0xDF24), (0xDF25, 0xDF26), (0xDF27,)]
    digests = b"".join(hashlib.sha256(b"".join(written[tag] for tag in group)).digest() for group in groups)
    block = opened(issuer, tlv.find(face(directory), 0xDF28))
    info = bytes.fromhex("3071300d060960864801650304020105000460") + digests
    assert block == b"\x00\x01" + b"\xff" * (253 - len(info)) + b"\x00" + info


@pytest.mark.parametrize(
    ("file", "tags"),
    [(Surface.AGE, (0xFF10, 0xDF11, 0xDF12, 0xDF13)), (Surface.MY_NUMBER_IMAGE, (0xFF40, 0xDF41, 0xDF42, 0xDF43))],
)
def test_small_records_are_signed_as_written(
    directory: Directory, issuer: RSAPublicKey, file: int, tags: tuple[int, int, int, int]
) -> None:
    outer, what, key, signature = tags
    record = tlv.find(directory.files[file].content, outer)
    written = objects(record)
    issuer.verify(tlv.find(record, signature), written[what] + written[key], PKCS1v15(), SHA256())
    assert tlv.find(record, key) == public_key_objects(keys().surface.public_key())


def test_age_record_has_the_size_of_the_real_one(directory: Directory) -> None:
    assert directory.files[Surface.AGE].content[:5].hex() == "ff1082021e"
    assert tlv.find(directory.files[Surface.AGE].content, 0xFF10, 0xDF11) == b"19850520"


def test_my_number_image_is_72_by_12(directory: Directory) -> None:
    with Image.open(BytesIO(tlv.find(directory.files[Surface.MY_NUMBER_IMAGE].content, 0xFF40, 0xDF41))) as picture:
        assert picture.size == (72, 12)


def test_basic_info_names_the_municipality(directory: Directory) -> None:
    record = tlv.find(directory.files[Surface.BASIC_INFO].content, 0xFF30)
    assert tlv.find(record, 0xDF31).hex() == "06030e01"
    assert tlv.find(record, 0xDF34) == b"14999"
    assert len(tlv.find(record, 0xDF35)) == 272


def test_files_open_with_the_codes_of_the_real_card(directory: Directory) -> None:
    both = {Surface.CODE_A, Surface.CODE_B}
    assert {file: rule.opened_by for file, rule in directory.files.items()} == {
        Surface.AGE: {Surface.BIRTH_DATE},
        Surface.CARD_FACE: both,
        Surface.BASIC_INFO: FREE,
        Surface.CERTIFICATE: FREE,
        Surface.MY_NUMBER_IMAGE: {Surface.CODE_A},
        0x06: both,
    }
    assert {file: key.opened_by for file, key in directory.keys.items()} == {CARD_KEY: FREE}
