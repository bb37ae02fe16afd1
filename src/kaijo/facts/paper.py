"""The return on paper: until when it is in time, and when it can be handed in."""

from datetime import date, datetime, time

from kaijo.facts.book import fact
from kaijo.facts.counter import working_days
from kaijo.facts.hours import Opening
from kaijo.facts.readings import Reading, side
from kaijo.facts.schedule import Schedule, between, midnight_after


def post_cut(deadline: date) -> datetime:
    """Return the instant from which a letter is postmarked too late, in JST [fact: paper-postmark].

    Raises UsageProblem `facts.damaged`.
    """
    row = fact("paper-postmark")
    if row.take(str, "counts") != "postmark":
        raise row.damaged("counts")
    return midnight_after(deadline)


def drop_box_cut(deadline: date, reading: Reading = Reading.EXPECTED) -> datetime:
    """Return the instant from which what falls into the drop box is late, in JST [fact: drop-box, tax-office-hours].

    Midnight by the cautious reading; by the hopeful one the collection on the next working morning.
    Raises UsageProblem `facts.damaged`.
    """
    row = fact("drop-box")
    way = side(row, reading)
    until = row.take(str, *way, "in_time_until")
    if until == "midnight":
        return midnight_after(deadline)
    if until == "collection":
        return tax_office_schedule().next_opening(midnight_after(deadline))
    raise row.damaged(*way, "in_time_until")


def tax_office_schedule() -> Schedule:
    """Return when the tax office is open [fact: tax-office-hours]. Raises UsageProblem `facts.damaged`."""
    return working_days(fact("tax-office-hours"))


def post_schedule(closes: time | None = None) -> Schedule:
    """Return when a post office's counter is open [fact: post-counter-hours]. Raises UsageProblem `facts.damaged`.

    Without `closes` an example's weekday hours; with it every day to that time, as somebody looked it up.
    """
    row = fact("post-counter-hours")
    if closes is None:
        return working_days(row)
    opens = Opening.from_fact(row).opens
    return Schedule(row, lambda day: between(day, opens, closes) if opens < closes else None)
