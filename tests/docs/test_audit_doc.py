"""The program printed in docs/audit.md checks exports with nothing of ours."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reset.trails import KEY, OTHER_KEY, batches, lines_of

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
ROWS = batches([["a" * 64, "b" * 64, "a" * 64], ["a" * 64, "house"], ["b" * 64]])
PUBLIC, ANOTHER = (key.public_key().public_bytes_raw().hex() for key in (KEY, OTHER_KEY))


def check(lines: list[bytes], folder: Path, public: str = PUBLIC) -> subprocess.CompletedProcess[str]:
    program = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert program is not None
    assert "kaijo" not in re.findall(r"^(?:import|from) (.*)$", program[1], re.MULTILINE)
    file = folder / "audit.jsonl"
    file.write_bytes(b"".join(lines))
    return subprocess.run(
        [sys.executable, "-I", "-c", program[1], str(file), public], capture_output=True, text=True, check=False
    )


def test_program_finds_a_whole_export_whole(tmp_path: Path) -> None:
    ended = check(lines_of(ROWS), tmp_path)
    assert (ended.returncode, ended.stdout.split()[:2]) == (0, ["6", "rows,"])


@pytest.mark.parametrize("at", range(9))
def test_program_misses_no_line(tmp_path: Path, at: int) -> None:
    lines = lines_of(ROWS)
    ended = check(lines[:at] + lines[at + 1 :], tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")


def test_program_wants_the_operators_key(tmp_path: Path) -> None:
    assert check(lines_of(ROWS), tmp_path, ANOTHER).returncode == 1
