"""When the income tax return is due. Dates are days in Japan; a return is in time until that day's midnight."""

from datetime import date, datetime, timedelta
from enum import Enum

from kaijo.clock import JST
from kaijo.facts.book import Fact, book, fact, kept
from kaijo.facts.holidays import is_working_day

_MOST_YEARS = 100


class ReturnKind(Enum):
    """What is filed: a blue return with its deduction at stake, a white one, or one that only asks money back."""

    BLUE = "blue"
    WHITE = "white"
    REFUND = "refund"


def due(kind: ReturnKind, year: int) -> date:
    """Return the last day to file the return for the year before `year`. Raises UsageProblem `facts.damaged`."""
    return refund_window(year - 1)[1] if kind is ReturnKind.REFUND else filing_deadline(year)


def refund_window(income_year: int) -> tuple[date, date]:
    """Return the first and the last day to ask back what was overpaid for `income_year` [fact: refund-window].

    Raises UsageProblem `facts.damaged`.
    """
    return date(income_year + 1, 1, 1), date(
        income_year + fact("refund-window").count("years", most=_MOST_YEARS), 12, 31
    )


@kept
def filing_deadline(year: int) -> date:
    """Return the last day in `year` to file the income tax return for the year before.

    An announced day [fact: filing-deadline-2026, filing-deadline-2027] goes before the rule [fact: filing-deadline].
    Raises UsageProblem `facts.damaged`.
    """
    announced = book().get(f"filing-deadline-{year}")
    return announced.take(date, "last_day") if announced else by_rule(fact("filing-deadline"), year)


def statutory_day(year: int) -> date:
    """Return the day and month that the rule names, before it moves off a day without work [fact: filing-deadline].

    Raises UsageProblem `facts.damaged`.
    """
    row = fact("filing-deadline")
    return date(year, row.take(int, "month"), row.take(int, "day"))


def is_announced(year: int) -> bool:
    """Return whether a row of its own states the deadline in `year`, so that it is no guess by the rule."""
    return f"filing-deadline-{year}" in book()


def by_rule(row: Fact, year: int) -> date:
    """Return the day and month that `row` states, moved on to a working day. Raises UsageProblem `facts.damaged`."""
    try:
        day = date(year, row.take(int, "month"), row.take(int, "day"))
    except ValueError:
        raise row.damaged("day") from None
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def next_filing_deadline(moment: datetime) -> date:
    """Return the first deadline that is not over at `moment`, an aware time. Raises UsageProblem `facts.damaged`."""
    today = moment.astimezone(JST).date()
    this_year = filing_deadline(today.year)
    return this_year if today <= this_year else filing_deadline(today.year + 1)
