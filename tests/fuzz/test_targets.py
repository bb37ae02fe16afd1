"""Every fuzzing target survives what the fuzzer has found worth keeping, changes of it, and a moment of the fuzzer."""

import importlib
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from fuzz.keep import keep
from fuzz.run import CORPUS
from fuzz.tape import Tape
from fuzz.targets import names

CHANGED_INPUTS = 150
MOST_BYTES = 200_000
ROOT = CORPUS.parent.parent
_SPLICE = 8


def target(name: str) -> Callable[[bytes], None]:
    run: Callable[[bytes], None] = importlib.import_module(f"fuzz.targets.{name}").run
    return run


def kept(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def changed(inputs: list[bytes], random: Random) -> bytes:
    data = bytearray(random.choice(inputs))
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(data) + 1)
        match random.randrange(4):
            case 0:
                data[at : at + 1] = random.randbytes(1)
            case 1:
                data[at:at] = random.randbytes(random.randrange(1, _SPLICE))
            case 2:
                del data[at : at + random.randrange(1, _SPLICE)]
            case _:
                other = random.choice(inputs)
                data[at:] = other[random.randrange(len(other) + 1) :]
    return bytes(data)


def test_every_target_has_a_corpus_and_all_is_small() -> None:
    assert sorted(path.name for path in CORPUS.iterdir()) == names()
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < MOST_BYTES


@pytest.mark.parametrize("name", names())
def test_kept_inputs_are_survived(name: str) -> None:
    run = target(name)
    for data in [b"", *kept(name)]:
        run(data)


@pytest.mark.parametrize("name", names())
def test_changed_inputs_are_survived(name: str) -> None:
    run, random, inputs = target(name), Random(f"2027 {name}"), kept(name)
    for _ in range(CHANGED_INPUTS):
        data = changed(inputs, random)
        try:
            run(data)
        except Exception as broken:
            raise AssertionError(data.hex()) from broken


@pytest.mark.skipif(find_spec("atheris") is None, reason="the fuzzer has no wheel for this Python")
@pytest.mark.parametrize("name", names())
def test_fuzzer_finds_nothing_in_a_moment(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz.run", name, "--seconds", "1", "--corpus", str(tmp_path / "found")]
    # The same inputs each time: who looks for new ones lets it run for longer.
    command += ["--seed", "2027", "--runs", "2000"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "stat::number_of_executed_units" in ended.stderr


def test_tape_ends_in_zeros() -> None:
    tape = Tape(b"\x01\x02\x03")
    assert (tape.byte(), tape.rest(), tape.take(3), tape.byte(), tape.rest()) == (1, b"\x02\x03", b"\x02\x03\0", 0, b"")


def test_inputs_of_every_size_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    found, kept_here = tmp_path / "found", tmp_path / "kept"
    found.mkdir()
    for size in (*range(10), 401):
        (found / f"{size}").write_bytes(b"x" * size)
    (found / "twin").write_bytes(b"x" * 9)
    assert keep(found, kept_here) == 10
    assert keep(found, kept_here, most=3) == 3
    assert sorted(path.stat().st_size for path in kept_here.iterdir()) == [0, 3, 7]
