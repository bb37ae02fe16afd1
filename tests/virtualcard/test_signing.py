import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo.card.files import Application, Jpki
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage, Key

from .handmade import (
    ATTRIBUTES,
    COMMON,
    JPKI,
    RESIDENT,
    RIGHT_AUTHENTICATION,
    RIGHT_RESIDENT,
    RIGHT_SIGNATURE,
    SURFACE,
    private_key,
    say,
    talk,
)

MESSAGE = b"a message of this test"
DIGEST = hashlib.sha256(MESSAGE).digest()
SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420") + DIGEST
MD5_INFO = bytes.fromhex("3020300C06082A864886F70D020505000410") + hashlib.md5(MESSAGE).digest()  # noqa: S324 -- OpenSC's own test signs MD5


def padded(content: bytes) -> bytes:
    return b"\x00\x01" + b"\xff" * (253 - len(content)) + b"\x00" + content


def opened(key: RSAPublicKey, signature: bytes) -> bytes:
    numbers = key.public_numbers()
    return pow(int.from_bytes(signature), numbers.e, numbers.n).to_bytes(256)


def command(scheme: int, key: int, data: bytes) -> str:
    return f"802A{scheme:02X}{key:02X}{len(data):02X}{data.hex()}00"


def signature_of(card: VirtualCard, text: str) -> bytes:
    answer = say(card, text)
    assert answer[-4:] == "9000"
    return bytes.fromhex(answer[:-4])


def is_padding_of(content: bytes) -> Callable[[RSAPublicKey, bytes], None]:
    def check(key: RSAPublicKey, signature: bytes) -> None:
        assert opened(key, signature) == padded(content)

    return check


def is_v15(key: RSAPublicKey, signature: bytes) -> None:
    key.verify(signature, MESSAGE, PKCS1v15(), SHA256())


def is_pss(key: RSAPublicKey, signature: bytes) -> None:
    key.verify(signature, MESSAGE, PSS(MGF1(SHA256()), PSS.AUTO), SHA256())


@pytest.mark.parametrize(
    ("pin", "reference", "name"),
    [(RIGHT_AUTHENTICATION, 0x97, "authentication"), (RIGHT_SIGNATURE, 0x9A, "signature")],
)
@pytest.mark.parametrize(
    ("scheme", "data", "check"),
    [
        pytest.param(0, SHA256_INFO, is_v15, id="DigestInfo"),
        pytest.param(0, MD5_INFO, is_padding_of(MD5_INFO), id="DigestInfo of MD5"),
        pytest.param(0, b"x", is_padding_of(b"x"), id="one byte verbatim"),
        pytest.param(0, b"y" * 245, is_padding_of(b"y" * 245), id="245 bytes verbatim"),
        pytest.param(1, MESSAGE, is_padding_of(DIGEST), id="bare digest"),
        pytest.param(2, DIGEST, is_v15, id="digest"),
        pytest.param(3, MESSAGE, is_v15, id="message"),
        pytest.param(4, DIGEST, is_pss, id="digest, PSS"),
        pytest.param(5, MESSAGE, is_pss, id="message, PSS"),
    ],
)
def test_signature_verifies_for_every_scheme(
    card: VirtualCard,
    *,
    pin: str,
    reference: int,
    name: str,
    scheme: int,
    data: bytes,
    check: Callable[[RSAPublicKey, bytes], None],
) -> None:
    talk(card, JPKI, pin)
    check(private_key(name).public_key(), signature_of(card, command(scheme, reference, data)))


def test_signature_by_the_current_key_is_the_form_of_opensc(card: VirtualCard) -> None:
    verify = talk(card, JPKI, "00A4020C020018", "002000800431323334", "00A4020C020017")
    assert verify == ["9000"] * 4
    is_v15(private_key("authentication").public_key(), signature_of(card, command(0, 0x80, SHA256_INFO)))


