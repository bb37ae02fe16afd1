import hmac
from hashlib import sha256

import pytest

from kaijo.errors import ServiceTrouble
from kaijo.reset.veil import Veil

KEY = bytes(range(32))


def veil(key: bytes = KEY) -> Veil:
    return Veil(key, randomness=lambda size: b"\x07" * size)


def test_pseudonym_is_the_keyed_hash_of_the_card_id() -> None:
    assert veil().pseudonym(b"KAIJO00001") == hmac.new(KEY, b"KAIJO00001", sha256).hexdigest()


def test_unseal_returns_what_was_sealed_there() -> None:
    sealed = veil().seal(b"KAIJO00001", "here")
    assert veil().unseal(sealed, "here") == b"KAIJO00001"
    assert b"KAIJO" not in sealed


@pytest.mark.parametrize("position", range(12 + 4 + 16))
def test_unseal_of_an_altered_seal_is_refused(position: int) -> None:
    sealed = bytearray(veil().seal(b"card", "here"))
    sealed[position] ^= 1
    with pytest.raises(ServiceTrouble) as trouble:
        veil().unseal(bytes(sealed), "here")
    assert trouble.value.code == "store.damaged"


def test_unseal_elsewhere_or_with_another_key_or_of_nothing_is_refused() -> None:
    sealed = veil().seal(b"card", "here")
    for other, raw, place in ((veil(), sealed, "there"), (veil(b"x" * 32), sealed, "here"), (veil(), b"", "here")):
        with pytest.raises(ServiceTrouble) as trouble:
            other.unseal(raw, place)
        assert trouble.value.code == "store.damaged"


def test_veil_with_a_short_key_is_refused() -> None:
    with pytest.raises(ServiceTrouble) as trouble:
        veil(KEY[:31])
    assert trouble.value.diagnostics() == {"code": "service.key-damaged", "data": {"size": 31}}
