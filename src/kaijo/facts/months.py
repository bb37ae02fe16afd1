"""Counting in calendar months."""

from calendar import monthrange
from datetime import date

MOST_MONTHS = 1200


def months_after(day: date, months: int) -> date:
    """Return the day of the same number that many months on, or the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
