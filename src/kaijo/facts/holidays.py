"""On which days offices work."""

from datetime import date

from kaijo.facts.book import Fact, fact, kept

_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Return whether offices work on `day`, a date in Japan [fact: holidays, office-year-end].

    In a year whose holidays are not in the book, the weekday and the turn of the year decide alone.
    Raises UsageProblem `facts.damaged`.
    """
    return day.weekday() < _SATURDAY and day not in _holidays() and f"{day:%m-%d}" not in _year_end()


def holidays_known(year: int) -> bool:
    """Return whether the holidays of `year` are in the book [fact: holidays]. Raises UsageProblem `facts.damaged`."""
    return any(isinstance(day, date) and day.year == year for day in _holidays())


def listed(row: Fact, kind: type[date | str], *path: str) -> frozenset[date | str]:
    """Return the days that `row` lists under `path`, each exactly a `kind`. Raises UsageProblem `facts.damaged`."""
    days = row.take(list, *path)
    if any(type(day) is not kind for day in days):
        raise row.damaged(*path)
    return frozenset(days)


@kept
def _holidays() -> frozenset[date | str]:
    return listed(fact("holidays"), date, "dates")


@kept
def _year_end() -> frozenset[date | str]:
    return listed(fact("office-year-end"), str, "dates")
