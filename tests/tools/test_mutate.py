import ast

import pytest

from tools.mutate import mutants

SOURCE = '''"""Text is left alone."""
import os


@decorator(1)
def act(limit: int = 3) -> int | None:
    """Text is left alone."""
    if limit < 2 and not limit:
        raise KeyError("no")
    self.state = (limit, True)
    name = limit + 1
    call(name)
    return name
'''


def test_every_kind_of_change_is_made_once() -> None:
    assert [(one.line, one.change) for one in mutants(SOURCE)] == [
        (6, "3 -> 4"),
        (8, "not (limit < 2 and (not limit))"),
        (8, "limit < 2 and (not limit) -> limit < 2 or not limit"),
        (8, "limit < 2 -> limit <= 2"),
        (8, "2 -> 3"),
        (8, "not limit -> limit"),
        (9, "without: raise KeyError('no')"),
        (9, "'no' -> 'noX'"),
        (10, "without: self.state = (limit, True)"),
        (10, "without element: limit"),
        (10, "without element: True"),
        (10, "True -> False"),
        (11, "limit + 1 -> limit - 1"),
        (11, "1 -> 2"),
        (12, "without: call(name)"),
        (13, "return name -> None"),
    ]


def test_mutants_differ_from_the_source_and_from_one_another() -> None:
    texts = [ast.unparse(one.tree) for one in mutants(SOURCE)]
    assert len({*texts, ast.unparse(ast.parse(SOURCE))}) == len(texts) + 1


@pytest.mark.parametrize(("one", "other"), [("==", "!="), ("<", "<="), (">", ">="), ("is", "is not"), ("in", "not in")])
def test_comparisons_are_changed_one_at_a_time(one: str, other: str) -> None:
    for old, new in ((one, other), (other, one)):
        texts = [ast.unparse(mutant.tree) for mutant in mutants(f"x = a {old} b {old} c")]
        assert texts == [f"x = a {new} b {old} c", f"x = a {old} b {new} c"]
