import subprocess
from pathlib import Path

import click
import pytest

from tools.check_docs import dead_links, unknown_facts, unknown_targets, unknown_tests, unknown_word, unproven_promises


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "Makefile").write_text("test: ready\n", "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(
        "def test_one(): ...\n\nclass TestGroup:\n    def test_two(self): ...\n\nTestCard = Card.TestCase\n", "utf-8"
    )
    return tmp_path


def page(tree: Path, text: str, name: str = "README.md") -> None:
    (tree / name).write_text(text, "utf-8")


def test_dead_links_living_ones_pass(tree: Path) -> None:
    page(tree, "# 直し方 and 2 more\n[a](docs) [b](#直し方-and-2-more) [c](https://kaijo.example/x) `[d](nowhere)`\n")
    assert list(dead_links(tree)) == []


def test_dead_links_missing_file_and_heading_are_named(tree: Path) -> None:
    page(tree, "# Start\n[a](nowhere.md) [b](#end)\n")
    assert list(dead_links(tree)) == [
        "README.md: links to nowhere.md, which does not exist",
        "README.md: links to #end, but that page has no such heading",
    ]


def test_unknown_targets_only_those_in_code_and_not_in_the_makefile(tree: Path) -> None:
    page(tree, "make sure that `make test` runs\n```sh\nmake fly ARGS=1\n```\n")
    assert list(unknown_targets(tree)) == ["README.md: names `make fly`, which the Makefile does not have"]


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (["check"], None),
        (["card", "show"], None),
        (["check", "anything"], None),
        (["card", "burn"], "burn"),
        (["fly"], "fly"),
    ],
)
def test_unknown_word_commands_of_groups(words: list[str], unknown: str | None) -> None:
    card = click.Group("card", commands={"show": click.Command("show")})
    assert (
        unknown_word(click.Group("kaijo", commands={"check": click.Command("check"), "card": card}), words) == unknown
    )


def test_unproven_promises_existing_nodes_pass(tree: Path) -> None:
    rows = ["tests/test_it.py::test_one", "tests/test_it.py::TestGroup::test_two", "tests/test_it.py::TestCard"]
    page(tree, "".join(f"| K{n} | holds | `{row}` |\n" for n, row in enumerate(rows)), "docs/promises.md")
    assert list(unproven_promises(tree)) == []


def test_unproven_promises_no_node_and_missing_nodes_are_named(tree: Path) -> None:
    rows = [
        "soon",
        "`tests/test_it.py::test_three`",
        "`tests/test_that.py::test_one`",
        "`tests/test_it.py::test_one::x`",
    ]
    page(tree, "".join(f"| K{n} | holds | {row} |\n" for n, row in enumerate(rows)), "docs/promises.md")
    assert list(unproven_promises(tree)) == [
        "docs/promises.md: K0 names no test (tests/…/test_….py::test_…)",
        "docs/promises.md: K1 names tests/test_it.py::test_three, which does not exist",
        "docs/promises.md: K2 names tests/test_that.py::test_one, which does not exist",
        "docs/promises.md: K3 names tests/test_it.py::test_one::x, which does not exist",
    ]


def test_unknown_facts_only_those_without_a_row(tree: Path) -> None:
    page(tree, "[fact" + ": kiosk-hours, moon-phase]\n")
    assert list(unknown_facts(tree)) == [
        "README.md: rests on the fact 'moon-phase', which src/kaijo/facts does not have"
    ]


def test_unknown_tests_of_any_page_but_the_promises_are_named(tree: Path) -> None:
    page(tree, "`tests/test_it.py::test_one` `tests/test_it.py::test_three`\n", "docs/threats.md")
    page(tree, "`tests/test_it.py::test_four`\n", "docs/promises.md")
    assert list(unknown_tests(tree)) == ["docs/threats.md: names tests/test_it.py::test_three, which does not exist"]


def test_unproven_promises_number_of_two_rows_is_named(tree: Path) -> None:
    row = "| P1 | holds | `tests/test_it.py::test_one` |\n"
    page(tree, row * 2, "docs/promises.md")
    assert list(unproven_promises(tree)) == ["docs/promises.md: P1 stands twice"]
