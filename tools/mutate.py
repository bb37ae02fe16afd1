"""Mutation testing of one module: `python -m tools.mutate FILE TEST...` changes FILE in one place at a time.

A change that no test notices is printed. Deterministic: the same file gives the same mutants in the same order.
Exit code 1 when fewer are noticed than `--goal` percent.
"""

import argparse
import ast
import copy
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 60
_OTHER = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_DELETABLE = (ast.Expr, ast.AugAssign, ast.Raise)


@dataclass(frozen=True)
class Mutant:
    """One change: where, what, and the whole module with it."""

    line: int
    change: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of `source`: other operators, constants, negated tests, lost statements, values, elements."""
    tree = ast.parse(source)
    for number, node in enumerate(_mutable(tree)):
        for choice, (change, _) in enumerate(_alternatives(node)):
            mutated = copy.deepcopy(tree)
            target = list(_mutable(mutated))[number]
            _replace(mutated, target, _alternatives(target)[choice][1])
            yield Mutant(getattr(node, "lineno", 0), change, ast.fix_missing_locations(mutated))


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what may be changed, leaving out docstrings, annotations, imports and decorators."""
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.Import | ast.ImportFrom) or _is_text(node):
                continue
            yield node
            yield from _mutable(node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _alternatives(node: ast.AST) -> list[tuple[str, ast.AST]]:
    """Return what `node` may become, each with a word for it."""
    found: list[tuple[str, ast.AST]] = []
    found += _other_operators(node)
    if isinstance(node, ast.Constant):
        found += [(f"{node.value!r} -> {value!r}", ast.Constant(value)) for value in _other_constants(node.value)]
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        found.append((f"not ({ast.unparse(node.test)})", changed))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        found.append((f"{ast.unparse(node)} -> {ast.unparse(node.operand)}", node.operand))
    if isinstance(node, _DELETABLE) or _sets_state(node):
        found.append((f"without: {ast.unparse(node)}", ast.Pass()))
    if isinstance(node, ast.Return) and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        found.append((f"{ast.unparse(node)} -> None", ast.Return(ast.Constant(None))))
    if isinstance(node, ast.Tuple | ast.Set) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for at, element in enumerate(node.elts):
            changed_elements = copy.deepcopy(node)
            del changed_elements.elts[at]
            found.append((f"without element: {ast.unparse(element)}", changed_elements))
    return found


def _sets_state(node: ast.AST) -> bool:
    """Say whether losing the statement leaves every name bound, so that a test is needed to notice."""
    return isinstance(node, ast.Assign) and all(isinstance(target, ast.Attribute) for target in node.targets)


def _other_operators(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the node with one operator changed; the parser shares operators between nodes, so the owner is copied."""
    count = len(node.ops) if isinstance(node, ast.Compare) else isinstance(node, ast.BoolOp | ast.BinOp)
    for at in range(count):
        changed = copy.copy(node)
        if isinstance(changed, ast.Compare):
            other = _other(changed.ops[at])
            changed.ops = [*changed.ops[:at], other, *changed.ops[at + 1 :]]
        elif isinstance(changed, ast.BoolOp | ast.BinOp):
            changed.op = _other(changed.op)
        if ast.unparse(changed) != ast.unparse(node):
            yield f"{ast.unparse(node)} -> {ast.unparse(changed)}", changed


def _other(operator: ast.AST) -> Any:
    return _OTHER.get(type(operator), type(operator))()


def _other_constants(value: object) -> list[bool | int | str]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    return [f"{value}X"] if isinstance(value, str) else []


def _replace(tree: ast.AST, target: ast.AST, by: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, by)
            elif isinstance(value, list) and any(item is target for item in value):
                value[[item is target for item in value].index(True)] = by


class _Mutated(SourceFileLoader):
    """Loads the mutant where the module is asked for."""

    tree: ast.Module

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree, self.get_filename(fullname), "exec")


class _Finder:
    def __init__(self, module: str, file: Path, tree: ast.Module) -> None:
        self._module, self._file, self._tree = module, file, tree

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        if name != self._module:
            return None
        loader = _Mutated(name, str(self._file))
        loader.tree = self._tree
        return importlib.util.spec_from_file_location(name, self._file, loader=loader)


def _run(tests: Sequence[str]) -> int:
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]))


def _forget(module: str) -> None:
    """Unload `module` and all that has something of it, so that both are loaded anew and everything else is not."""
    stale = {module}
    grows = True
    while grows:
        users = {name for name, one in sys.modules.items() if name not in stale and _uses(one, stale)}
        stale |= users
        grows = bool(users)
    for name in stale:
        sys.modules.pop(name, None)


def _uses(one: object, stale: set[str]) -> bool:
    held = list(getattr(one, "__dict__", {}).values())
    return any(getattr(item, "__module__", None) in stale or getattr(item, "__name__", None) in stale for item in held)


def _start(file: Path, mutant: Mutant, tests: Sequence[str]) -> int:
    """Run the tests with the mutant in a process of its own and return its id. It ends with 0 for a survivor."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        signal.alarm(LONGEST_SECONDS)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        module = ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)
        _forget(module)
        sys.meta_path.insert(0, _Finder(module, file, mutant.tree))
        code = _run(tests)
    finally:  # whatever a mutant breaks, it is noticed
        os._exit(code)


def endings(file: Path, every: Sequence[Mutant], tests: Sequence[str], jobs: int) -> list[int]:
    """Return how the process of each mutant ended: 0 survived, above 0 noticed, below 0 never came to an end."""
    ended = [0] * len(every)
    running: dict[int, int] = {}
    for number, mutant in enumerate(every):
        if len(running) == jobs:
            _reap(running, ended)
        running[_start(file, mutant, tests)] = number
    while running:
        _reap(running, ended)
    return ended


def _reap(running: dict[int, int], ended: list[int]) -> None:
    child, status = os.wait()
    number = running.pop(child)
    ended[number] = os.waitstatus_to_exitcode(status)
    print(f"\r{number}", end="", file=sys.stderr, flush=True)


def main() -> int:
    """Try every mutant and tell which survived."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--goal", type=int, default=95)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    file: Path = chosen.file.resolve()
    if _run(chosen.tests):  # this also loads, once for all, what does not change
        sys.exit("the tests fail without any change")
    every = list(mutants(file.read_text("utf-8")))
    ended = endings(file, every, chosen.tests, chosen.jobs)
    for mutant, ending in zip(every, ended, strict=True):
        if ending <= 0:
            print(f"{file.name}:{mutant.line}: {mutant.change}{' (never ends)' if ending else ''}")
    noticed = len(every) - ended.count(0)
    print(f"{noticed} of {len(every)} noticed: {100 * noticed / len(every):.1f} %")
    return 0 if 100 * noticed >= chosen.goal * len(every) else 1


if __name__ == "__main__":
    sys.exit(main())
