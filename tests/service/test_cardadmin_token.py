"""The keys in a token do what the keys in a file do, and do not come out."""

from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaijo.errors import KaijoError, ServiceTrouble
from kaijo.service.cardadmin import KeyFileCardKeys
from tests.support.softhsm import PIN, Tokens

pkcs11 = pytest.importorskip("pkcs11")
from kaijo.service.cardadmin_token import TokenCardKeys, make_master  # noqa: E402 -- only where the binding is

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
CARD = b"KAIJO00001"


def keys_in(tokens: Tokens, *masters: bytes) -> TokenCardKeys:
    for version, master in enumerate(masters, 1):
        tokens.put(version, master)
    return TokenCardKeys(tokens.module, tokens.full, PIN)


def trouble_of(module: str, token: str, pin: str = PIN) -> dict[str, object]:
    with pytest.raises(ServiceTrouble) as trouble:
        TokenCardKeys(module, token, pin)
    return trouble.value.diagnostics()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    card=st.binary(min_size=10, max_size=10),
    host=st.sampled_from([8, 16]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    message=st.binary(max_size=80),
    version=st.sampled_from([1, 2]),
)
def test_token_and_file_give_the_same(tokens: Tokens, card: bytes, host: bytes, message: bytes, version: int) -> None:
    tokens.clear()
    token, file = keys_in(tokens, ONE, TWO), KeyFileCardKeys({1: ONE, 2: TWO})
    assert token.session_keys(card, host, host[::-1], version) == file.session_keys(card, host, host[::-1], version)
    assert token.receipt_mac(card, message, version) == file.receipt_mac(card, message, version)
    assert (token.versions, token.check_values()) == (file.versions, file.check_values())


def test_keys_cannot_be_read_from_the_token(tokens: Tokens) -> None:
    make_master(tokens.module, tokens.full, PIN, first=True)
    keys = TokenCardKeys(tokens.module, tokens.full, PIN)
    with keys._masters() as masters, pytest.raises(pkcs11.AttributeSensitive):
        masters[1][pkcs11.Attribute.VALUE]
    with keys._card_key(CARD, "receipt", 1) as key, pytest.raises(pkcs11.AttributeSensitive):
        key[pkcs11.Attribute.VALUE]


def test_cards_keys_are_not_left_in_the_token(tokens: Tokens) -> None:
    keys = keys_in(tokens, ONE)
    keys.session_keys(CARD, b"h" * 16, b"c" * 16)
    keys.receipt_mac(CARD, b"message")
    with keys._masters() as masters:
        assert len(list(masters[1].session.get_objects())) == 1


def test_version_that_the_token_does_not_have_is_told(tokens: Tokens) -> None:
    with pytest.raises(ServiceTrouble) as trouble:
        keys_in(tokens, ONE).session_keys(CARD, b"h" * 16, b"c" * 16, 2)
    assert trouble.value.diagnostics() == {"code": "keys.unknown-version", "data": {"version": 2}}


def test_many_threads_are_served(tokens: Tokens) -> None:
    keys = keys_in(tokens, ONE)
    made: list[bytes] = []

    def ask() -> None:
        made.extend(keys.receipt_mac(CARD, b"message") for _ in range(10))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [KeyFileCardKeys(ONE).receipt_mac(CARD, b"message")] * 80


def test_masters_are_made_inside_one_after_the_other(tokens: Tokens) -> None:
    made = [make_master(tokens.module, tokens.full, PIN, first=first) for first in (True, False, False)]
    keys = TokenCardKeys(tokens.module, tokens.full, PIN)
    assert (made, keys.versions, len(set(keys.check_values().values()))) == ([1, 2, 3], (3, 2, 1), 3)


@pytest.mark.parametrize(("first", "code"), [(True, "keys.exists"), (False, "keys.no-master")])
def test_first_master_is_the_first_and_the_next_is_not(tokens: Tokens, *, first: bool, code: str) -> None:
    if first:
        tokens.put(1, ONE)
    with pytest.raises(KaijoError) as refused:
        make_master(tokens.module, tokens.full, PIN, first=first)
    assert refused.value.code == code


def test_no_more_versions_than_a_card_can_name(tokens: Tokens) -> None:
    tokens.put(127, ONE)
    with pytest.raises(KaijoError) as refused:
        make_master(tokens.module, tokens.full, PIN, first=False)
    assert refused.value.code == "keys.too-many-versions"


def test_other_keys_in_the_token_are_left_alone(tokens: Tokens) -> None:
    tokens.put(1, ONE)
    with tokens._session() as session:
        session.generate_key(pkcs11.KeyType.AES, 256, label="kaijo master", store=True)
        session.generate_key(pkcs11.KeyType.AES, 256, label="kaijo master 01", store=True)
    assert TokenCardKeys(tokens.module, tokens.full, PIN).versions == (1,)


def test_token_that_went_away_is_used_again_when_it_is_back(tokens: Tokens) -> None:
    keys = keys_in(tokens, ONE)
    with keys._masters() as masters:
        masters[1].session.close()
    with pytest.raises(ServiceTrouble) as trouble:
        keys.receipt_mac(CARD, b"message")
    assert trouble.value.code == "keys.token-trouble"
    assert keys.receipt_mac(CARD, b"message") == KeyFileCardKeys(ONE).receipt_mac(CARD, b"message")


def test_what_is_missing_is_told(tokens: Tokens) -> None:
    no_token = {"module": tokens.module, "token": "another"}
    assert trouble_of(tokens.module, "another") == {"code": "keys.no-token", "data": no_token}
    assert trouble_of("/dev/null", "x") == {"code": "keys.no-token", "data": {"module": "/dev/null", "token": "x"}}
    assert trouble_of(tokens.module, tokens.empty) == {"code": "keys.no-master", "data": {"token": tokens.empty}}


@pytest.mark.parametrize("pin", ["", "wrong", "x" * 300])
def test_wrong_pin_is_told(tokens: Tokens, pin: str) -> None:
    assert trouble_of(tokens.module, tokens.shut, pin) == {"code": "keys.wrong-token-pin", "data": {}}
