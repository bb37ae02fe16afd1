"""What is at stake in money. Every sum is an estimate in whole yen: the law's own rounding is left out."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from kaijo.facts.book import Fact, fact
from kaijo.facts.months import MOST_MONTHS, months_after
from kaijo.facts.readings import Reading, side
from kaijo.facts.shares import share

_YEAR_DAYS = 365


def blue_deduction(
    *, electronic: bool, in_time: bool, year: int, double_entry: bool = True, reading: Reading = Reading.EXPECTED
) -> int:
    """Return the deduction in yen that a blue return filed in `year` earns.

    [fact: blue-deduction, blue-deduction-from-2028]. Raises UsageProblem `facts.damaged`.
    """
    row = deduction_row(year)
    if not in_time:
        way = "late_yen"
    elif not double_entry:
        way = "simple_yen"
    else:
        way = "etax_yen" if electronic else "paper_yen"
    return row.count(*side(row, reading), way)


def deduction_row(year: int) -> Fact:
    """Return the fact that rules the deduction of returns filed in `year`."""
    planned = fact("blue-deduction-from-2028")
    return planned if planned.holds_on(date(year, 1, 1)) else fact("blue-deduction")


def surcharge(tax: int, *, voluntary: bool) -> int:
    """Return the surcharge for filing late on `tax` yen: unasked before a notice of audit, or found out.

    [fact: non-filing-surcharge]. Raises UsageProblem `facts.damaged`.
    """
    row = fact("non-filing-surcharge")
    if voluntary:
        return int(tax * share(row, "voluntary", "percent"))
    owed, upper = Fraction(0), tax
    for floor, part in reversed(_steps(row)):
        if upper > floor:
            owed += (upper - floor) * part
            upper = floor
    return int(owed)


def relief_until(deadline: date) -> date:
    """Return the last day on which a late return, paid in full by the due date, bears no surcharge.

    [fact: late-relief]. Raises UsageProblem `facts.damaged`.
    """
    return months_after(deadline, fact("late-relief").count("months", most=MOST_MONTHS))


def delinquency(tax: int, due: date, paid: date) -> int:
    """Return the delinquency tax in yen on `tax` yen that was due on one day and is paid on another.

    The higher rate is counted from two months after `due`, which is the cautious way. [fact: delinquency-tax].
    Raises UsageProblem `facts.damaged`.
    """
    row = fact("delinquency-tax")
    turn = months_after(due, row.count("first_months", most=MOST_MONTHS))
    first, then = (min(paid, turn) - due).days, (paid - turn).days
    a_year = max(first, 0) * share(row, "first", "percent") + max(then, 0) * share(row, "then", "percent")
    return int(tax * a_year / _YEAR_DAYS)


def _steps(row: Fact) -> list[tuple[int, Fraction]]:
    """Return from which yen on which share holds, rising. Raises UsageProblem `facts.damaged`."""
    parts = [replace(row, value=part) for part in row.take(list, "found")]
    steps = [(part.take(int, "above_yen"), share(part, "percent")) for part in parts]
    if not steps or steps[0][0] != 0 or steps != sorted(steps):
        raise row.damaged("found")
    return steps
