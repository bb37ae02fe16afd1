from pathlib import Path

import pytest

from kaijo.errors import ServiceTrouble
from kaijo.securechannel.keys import derive_card_keys, derive_session_keys
from kaijo.service.cardadmin import KeyFileCardKeys, load_master

MASTER = bytes(range(32))
CARD = b"KAIJO00001"


def keep(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def trouble_of(path: Path) -> dict[str, object]:
    with pytest.raises(ServiceTrouble) as trouble:
        load_master(path)
    return trouble.value.diagnostics()


def test_load_master_returns_the_key(tmp_path: Path) -> None:
    assert load_master(keep(tmp_path / "master", MASTER)) == MASTER


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_load_master_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = keep(tmp_path / "master", MASTER, mode)
    assert trouble_of(path) == {"code": "service.key-exposed", "data": {"path": str(path)}}


@pytest.mark.parametrize("size", [0, 31, 33])
def test_load_master_of_another_length_is_refused(tmp_path: Path, size: int) -> None:
    path = keep(tmp_path / "master", bytes(size))
    assert trouble_of(path) == {"code": "service.key-damaged", "data": {"size": size}}


def test_load_master_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "master", tmp_path):
        assert trouble_of(path)["code"] == "service.key-missing"


def test_session_keys_are_the_cards_own() -> None:
    keys = KeyFileCardKeys(MASTER).session_keys(CARD, b"h" * 16, b"c" * 16)
    assert keys == derive_session_keys(derive_card_keys(MASTER, CARD), b"h" * 16, b"c" * 16)
    assert keys != KeyFileCardKeys(MASTER).session_keys(b"KAIJO00002", b"h" * 16, b"c" * 16)


def test_receipt_mac_depends_on_card_message_and_master() -> None:
    macs = {
        KeyFileCardKeys(master).receipt_mac(card, message)
        for master in (MASTER, bytes(32))
        for card in (CARD, b"KAIJO00002")
        for message in (b"", b"message")
    }
    assert len(macs) == 8
    assert {len(mac) for mac in macs} == {16}


def test_versions_are_kept_apart_and_told_newest_first() -> None:
    keys = KeyFileCardKeys({1: MASTER, 2: bytes(32)})
    assert keys.versions == (2, 1)
    assert keys.receipt_mac(CARD, b"", 2) == KeyFileCardKeys(bytes(32)).receipt_mac(CARD, b"")
    assert keys.session_keys(CARD, b"h" * 16, b"c" * 16) == KeyFileCardKeys(MASTER).session_keys(
        CARD, b"h" * 16, b"c" * 16, 1
    )


def test_version_that_is_not_there_is_told() -> None:
    keys = KeyFileCardKeys(MASTER)
    told = {"code": "keys.unknown-version", "data": {"version": 2}}
    with pytest.raises(ServiceTrouble) as trouble:
        keys.receipt_mac(CARD, b"", 2)
    assert trouble.value.diagnostics() == told
    with pytest.raises(ServiceTrouble) as trouble:
        keys.session_keys(CARD, b"h" * 16, b"c" * 16, 2)
    assert trouble.value.diagnostics() == told


def test_check_value_is_that_of_the_standard() -> None:
    """Computed with another program: `openssl enc -aes-256-ecb` over sixteen bytes of ones."""
    assert KeyFileCardKeys(MASTER).check_values() == {1: "75e208"}
