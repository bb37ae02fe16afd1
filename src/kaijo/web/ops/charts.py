"""The figures of the operations page as lengths for small drawings. Every number also stands in a table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

WIDTH, HEIGHT = 320.0, 96.0
# The states of a reservation as they are stacked, the one that matters at the foot.
STACK = ("used", "waiting", "replaced", "cancelled", "expired")
_GAP = 0.25


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a column: its state, its height from the top, and how high it is, in units of the drawing."""

    state: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day: where its column stands, how wide it is, and its parts from the foot up."""

    day: date
    x: float
    width: float
    made: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One length of a line that is a whole: what it counts, how many, where it begins, how long it is."""

    name: str
    count: int
    x: float
    width: float


def columns(days: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return a column for each day of `reservations`, the highest as high as the drawing."""
    most = max((int(day["made"]) for day in days), default=0) or 1
    step = WIDTH / max(len(days), 1)
    return tuple(
        Column(
            date.fromisoformat(str(day["day"])),
            number * step + step * _GAP / 2,
            step * (1 - _GAP),
            int(day["made"]),
            _blocks(day, HEIGHT / most),
        )
        for number, day in enumerate(days)
    )


def journey(completions: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return what became of those who started, as parts of one line; nothing where nobody started."""
    counts = {
        "completed": completions["completed"],
        "under_way": completions["under_way"],
        "given_up": completions["given_up"],
        **{f"stopped.{name}": count for name, count in completions["stopped"].items()},
    }
    started, parts, x = int(completions["started"]), [], 0.0
    for name, count in counts.items():
        if count:
            width = WIDTH * count / started
            parts.append(Part(name, count, x, width))
            x += width
    return tuple(parts)


def share(completions: Mapping[str, Any]) -> int | None:
    """Return of a hundred whose way is over how many have a card that works; None while nobody's is."""
    over = int(completions["started"]) - int(completions["under_way"]) - int(completions["given_up"])
    return round(100 * int(completions["completed"]) / over) if over else None


def _blocks(day: Mapping[str, Any], unit: float) -> tuple[Block, ...]:
    made, foot = [], HEIGHT
    for state in STACK:
        height = int(day[state]) * unit
        if height:
            foot -= height
            made.append(Block(state, foot, height))
    return tuple(made)
