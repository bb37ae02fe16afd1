import tomllib
from pathlib import Path

import pytest

from kaijo import words
from kaijo.words import catalogue
from kaijo.words.rows import Rows

FILES = sorted(Path(words.__file__).with_name("catalogue").glob("*.toml"))
SEA = '"word.sea" = { ja = "海", en = "sea" }\n'
STORM = '["sea.storm"]\nja = { title = "嵐" }\nen = { title = "Storm" }\n'


def test_rows_are_found_by_code(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text(f"# The sea.\n{SEA}\n{STORM}", "utf-8")
    (tmp_path / "notes.txt").write_text(SEA, "utf-8")
    assert dict(Rows(tmp_path)) == {
        "word.sea": {"ja": "海", "en": "sea"},
        "sea.storm": {"ja": {"title": "嵐"}, "en": {"title": "Storm"}},
    }


def test_code_nobody_wrote_down_is_a_key_error(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text(SEA, "utf-8")
    rows = Rows(tmp_path)
    assert ("word.land" in rows, len(rows)) == (False, 1)
    with pytest.raises(KeyError, match=r"word\.land"):
        rows["word.land"]


def test_code_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(SEA, "utf-8")
    with pytest.raises(KeyError, match=r"word\.sea"):
        Rows(tmp_path)


def test_file_is_parsed_only_for_a_row_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text(SEA, "utf-8")
    (tmp_path / "land.toml").write_text('"word.land" = { ja =', "utf-8")
    rows = Rows(tmp_path)
    assert rows["word.sea"] == {"ja": "海", "en": "sea"}
    with pytest.raises(tomllib.TOMLDecodeError):
        rows["word.land"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_code_of_the_catalogue_is_found_without_parsing(file: Path) -> None:
    """A row that does not begin its line with its code in double quotes would be parsed, and never found."""
    written = tomllib.loads(file.read_text("utf-8"))
    assert {code: catalogue().get(code) for code in written} == written


def test_no_code_is_found_that_is_not_written() -> None:
    written = [code for file in FILES for code in tomllib.loads(file.read_text("utf-8"))]
    assert sorted(catalogue()) == sorted(written)
