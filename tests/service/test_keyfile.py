from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaijo.errors import KaijoError, ServiceTrouble, UsageProblem
from kaijo.service.keyfile import (
    LAST_VERSION,
    is_protected,
    protect,
    read_key_file,
    read_private,
    write_key_file,
)

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
WORDS = b"correct horse battery"
QUICK = 10  # the cost of a guess in tests


def keep(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def trouble_of(path: Path, passphrase: bytes = WORDS, *, practice: bool = False) -> dict[str, object]:
    with pytest.raises(ServiceTrouble) as trouble:
        read_key_file(path, lambda: passphrase, practice=practice)
    return trouble.value.diagnostics()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def never() -> bytes:
    pytest.fail("asked for a passphrase")


def test_protected_keys_read_back_oldest_first(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    write_key_file(path, protect({2: TWO, 1: ONE}, WORDS), new=True)
    assert list(read_key_file(path, lambda: WORDS).items()) == [(1, ONE), (2, TWO)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert names_in(tmp_path) == ["keys"]


def test_content_shows_no_key_and_is_never_the_same() -> None:
    contents = {protect({1: ONE}, WORDS, cost=QUICK) for _ in range(3)}
    assert len(contents) == 3
    assert not [content for content in contents if ONE[:4] in content or not is_protected(content)]


def test_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    path = keep(tmp_path / "keys", protect({1: ONE}, WORDS, cost=QUICK))
    told = {"code": "keys.wrong-passphrase", "data": {"path": str(path)}}
    assert [trouble_of(path, words) for words in (b"", WORDS + b" ")] == [told, told]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_any_damage_is_found(tmp_path: Path, data: st.DataObject) -> None:
    whole = protect({1: ONE, 2: TWO}, WORDS, cost=QUICK)
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = bytes((whole[at] ^ 1 << data.draw(st.integers(0, 7)),))
    content = data.draw(st.sampled_from([whole[:at], whole[:at] + bit + whole[at + 1 :], whole[:at] + whole[at + 1 :]]))
    path = keep(tmp_path / "keys", content)
    with pytest.raises(ServiceTrouble) as trouble:
        read_key_file(path, lambda: WORDS)
    assert trouble.value.code in {"keys.wrong-passphrase", "service.key-damaged", "keys.unprotected"}


@pytest.mark.parametrize("cost", [0, 9, 21, 255])
def test_header_that_asks_too_little_or_too_much_is_not_followed(tmp_path: Path, cost: int) -> None:
    whole = protect({1: ONE}, WORDS, cost=QUICK)
    path = keep(tmp_path / "keys", whole[:9] + bytes((cost,)) + whole[10:])
    assert trouble_of(path) == {"code": "service.key-damaged", "data": {"size": len(whole)}}


def test_key_in_clear_is_for_practice_only(tmp_path: Path) -> None:
    path = keep(tmp_path / "keys", ONE)
    assert read_key_file(path, never, practice=True) == {1: ONE}
    assert trouble_of(path) == {"code": "keys.unprotected", "data": {"path": str(path)}}


@pytest.mark.parametrize("size", [0, 31, 33, 9000])
def test_anything_else_is_no_key(tmp_path: Path, size: int) -> None:
    assert trouble_of(keep(tmp_path / "keys", bytes(size)), practice=True)["code"] == "service.key-damaged"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_file_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = keep(tmp_path / "keys", protect({1: ONE}, WORDS, cost=QUICK), mode)
    assert trouble_of(path) == {"code": "service.key-exposed", "data": {"path": str(path)}}


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert trouble_of(tmp_path / "keys")["code"] == "service.key-missing"


def test_read_private_reads_one_byte_more_than_allowed(tmp_path: Path) -> None:
    assert read_private(keep(tmp_path / "long", bytes(100)), 10) == bytes(11)


def code_of_protect(keys: dict[int, bytes], passphrase: bytes = WORDS) -> dict[str, object]:
    with pytest.raises(UsageProblem) as problem:
        protect(keys, passphrase, cost=QUICK)
    return problem.value.diagnostics()


def test_protect_wants_a_passphrase_worth_the_name() -> None:
    assert code_of_protect({1: ONE}, b"elevenbytes") == {"code": "keys.short-passphrase", "data": {"least": 12}}


@pytest.mark.parametrize("versions", [[], [0, 1], [1, LAST_VERSION + 1]])
def test_protect_wants_versions_that_a_card_can_name(versions: list[int]) -> None:
    assert code_of_protect(dict.fromkeys(versions, ONE))["code"] == "keys.too-many-versions"


def test_as_many_versions_fit_as_there_are(tmp_path: Path) -> None:
    keys = dict.fromkeys(range(1, LAST_VERSION + 1), ONE)
    path = keep(tmp_path / "keys", protect(keys, WORDS, cost=QUICK))
    assert read_key_file(path, lambda: WORDS) == keys


def test_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = keep(tmp_path / "keys", ONE)
    with pytest.raises(UsageProblem) as problem:
        write_key_file(path, TWO, new=True)
    assert problem.value.diagnostics() == {"code": "keys.exists", "data": {"path": str(path)}}
    assert (path.read_bytes(), names_in(tmp_path)) == (ONE, ["keys"])
    write_key_file(path, TWO, new=False)
    assert (path.read_bytes(), names_in(tmp_path)) == (TWO, ["keys"])


def test_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(KaijoError) as problem:
        write_key_file(tmp_path / "no" / "keys", ONE, new=True)
    assert problem.value.code == "usage.unwritable"
