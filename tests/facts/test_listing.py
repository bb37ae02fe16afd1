import json
from datetime import date

from kaijo.facts.book import book
from kaijo.facts.listing import listing


def test_listing_has_every_fact_once_by_id() -> None:
    assert [entry["id"] for entry in listing(date(2027, 3, 15))] == sorted(book())


def test_listing_is_json_as_it_stands() -> None:
    entries = listing(date(2027, 3, 15))
    assert json.loads(json.dumps(entries)) == entries


def test_entry_says_all_that_the_row_says() -> None:
    entries = {entry["id"]: entry for entry in listing(date(2027, 5, 1))}
    row = book()["kiosk-hours"]
    assert entries["kiosk-hours"] == {
        "id": "kiosk-hours",
        "title": row.title,
        "value": {"opens": "06:30:00", "closes": "23:00:00"},
        "valid_from": None,
        "valid_until": None,
        "holds": True,
        "source": row.source,
        "source_date": None,
        "checked": "2026-11-01",
        "age_days": 181,
        "stale": True,
        "confidence": "B",
        "local": False,
        "disputed": False,
        "note": row.note,
    }
    assert (entries["filing-deadline-2026"]["holds"], entries["filing-deadline-2026"]["valid_until"]) == (
        False,
        "2026-12-31",
    )
    assert entries["filing-deadline-2027"]["value"] == {"last_day": "2027-03-15"}
