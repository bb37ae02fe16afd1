"""What to say about the facts that an answer rests on: grown old, or stated for another time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kaijo.facts.book import age_days, fact, is_stale


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to check a fact again: its catalogue code, and the data of that sentence but for the fact's title."""

    fact: str
    code: str
    data: Mapping[str, object]


def warnings(fact_ids: Iterable[str], today: date) -> tuple[Doubt, ...]:
    """Return what is doubtful about these facts on `today`, a date in Japan, each fact once, in the order given.

    `facts.warn-stale` (days) [fact: stale-after]; `facts.warn-lapsed` (until), `facts.warn-early` (from_day).
    Raises UsageProblem `facts.unknown`.
    """
    return tuple(doubt for fact_id in dict.fromkeys(fact_ids) for doubt in _doubts(fact_id, today))


def _doubts(fact_id: str, today: date) -> Iterable[Doubt]:
    row = fact(fact_id)
    if is_stale(row, today):
        yield Doubt(fact_id, "facts.warn-stale", {"days": age_days(row, today)})
    if row.valid_until and row.valid_until < today:
        yield Doubt(fact_id, "facts.warn-lapsed", {"until": row.valid_until})
    if row.valid_from and today < row.valid_from:
        yield Doubt(fact_id, "facts.warn-early", {"from_day": row.valid_from})
