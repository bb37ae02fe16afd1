"""The code does what the model does: every move of the model is made with the real verbs, and every other refused."""

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from kaijo.errors import KaijoError

from .replay import Replay, in_replays_words
from .tlc import bounds
from .walks import Graph, explore, parse, tours

MOVES = int(os.environ.get("KAIJO_WALKS_MOVES", "2500"))
# With a reservation to expire these write that down first, whatever else becomes of them.
EXPIRING = {"open_session", "cancel_reservation", "begin"}


def make_what_the_model_does_not(replay: Replay, graph: Graph, at: int, made: Counter[str]) -> None:
    """Ask for everything that the model does not do in this state: nothing changes."""
    expiring = ("expire_reservations", ()) in graph.moves[at]
    expected = in_replays_words(graph.states[at])
    for name, about in replay.possible():
        if (name, about) in graph.moves[at] or (expiring and name in EXPIRING):
            continue
        with suppress(KaijoError):
            replay.move(name, about)
        assert replay.state() == expected, (at, name, about)
        made[f"not {name}"] += 1
    replay.forge()
    assert replay.state() == expected


@pytest.mark.parametrize(("setting", "ordinary"), [("KAIJO_WALKS", "1x1"), ("KAIJO_WALKS_COUNTER", "0+1x1")])
def test_code_walks_as_the_model_does(tmp_path: Path, setting: str, ordinary: str) -> None:
    within = bounds(setting, ordinary)
    graph = explore(tmp_path, within)
    made: Counter[str] = Counter()
    seen, taken = set(), set()
    for walk in tours(graph, MOVES):
        replay = Replay(within)
        for before, (name, about), after in walk:
            with suppress(KaijoError):  # some moves are refusals that write something down
                replay.move(name, about)
            made[name] += 1
            taken.add((before, (name, about)))
            assert replay.state() == in_replays_words(graph.states[after]), (walk, before, name, about)
            if after not in seen:
                seen.add(after)
                make_what_the_model_does_not(replay, graph, after, made)
        replay.close()
    print(f"{within}: {len(taken)} of {graph.count()} moves between {len(graph.states)} states, {made}")  # noqa: T201 -- the figures, for the record
    assert {move[0] for moves in graph.moves for move in moves} <= set(made)
    assert made.total() > MOVES or len(taken) == graph.count()


def test_parse_reads_every_kind_of_value() -> None:
    assert parse('[a |-> 1, b |-> << "x", {} >>,\n c |-> {[d |-> TRUE], [d |-> FALSE]}, e |-> -1]') == {
        "a": 1,
        "b": ("x", ()),
        "c": ({"d": True}, {"d": False}),
        "e": -1,
    }
