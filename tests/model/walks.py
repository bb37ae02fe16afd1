"""What TLC dumps of the model: its states as Python values, its moves by name, and tours that take every move."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .tlc import Bounds, check

Move = tuple[str, tuple[int, ...]]
State = dict[str, Any]

_NODE = re.compile(r'^(-?\d+) \[label="(.*)"(?:,style = filled)?\];?$', re.MULTILINE)
_EDGE = re.compile(r"^(-?\d+) -> (-?\d+) \[", re.MULTILINE)
_TOKEN = re.compile(r'\s*(<<|>>|\|->|"[^"]*"|-?\d+|\w+|[\[\]{},])')


def parse(text: str) -> Any:
    """Return a TLA+ value: records as dict, tuples and sets as tuple; sets in the order they are written."""
    value, rest = _value(_TOKEN.findall(text), 0)
    assert rest
    return value


def _value(tokens: list[str], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token in {"<<", "{"}:
        return _listed(tokens, at + 1, ">>" if token == "<<" else "}")
    if token == "[":
        record = {}
        while tokens[at] != "]":
            name = tokens[at + 1]
            record[name], at = _value(tokens, at + 3)
        return record, at + 1
    if token.startswith('"'):
        return token[1:-1], at + 1
    return {"TRUE": True, "FALSE": False}[token] if token.isalpha() else int(token), at + 1


def _listed(tokens: list[str], at: int, end: str) -> tuple[Any, int]:
    values = []
    while tokens[at] != end:
        value, at = _value(tokens, at)
        values.append(value)
        at += tokens[at] == ","
    return tuple(values), at + 1


@dataclass
class Graph:
    """Every state of the model within its bounds, and the moves out of each."""

    states: list[State] = field(default_factory=list)
    moves: list[dict[Move, int]] = field(default_factory=list)

    def count(self) -> int:
        """Return how many moves there are."""
        return sum(map(len, self.moves))


def explore(folder: Path, of: Bounds) -> Graph:
    """Return the whole graph; state 0 is the first."""
    check(folder, of, module="Walks", settings="SPECIFICATION WalkSpec", options=("-dump", "dot", "graph.dot"))
    dump = (folder / "graph.dot").read_text("utf-8")
    graph = Graph()
    number: dict[str, int] = {}  # a state of the model by its text without the move that led to it
    named: dict[str, tuple[int, Move]] = {}
    for node, label in _NODE.findall(dump):
        lines = dict(
            line.split(" = ", 1)
            for line in label.replace("\\n/\\\\ ", "\n/\\\\ ").removeprefix("/\\\\ ").split("\n/\\\\ ")
        )
        lines = {name: value.replace("\\n", " ").replace('\\"', '"') for name, value in lines.items()}
        name, about = parse(lines.pop("act"))
        key = repr(sorted(lines.items()))
        if key not in number:
            number[key] = len(graph.states)
            graph.states.append({name: parse(value) for name, value in lines.items()})
            graph.moves.append({})
        named[node] = (number[key], (name, about))
    for before, after in _EDGE.findall(dump):
        at, move = named[after]
        graph.moves[named[before][0]][move] = at
    return graph


def tours(graph: Graph, most_moves: int) -> Iterator[list[tuple[int, Move, int]]]:
    """Yield walks from the first state that together take every move, or as many as `most_moves` steps allow."""
    untaken = [set(moves) for moves in graph.moves]
    left, steps = graph.count(), 0
    while left and steps < most_moves:
        walk: list[tuple[int, Move, int]] = []
        at = 0
        while way := _to_untaken(graph, untaken, at):
            for move in way:
                left -= move in untaken[at]
                untaken[at].discard(move)
                walk.append((at, move, graph.moves[at][move]))
                at = graph.moves[at][move]
        steps += len(walk)
        yield walk


def _to_untaken(graph: Graph, untaken: list[set[Move]], start: int) -> list[Move]:
    ways: dict[int, list[Move]] = {start: []}
    queue = deque([start])
    while queue:
        at = queue.popleft()
        if untaken[at]:
            return [*ways[at], min(untaken[at])]
        for move, after in graph.moves[at].items():
            if after not in ways:
                ways[after] = [*ways[at], move]
                queue.append(after)
    return []
