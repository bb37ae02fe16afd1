"""Movements that several files tell of: the same file twice, or periods that overlap."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from kaijo.ledger.entries import Entry
from kaijo.ledger.reading import Statement

_Key = tuple[object, ...]


class Duplicate(NamedTuple):
    """A movement that was left out, and where the same one was read before."""

    entry: Entry
    source: str
    line: int


def without_duplicates(statements: Sequence[Statement]) -> tuple[list[Entry], list[Duplicate]]:
    """Return the movements of all statements in their order, and those that an earlier statement has already.

    Equal lines within one file are all kept, for one may buy the same coffee twice; a line of a later file is left out
    as long as an earlier file of the same layout has one more of its kind. Applied to what it returned it leaves out
    nothing. Balances are compared where both have them.
    """
    kept: list[Entry] = []
    left_out: list[Duplicate] = []
    seen: defaultdict[_Key, list[Entry]] = defaultdict(list)
    for statement in statements:
        before: Counter[_Key] = Counter()
        fresh: list[tuple[_Key, Entry]] = []
        for entry in statement.entries:
            key: _Key = (entry.layout, entry.day, entry.amount, entry.text, entry.balance)
            earlier = seen.get(key)
            if earlier and before[key] < len(earlier):
                first = earlier[before[key]]
                before[key] += 1
                left_out.append(Duplicate(entry, first.source, first.line))
            else:
                kept.append(entry)
                fresh.append((key, entry))
        for key, entry in fresh:
            seen[key].append(entry)
    return kept, left_out
