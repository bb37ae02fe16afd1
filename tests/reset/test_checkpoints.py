from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kaijo.errors import UsageProblem
from kaijo.reset.audit import canonical, read_canonical
from kaijo.reset.checkpoints import Checkpoint, fingerprint, read_kept, read_public_key, sign_checkpoint
from kaijo.reset.merkle import frontier_of, leaf_hash

from .bench import NOON
from .trails import KEY, OTHER_KEY

MADE = sign_checkpoint(frontier_of([leaf_hash(b"row")]), NOON, KEY, None)
LINE = canonical(MADE.plain()) + b"\n"


def test_checkpoint_tells_size_root_time_and_key() -> None:
    assert (MADE.size, MADE.root, MADE.at) == (1, leaf_hash(b"row"), NOON)
    assert MADE.key == fingerprint(KEY.public_key())
    assert MADE.previous == bytes(32)


def test_checkpoint_holds_the_hash_of_the_one_before() -> None:
    newer = sign_checkpoint(frontier_of([leaf_hash(b"row"), leaf_hash(b"more")]), NOON, KEY, MADE)
    assert newer.previous == MADE.hash == leaf_hash(LINE[:-1])


def test_checkpoint_is_signed_by_its_key_alone() -> None:
    assert MADE.is_signed_by(KEY.public_key())
    assert not MADE.is_signed_by(OTHER_KEY.public_key())


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 2},
        {"root": bytes(32)},
        {"at": NOON + timedelta(microseconds=1)},
        {"previous": b"\x01" * 32},
        {"key": bytes(32)},
        {"signature": bytes(64)},
    ],
)
def test_changed_checkpoint_is_not_signed(changes: dict[str, Any]) -> None:
    assert not replace(MADE, **changes).is_signed_by(KEY.public_key())


def test_line_reads_back() -> None:
    assert Checkpoint.read(read_canonical(LINE[:-1])) == MADE


PLAIN = MADE.plain()
SIGNED = PLAIN["checkpoint"]


@pytest.mark.parametrize(
    "plain",
    [
        None,
        {},
        {"checkpoint": None, "signature": ""},
        PLAIN | {"signature": "00"},
        PLAIN | {"signature": "0" * 127 + "G"},
        PLAIN | {"more": 1},
        PLAIN | {"checkpoint": SIGNED | {"size": 0}},
        PLAIN | {"checkpoint": SIGNED | {"size": True}},
        PLAIN | {"checkpoint": SIGNED | {"size": "1"}},
        PLAIN | {"checkpoint": SIGNED | {"root": "00"}},
        PLAIN | {"checkpoint": SIGNED | {"root": SIGNED["root"].upper()}},
        PLAIN | {"checkpoint": SIGNED | {"at": "noon"}},
        PLAIN | {"checkpoint": SIGNED | {"more": 1}},
    ],
)
def test_read_takes_nothing_but_a_checkpoint(plain: Any) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        Checkpoint.read(plain)


def test_read_kept_takes_the_last_line_of_a_file_of_them() -> None:
    newer = sign_checkpoint(frontier_of([leaf_hash(b"row"), leaf_hash(b"more")]), NOON, KEY, MADE)
    assert read_kept(LINE + canonical(newer.plain()) + b"\n") == newer
    assert read_kept(LINE) == MADE


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", LINE + b"\n", LINE[:-2]])
def test_read_kept_refuses_anything_else(content: bytes) -> None:
    with pytest.raises(UsageProblem) as problem:
        read_kept(content)
    assert problem.value.code == "audit.not-a-checkpoint"


def test_read_public_key() -> None:
    raw = KEY.public_key().public_bytes_raw().hex()
    assert read_public_key(f" {raw}\n") == KEY.public_key()


@pytest.mark.parametrize("text", ["", "00", "g" * 64, "鍵" * 64])
def test_read_public_key_refuses_anything_else(text: str) -> None:
    with pytest.raises(UsageProblem) as problem:
        read_public_key(text)
    assert problem.value.code == "audit.not-a-key"
