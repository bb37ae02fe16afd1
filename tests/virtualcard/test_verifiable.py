import hashlib

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo.card import tlv
from kaijo.virtualcard.hierarchy import Role
from kaijo.virtualcard.verifiable import key_id, public_key_objects

from .issued import hierarchy


def read_key(objects: bytes) -> RSAPublicKey:
    """Read 90/91 back into a key."""
    e, n = (int.from_bytes(tlv.find(objects, tag)) for tag in (0x90, 0x91))
    return RSAPublicNumbers(e, n).public_key()


def opened(key: RSAPublicKey, signature: bytes) -> bytes:
    """Return the block under an RSA signature."""
    numbers = key.public_numbers()
    return pow(int.from_bytes(signature), numbers.e, numbers.n).to_bytes(256)


def test_key_id_is_seven_digits_two_marks_three_digits_and_padding() -> None:
    assert key_id("5000024") == b"5000024\x08\x05001\x00\x00\x00\x00"
    assert {len(named.id) for named in hierarchy().keys.values()} == {16}


def test_public_key_objects_have_the_size_the_card_gives_them() -> None:
    key = hierarchy().keys[Role.SURFACE].key.public_key()
    objects = public_key_objects(key)
    assert (len(objects), objects[:9].hex()) == (265, "900301000191820100")
    assert read_key(objects) == key


def test_certificate_names_both_keys_and_verifies_under_its_authority() -> None:
    authority, subject = hierarchy().keys[Role.SURFACE_CA], hierarchy().keys[Role.SURFACE]
    content = authority.certify(subject)
    body = tlv.find(content, 0x5F4E)
    assert (len(content), len(body)) == (563, 297)
    assert (body[:16], body[16:32]) == (key_id("6000023"), key_id("9999921", "000"))
    assert read_key(body[32:]) == subject.key.public_key()
    authority.key.public_key().verify(tlv.find(content, 0x5F37), body, PKCS1v15(), SHA256())


def test_three_digests_are_signed_in_one_digest_info() -> None:
    signer = hierarchy().keys[Role.SURFACE]
    digests = b"".join(hashlib.sha256(part).digest() for part in (b"a", b"b", b"c"))
    block = opened(signer.key.public_key(), signer.sign_three(digests))
    info = bytes.fromhex("3071300d060960864801650304020105000460") + digests
    assert block == b"\x00\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info
