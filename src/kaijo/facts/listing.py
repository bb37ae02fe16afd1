"""The book of facts as a list for people and programs."""

from datetime import date, time

from kaijo.facts.book import Fact, age_days, book, is_stale


def listing(today: date) -> list[dict[str, object]]:
    """Return every fact in JSON's types, by id, with its age in days on `today`, a date in Japan.

    `title` and `note` have both languages; dates and times are ISO 8601. Raises UsageProblem `facts.damaged`.
    """
    return [_entry(row, today) for _, row in sorted(book().items())]


def _entry(row: Fact, today: date) -> dict[str, object]:
    return {
        "id": row.id,
        "title": dict(row.title),
        "value": _plain(row.value),
        "valid_from": _plain(row.valid_from),
        "valid_until": _plain(row.valid_until),
        "holds": row.holds_on(today),
        "source": row.source,
        "source_date": row.source_date,
        "checked": _plain(row.checked),
        "age_days": age_days(row, today),
        "stale": is_stale(row, today),
        "confidence": row.confidence,
        "local": row.confidence == "LOCAL",
        "disputed": row.disputed,
        "note": None if row.note is None else dict(row.note),
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date | time) else value
