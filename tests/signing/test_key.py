import copy
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo, Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, Hash
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from kaijo.card.guard import Guard
from kaijo.card.jpki import SHA256_PREFIX
from kaijo.card.link import Link
from kaijo.clock import ManualClock
from kaijo.errors import CardTrouble, Refused, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import unlock
from kaijo.virtualcard.card import VirtualCard
from tests.support.signing import CERTIFIED, key_of
from tests.support.world import NIGHT, issued, pins_of


@pytest.mark.parametrize("kind", CERTIFIED)
def test_signature_verifies_with_the_certificate(kind: PinKind) -> None:
    key = key_of(kind=kind)
    key.key.public_key().verify(key.key.sign(b"data", PKCS1v15(), SHA256()), b"data", PKCS1v15(), SHA256())
    assert key.key.key_size == 2048
    key.certificate.verify_directly_issued_by(key.chain[1])


def test_prehashed_is_the_same_signature() -> None:
    key, hashing = key_of().key, Hash(SHA256())
    hashing.update(b"data")
    direct = key.sign(b"data", PKCS1v15(), SHA256())
    digest = hashing.finalize()
    assert key.sign(digest, PKCS1v15(), Prehashed(SHA256())) == direct
    assert key.sign(SHA256_PREFIX + digest, PKCS1v15(), NoDigestInfo()) == direct


def test_library_that_knows_no_card_signs_with_it() -> None:
    key = key_of()
    builder = PKCS7SignatureBuilder().set_data(b"data").add_signer(key.certificate, key.key, SHA256())
    assert builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature]).startswith(b"\x30\x82")


@pytest.mark.parametrize(
    "ask",
    [
        lambda key: key.sign(b"data", PSS(MGF1(SHA256()), 32), SHA256()),
        lambda key: key.sign(b"data", PKCS1v15(), SHA384()),
        lambda key: key.sign(b"data", PKCS1v15(), NoDigestInfo()),
        lambda key: key.sign(b"short", PKCS1v15(), Prehashed(SHA256())),
        lambda key: key.decrypt(bytes(256), OAEP(MGF1(SHA256()), SHA256(), None)),
        lambda key: key.private_numbers(),
        lambda key: key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    ],
)
def test_what_the_card_cannot_do_is_refused_by_name(ask: Callable[[RSAPrivateKey], object]) -> None:
    with pytest.raises(UsageProblem) as refused:
        ask(key_of().key)
    assert refused.value.code == "signing.not-by-card"


def test_copy_is_the_same_key() -> None:
    key = key_of().key
    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key


class _Flipping:
    """A link that spoils whatever has the length of a signature."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def place(self) -> str:
        return self._link.place

    def transmit(self, command: bytes) -> bytes:
        answer = self._link.transmit(command)
        return answer[:9] + bytes([answer[9] ^ 1]) + answer[10:] if command[1] == 0x2A else answer

    def power_cycle(self) -> None:
        self._link.power_cycle()

    def close(self) -> None:
        self._link.close()


def test_signature_that_does_not_fit_the_certificate_is_not_given_out() -> None:
    guard = Guard(_Flipping(VirtualCard(issued("fresh"), place="table")), ManualClock(NIGHT))
    kind = PinKind.AUTHENTICATION
    key = unlock(guard, kind, pins_of("fresh")[kind], shown=guard.tries(kind))
    with pytest.raises(CardTrouble) as trouble:
        key.key.sign(b"data", PKCS1v15(), SHA256())
    assert trouble.value.code == "signing.bad-signature"


def test_locked_pin_unlocks_nothing() -> None:
    with pytest.raises(Refused) as refused:
        key_of("signature-locked")
    assert refused.value.code == "card.locked"
