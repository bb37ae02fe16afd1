"""The codes that the program raises, found in its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import kaijo

ROOT = Path(kaijo.__file__).parent


@dataclass(frozen=True)
class Raising:
    """One place that makes an error of a code written there, with the names of the data it gives.

    `names` is None where the data cannot be seen, because a mapping is spread into the call.
    """

    code: str
    names: frozenset[str] | None
    place: str


@dataclass(frozen=True)
class Source:
    """What the source says: the places that raise, every text in it, and how the composed texts begin."""

    raisings: tuple[Raising, ...]
    texts: frozenset[str]
    beginnings: tuple[str, ...]

    def mentions(self, code: str) -> bool:
        """Say whether the code is written down somewhere, whole or as a beginning like `person.` that is completed."""
        return code in self.texts or code.startswith(self.beginnings)


def read_source() -> Source:
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
    errors = _error_names([node for tree in trees.values() for node in ast.walk(tree)])
    nodes = [(place, node) for place, tree in trees.items() for node in ast.walk(tree)]
    composed = [node.values[0] for _, node in nodes if isinstance(node, ast.JoinedStr) and node.values]
    return Source(
        raisings=tuple(raising for place, tree in trees.items() for raising in _raisings(place, tree, errors)),
        texts=frozenset(
            node.value for _, node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ),
        beginnings=tuple(
            str(part.value) for part in composed if isinstance(part, ast.Constant) and "." in str(part.value)
        ),
    )


def _error_names(nodes: list[ast.AST]) -> frozenset[str]:
    """Return the names of KaijoError and everything derived from it, however deep."""
    names = {"KaijoError"}
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    while more := {node.name for node in classes if names & {_name(base) for base in node.bases}} - names:
        names |= more
    return frozenset(names)


def _raisings(place: str, tree: ast.Module, errors: frozenset[str]) -> Iterator[Raising]:
    within = {id(node) for made in ast.walk(tree) if _is_error_class(made, errors) for node in ast.walk(made)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            up = id(node) in within and ast.unparse(node.func) == "super().__init__"
            if up or _name(node.func) in errors:
                given = [word.arg for word in node.keywords]
                names = None if None in given else frozenset(word for word in given if word)
                for code in _codes(node.args[0]):
                    yield Raising(code, names, f"{place}:{node.lineno}")


def _is_error_class(node: ast.AST, errors: frozenset[str]) -> bool:
    return isinstance(node, ast.ClassDef) and node.name in errors


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _codes(node.body)
        yield from _codes(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
