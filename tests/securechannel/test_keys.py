import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from kaijo.errors import CardTrouble
from kaijo.securechannel.keys import (
    SessionKeys,
    StaticKeys,
    derive,
    derive_card_key,
    derive_card_keys,
    derive_session_keys,
)

from .meeting import CARD_ID, MASTER, VECTORS, static_keys


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def test_derive_puts_the_counter_between_length_and_context() -> None:
    key, context = bytes(range(16)), b"context"
    blocks = [cmac(key, bytes(11) + b"\x04\x00\x00\xc0" + bytes([i]) + context) for i in (1, 2)]
    assert derive(key, 0x04, 24, context) == b"".join(blocks)[:24]


def test_derive_session_keys_gives_the_keys_of_a_real_card() -> None:
    # GlobalPlatformPro's JCOP4 transcript; the session keys are stated by the javacard-express tests.
    keys = derive_session_keys(
        static_keys("jcop4"), bytes.fromhex("0102030405060708"), bytes.fromhex("734ECDCA19E446A3")
    )
    assert keys == SessionKeys(
        enc=bytes.fromhex("72790CA8EDDD33FF607B2EA804E25344"),
        mac=bytes.fromhex("F7062FB6554BB7B140A7336658C4178E"),
        rmac=bytes.fromhex("D6E86D640A74CAF2DAB8894C64A358E8"),
    )


@pytest.mark.parametrize("length", [16, 24, 32])
def test_derive_session_keys_keeps_the_key_length(length: int) -> None:
    static = derive_card_keys(MASTER[:length], CARD_ID)
    session = derive_session_keys(static, bytes(8), bytes(8))
    assert [len(key) for key in (session.enc, session.mac, session.rmac)] == [length] * 3


def test_derive_card_key_is_the_counter_mode_of_sp_800_108() -> None:
    fixed = b"receipt\x00" + CARD_ID + (256).to_bytes(4)
    blocks = [cmac(MASTER, i.to_bytes(4) + fixed) for i in (1, 2)]
    assert derive_card_key(MASTER, CARD_ID, "receipt") == b"".join(blocks)


@pytest.mark.parametrize("length", [16, 24, 32])
def test_derive_card_keys_differ_by_card_use_and_master(length: int) -> None:
    other_master = bytes(length)
    sets = [
        derive_card_keys(MASTER[:length], CARD_ID),
        derive_card_keys(MASTER[:length], CARD_ID[:-1] + b"\x02"),
        derive_card_keys(other_master, CARD_ID),
    ]
    keys = [key for static in sets for key in (static.enc, static.mac, static.dek)]
    keys.append(derive_card_key(MASTER[:length], CARD_ID, "receipt"))
    assert len(set(keys)) == 10
    assert {len(key) for key in keys} == {length}


@pytest.mark.parametrize("cls", [StaticKeys, SessionKeys])
@pytest.mark.parametrize("lengths", [(8, 8, 8), (16, 16, 24), (0, 0, 0), (33, 33, 33)])
def test_keys_of_wrong_length_are_refused(cls: type, lengths: tuple[int, int, int]) -> None:
    with pytest.raises(CardTrouble) as trouble:
        cls(*(bytes(length) for length in lengths))
    assert trouble.value.code == "channel.bad-key"


@pytest.mark.parametrize(
    ("master", "card_id", "label"),
    [(bytes(15), CARD_ID, "receipt"), (MASTER, b"", "receipt"), (MASTER, CARD_ID, ""), (MASTER, CARD_ID, "a\0b")],
)
def test_derive_card_key_refuses_what_could_collide(master: bytes, card_id: bytes, label: str) -> None:
    with pytest.raises(CardTrouble) as trouble:
        derive_card_key(master, card_id, label)
    assert trouble.value.code == "channel.bad-key"


@pytest.mark.parametrize("name", VECTORS["keys"])
def test_keys_stay_out_of_repr(name: str) -> None:
    static = static_keys(name)
    assert repr(static) == "StaticKeys()"
    assert repr(derive_session_keys(static, bytes(8), bytes(8))) == "SessionKeys()"
