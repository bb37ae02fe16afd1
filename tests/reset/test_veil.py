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


def test_cancel_token_names_its_reservation_to_its_own_service_alone() -> None:
    name, reservation = veil().pseudonym(b"KAIJO00001"), bytes(range(16))
    token = veil().cancel_token(name, reservation)
    assert (len(token), token[:96]) == (160, name + reservation.hex())
    assert veil().read_cancel_token(token) == (name, reservation)
    assert veil(b"x" * 32).read_cancel_token(token) is None


@pytest.mark.parametrize("position", [0, 63, 64, 95, 96, 159])
def test_cancel_token_that_was_altered_is_none(position: int) -> None:
    token = veil().cancel_token(veil().pseudonym(b"KAIJO00001"), bytes(16))
    other = "1" if token[position] == "0" else "0"
    assert veil().read_cancel_token(token[:position] + other + token[position + 1 :]) is None


@pytest.mark.parametrize("token", ["", "zz" * 80, "0" * 160, "解" * 160, "\ud800" * 160, " " * 160])
def test_text_that_is_no_cancel_token_is_none(token: str) -> None:
    assert veil().read_cancel_token(token) is None


def test_veil_with_a_short_key_is_refused() -> None:
    with pytest.raises(ServiceTrouble) as trouble:
        veil(KEY[:31])
    assert trouble.value.diagnostics() == {"code": "service.key-damaged", "data": {"size": 31}}