def test_several_signatures_follow_one_verify(card: VirtualCard) -> None:
    talk(card, JPKI, RIGHT_SIGNATURE)
    first, second = (signature_of(card, command(4, 0x9A, DIGEST)) for _ in range(2))
    assert first != second
    is_pss(private_key("signature").public_key(), second)


@pytest.mark.parametrize("application", [SURFACE, ATTRIBUTES])
def test_card_key_signs_without_any_pin(card: VirtualCard, application: str) -> None:
    talk(card, application)
    is_v15(private_key("card").public_key(), signature_of(card, command(3, 0x00, MESSAGE)))


@pytest.mark.parametrize("application", [JPKI, RESIDENT, COMMON])
def test_no_other_application_has_a_default_key(card: VirtualCard, application: str) -> None:
    talk(card, application, RIGHT_AUTHENTICATION)
    assert say(card, command(3, 0x00, MESSAGE)) == "6A88"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param(command(0, 0x9A, SHA256_INFO), "6982", id="the other key"),
        pytest.param(command(6, 0x97, MESSAGE), "6A86", id="P1"),
        pytest.param(command(0, 0x97, b"x" * 246), "6700", id="too long"),
        pytest.param("802A009700", "6700", id="nothing"),
        pytest.param(command(2, 0x97, DIGEST[:-1]), "6700", id="short digest"),
        pytest.param(command(4, 0x97, DIGEST + b"x"), "6700", id="long digest"),
        pytest.param(command(0, 0x97, SHA256_INFO)[:-2], "6700", id="no Le"),
        pytest.param(command(0, 0x97, SHA256_INFO)[:-2] + "FF", "6700", id="Le too small"),
        pytest.param(command(0, 0x98, SHA256_INFO), "6985", id="a PIN"),
        pytest.param(command(0, 0x8F, SHA256_INFO), "6A88", id="nothing there"),
        pytest.param(command(0, 0x17, SHA256_INFO), "6A86", id="P2"),
        pytest.param("00" + command(0, 0x97, SHA256_INFO)[2:], "6E00", id="class"),
    ],
)
def test_signature_is_refused_as_published(card: VirtualCard, text: str, status: str) -> None:
    assert talk(card, JPKI, RIGHT_AUTHENTICATION, text)[1:] == ["9000", status]


def test_signature_without_verify_or_current_key_is_refused(card: VirtualCard) -> None:
    assert talk(card, JPKI, command(0, 0x80, SHA256_INFO), command(0, 0x97, SHA256_INFO))[1:] == ["6986", "6982"]


def test_internal_authenticate_signs_the_challenge_with_the_common_key(card: VirtualCard) -> None:
    talk(card, COMMON)
    is_v15(private_key("card").public_key(), signature_of(card, f"00880099{len(MESSAGE):02X}{MESSAGE.hex()}00"))


@pytest.mark.parametrize(
    ("application", "pin", "text", "status"),
    [
        pytest.param(COMMON, RIGHT_RESIDENT, "0088009701AA00", "6982", id="another key"),
        pytest.param(COMMON, RIGHT_RESIDENT, "0088008101AA00", "6985", id="a file"),
        pytest.param(COMMON, RIGHT_RESIDENT, "0088008F01AA00", "6A88", id="nothing there"),
        pytest.param(COMMON, RIGHT_RESIDENT, "0088019901AA00", "6A86", id="P1"),
        pytest.param(COMMON, RIGHT_RESIDENT, "0088009900", "6700", id="no challenge"),
        pytest.param(JPKI, RIGHT_AUTHENTICATION, "0088009701AA00", "6982", id="another application"),
    ],
)
def test_internal_authenticate_refuses_everything_else(
    card: VirtualCard, application: str, pin: str, text: str, status: str
) -> None:
    assert talk(card, application, pin, text)[1:] == ["9000", status]


def test_key_that_is_none_answers_a_status_word(image: CardImage) -> None:
    image.directories[Application.JPKI].keys[Jpki.AUTHENTICATION_KEY] = Key(b"no key")
    assert talk(VirtualCard(image, place="table"), JPKI, command(0, 0x97, SHA256_INFO))[1] == "6400"
