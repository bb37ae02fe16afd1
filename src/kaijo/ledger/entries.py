"""What a statement says, line by line, and what of it could not be used."""

from datetime import date
from typing import NamedTuple

YEN_MAX = 10**12
"""No amount of ours is larger: what is, was read from the wrong column."""


class Entry(NamedTuple):
    """One movement. `amount` in yen, positive into the own account or off the card's debt, negative out of it.

    `source` and `line` say where it was read; `line` is the first line of the record in its file, from 1.
    """

    day: date
    amount: int
    text: str
    balance: int | None
    source: str
    line: int
    layout: str


class Skipped(NamedTuple):
    """A line that makes no entry. `reason` is a label `ledger.skip.…`; `amount` is what it said, if that is known."""

    source: str
    line: int
    reason: str
    content: str
    amount: int | None = None

    @property
    def unreadable(self) -> bool:
        """True when the line looks like a movement and could not be read, so that somebody must look at it."""
        return self.reason in _UNREADABLE


_UNREADABLE = {f"ledger.skip.{why}" for why in ("bad-day", "bad-amount", "no-amount", "in-and-out", "other-width")}
