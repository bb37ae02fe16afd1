"""The rules of our own audit trail."""

from datetime import timedelta

from kaijo.facts.book import fact, kept
from kaijo.facts.lifetimes import life


@kept
def checkpoint_due() -> timedelta:
    """Return how long a row may wait for a checkpoint [fact: checkpoint-due]."""
    return life(fact("checkpoint-due"))


@kept
def rows_looked_through() -> int:
    """Return how many rows are hashed anew for the operations page [fact: audit-look]."""
    return fact("audit-look").count("rows")
