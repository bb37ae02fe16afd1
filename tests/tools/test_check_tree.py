import subprocess
from pathlib import Path

import pytest

from tools.check_tree import LONGEST, files, forbidden_words, long_files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("build/\n", "utf-8")
    return tmp_path


def test_files_ignored_ones_left_out(tree: Path) -> None:
    (tree / "build").mkdir()
    (tree / "build" / "out.py").write_text("", "utf-8")
    (tree / "kept.py").write_text("", "utf-8")
    assert files(tree) == [tree / ".gitignore", tree / "kept.py"]


def test_long_files_longest_allowed_passes(tree: Path) -> None:
    (tree / "full.py").write_text("\n" * LONGEST, "utf-8")
    assert list(long_files(tree)) == []


def test_long_files_one_line_more_is_named(tree: Path) -> None:
    (tree / "over.py").write_text("\n" * (LONGEST + 1), "utf-8")
    assert list(long_files(tree)) == ["over.py: 401 lines, more than 400: split it by what it does"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("# TO" + "DO: later", "TO" + "DO"),
        ("see /ho" + "me/hanako/kaijo", "/ho" + "me/hanako/"),
        ("from https://py" + "pi.org/simple", "py" + "pi.org"),
    ],
)
def test_forbidden_words_each_is_named_with_its_place(tree: Path, line: str, word: str) -> None:
    (tree / "page.md").write_text(f"fine\n{line}\n", "utf-8")
    assert [found.split(" is ")[0] for found in forbidden_words(tree)] == [f"page.md:2: {word!r}"]


def test_forbidden_words_ordinary_text_and_bytes_pass(tree: Path) -> None:
    (tree / "page.md").write_text("the root/ folder of a home/work computer, and a mastodon\n", "utf-8")
    (tree / "photo.jp2").write_bytes(b"\xff\xd8TO" + b"DO")
    assert list(forbidden_words(tree)) == []
