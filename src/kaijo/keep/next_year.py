"""What to do until the next return is due, and when: a checklist with dates, honest about what is not known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.filing import filing_deadline, is_announced, statutory_day
from kaijo.facts.holidays import holidays_known, is_working_day
from kaijo.facts.keeping import next_year_steps
from kaijo.facts.months import months_after
from kaijo.facts.phonecert import phone_certificate
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import Reading
from kaijo.facts.usable import certificate_usable, renewable_from

ADVICE = ("note", "try", "phone", "certificate", "move", "reader", "early")
"""What the guide's page lists and the checklist dates, by the labels `guide.next-year.…`, in this order."""

_LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a card and its holder's things; None and absent mean unknown, never no."""

    certificates: Mapping[PinKind, date] = field(default_factory=dict)
    locked: frozenset[PinKind] | None = None
    phone: bool | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to do: from `day` to `until`, both included. `code` is its label, `data` fills it.

    Without a day it is to be done when the occasion arises. `certain` is False where a date is a guess or a piece
    of knowledge is missing. `advice` names the general label it belongs to.
    """

    code: str
    advice: str | None = None
    day: date | None = None
    until: date | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class NextYear:
    """The checklist for one deadline, in the order of its days."""

    now: datetime
    deadline: date
    announced: bool
    reminders: tuple[Reminder, ...]


def next_year(now: datetime, standing: Standing, year: int | None = None) -> NextYear:
    """Return the checklist for the deadline in `year`, by default the first one before which all of it has room.

    Raises UsageProblem `keep.year-over` for a deadline that has passed or lies out of sight, `facts.damaged`.
    """
    today = now.astimezone(JST).date()
    deadline = _deadline(today, year)
    found = [*_keeping(today, standing), *_certificates(today, deadline, standing), *_season(today, deadline)]
    dated = sorted((one for one in found if one.day), key=lambda one: one.day or today)
    undated = [one for one in found if one.day is None]
    return NextYear(now, deadline, is_announced(deadline.year), (*dated, *undated))


def _deadline(today: date, year: int | None) -> date:
    if year is None:
        this_year = filing_deadline(today.year)
        room = months_after(this_year, -next_year_steps().rehearse_months)
        return this_year if today <= room else filing_deadline(today.year + 1)
    if not today.year <= year <= _LAST_YEAR or filing_deadline(year) < today:
        raise UsageProblem("keep.year-over", year=year)
    return filing_deadline(year)


def _keeping(today: date, standing: Standing) -> Iterator[Reminder]:
    yield Reminder("next.note", "note", today, facts=("pin-slip",))
    needs = phone_certificate().set_up_needs
    facts = ("phone-certificate", "phone-certificate-lock", "phone-certificate-ends")
    if standing.phone is False:
        yield Reminder("next.no-phone", "phone", facts=facts)
    elif standing.locked is None:
        yield Reminder("next.phone", "phone", today, facts=facts, certain=False)
    elif locked := [kind for kind in needs if kind in standing.locked]:
        yield Reminder("next.phone-locked", "phone", today, data={"kinds": locked}, facts=facts)
    else:
        yield Reminder("next.phone", "phone", today, facts=facts, certain=standing.phone is True)
    yield Reminder("next.move", "move", facts=("certificate-ends-on-change",))


def _certificates(today: date, deadline: date, standing: Standing) -> Iterator[Reminder]:
    facts = ("certificate-life", "certificate-renewal", "certificate-usable")
    for kind in (PinKind.SIGNATURE, PinKind.AUTHENTICATION):
        end = standing.certificates.get(kind)
        if end is None:
            yield Reminder("next.certificate-unknown", "certificate", today, None, {"kind": kind}, facts, certain=False)
            continue
        start = renewable_from(end)
        data: dict[str, object] = {"kind": kind, "end": end, "start": start}
        if end < today:
            yield Reminder("next.certificate-over", "certificate", today, None, data, facts)
        elif end > deadline:
            yield Reminder("next.certificate-lasts", "certificate", start, end, data, facts)
        else:
            # A renewed certificate must be usable on the day of the rehearsal, or at the latest at the deadline.
            wanted = months_after(deadline, -next_year_steps().rehearse_months)
            last = min(end, _last_renewal(max(wanted, start, today), deadline))
            if last < today:
                yield Reminder("next.certificate-too-late", "certificate", today, None, data, facts)
            else:
                yield Reminder("next.certificate-ends", "certificate", max(start, today), last, data, facts)


def _last_renewal(wanted: date, deadline: date) -> date:
    """Return the last day up to `wanted` after which a renewed certificate works at the deadline, read cautiously."""
    day = min(wanted, deadline)
    midnight = datetime(deadline.year, deadline.month, deadline.day, tzinfo=JST)
    while certificate_usable(datetime(day.year, day.month, day.day, tzinfo=JST), Reading.CAUTIOUS) > midnight:
        day -= timedelta(days=1)
    return day


def _season(today: date, deadline: date) -> Iterator[Reminder]:
    steps = next_year_steps()
    due = (
        ("next.reader", "reader", months_after(deadline, -steps.reader_months)),
        ("next.rehearse", "try", months_after(deadline, -steps.rehearse_months)),
        ("next.send", "early", _working_day_by(deadline - timedelta(days=steps.send_days))),
    )
    for code, advice, day in due:
        yield Reminder(code, advice, max(day, today), facts=("next-year-steps",))
    off = [day for day in _days(deadline - timedelta(days=2 * steps.send_days), deadline) if not is_working_day(day)]
    known = holidays_known(deadline.year)
    if off:
        facts = ("holidays", "office-year-end")
        yield Reminder("next.closed", None, max(off[0], today), None, {"days": off}, facts, certain=known)
    moved = statutory_day(deadline.year)
    code = "next.deadline" if moved == deadline else "next.deadline-moved"
    certain = is_announced(deadline.year) and known
    data: dict[str, object] = {"deadline": deadline, "rule": moved}
    yield Reminder(code, None, deadline, None, data, ("filing-deadline", "etax-cut"), certain=certain)


def _working_day_by(day: date) -> date:
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
