from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from kaijo.clock import JST
from kaijo.errors import KaijoError
from kaijo.facts.book import book
from kaijo.facts.filing import filing_deadline
from kaijo.facts.holidays import is_working_day
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import Reading
from kaijo.facts.usable import certificate_usable
from kaijo.keep.next_words import next_calendar, say, say_days
from kaijo.keep.next_year import ADVICE, NextYear, Reminder, Standing, next_year
from kaijo.words import LANGS, Lang, catalogue

SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION
TONIGHT = datetime(2026, 3, 16, 23, 50, tzinfo=JST)
FAR = date(2029, 5, 5)


def made(now: datetime = TONIGHT, year: int | None = None, **standing: object) -> NextYear:
    return next_year(now, Standing(**standing), year)  # type: ignore[arg-type]


def by_code(plan: NextYear, code: str) -> list[Reminder]:
    return [one for one in plan.reminders if one.code == f"next.{code}"]


def only(plan: NextYear, code: str) -> Reminder:
    (found,) = by_code(plan, code)
    return found


def test_minutes_after_filing_the_list_is_for_the_year_to_come() -> None:
    plan = made(certificates={SIGNATURE: FAR, AUTHENTICATION: FAR}, locked=frozenset(), phone=True)
    assert (plan.deadline, plan.announced) == (date(2027, 3, 15), True)
    assert [(one.code.partition(".")[2], one.day) for one in plan.reminders] == [
        ("note", date(2026, 3, 16)),
        ("phone", date(2026, 3, 16)),
        ("reader", date(2027, 1, 15)),
        ("rehearse", date(2027, 2, 15)),
        ("closed", date(2027, 3, 6)),
        ("send", date(2027, 3, 8)),
        ("deadline", date(2027, 3, 15)),
        ("certificate-lasts", date(2029, 2, 5)),
        ("certificate-lasts", date(2029, 2, 5)),
        ("move", None),
    ]
    assert [one.code for one in plan.reminders if not one.certain] == []


@pytest.mark.parametrize(
    ("today", "year"), [(date(2027, 2, 15), 2027), (date(2027, 2, 16), 2028), (date(2027, 12, 31), 2028)]
)
def test_deadline_is_the_first_with_room_for_the_rehearsal(today: date, year: int) -> None:
    assert made(datetime(today.year, today.month, today.day, 12, tzinfo=JST)).deadline.year == year


def test_deadline_on_a_day_off_moves_and_a_year_beyond_the_book_is_not_certain() -> None:
    moved = only(made(year=2026, now=datetime(2026, 1, 5, tzinfo=JST)), "deadline-moved")
    assert (moved.day, moved.data["rule"], moved.certain) == (date(2026, 3, 16), date(2026, 3, 15), True)
    unknown = made(year=2031)
    assert (unknown.announced, [one.certain for one in by_code(unknown, "closed")]) == (False, [False])


def test_what_is_not_known_is_said() -> None:
    plan = made()
    assert [one.data["kind"] for one in by_code(plan, "certificate-unknown")] == [SIGNATURE, AUTHENTICATION]
    assert not any(one.certain for one in [*by_code(plan, "certificate-unknown"), *by_code(plan, "phone")])


def test_locked_pin_is_reset_before_the_phone_is_set_up() -> None:
    assert only(made(locked=frozenset({SIGNATURE})), "phone-locked").data["kinds"] == [SIGNATURE]
    assert only(made(phone=False), "no-phone").day is None


def test_certificate_that_is_over_is_said() -> None:
    assert only(made(certificates={AUTHENTICATION: date(2026, 1, 31)}), "certificate-over").day == TONIGHT.date()


@given(
    now=st.integers(0, 729).map(lambda days: datetime(2026, 1, 1, 12, tzinfo=JST) + timedelta(days=days)),
    end=st.dates(date(2026, 1, 1), date(2033, 1, 1)),
)
def test_renewal_is_in_its_window_and_works_at_the_deadline(now: datetime, end: date) -> None:
    plan = made(now, certificates={AUTHENTICATION: end})
    assert filing_deadline(plan.deadline.year) == plan.deadline >= now.date()
    days = [one.day for one in plan.reminders if one.day]
    assert days == sorted(days)
    assert min(days) >= now.date() or only(plan, "certificate-lasts").day == min(days)
    assert is_working_day(only(plan, "send").day or now.date()) or only(plan, "send").day == now.date()
    for one in by_code(plan, "certificate-ends"):
        assert one.day is not None
        assert one.until is not None
        assert one.until <= end <= plan.deadline
        last = datetime(one.until.year, one.until.month, one.until.day, 17, tzinfo=JST)
        midnight = datetime(plan.deadline.year, plan.deadline.month, plan.deadline.day, tzinfo=JST)
        assert certificate_usable(last, Reading.CAUTIOUS) <= midnight


@pytest.mark.parametrize(
    ("day", "code", "until"),
    [(12, "certificate-ends", 12), (13, "certificate-ends", 13), (14, "certificate-too-late", None)],
)
def test_renewal_is_too_late_when_it_may_not_work_in_time(day: int, code: str, until: int | None) -> None:
    plan = made(datetime(2027, 3, day, 12, tzinfo=JST), year=2027, certificates={SIGNATURE: date(2027, 3, 15)})
    assert only(plan, code).until == (until and date(2027, 3, until))


@pytest.mark.parametrize("year", [2025, 2101])
def test_year_out_of_sight_is_refused(year: int) -> None:
    with pytest.raises(KaijoError) as caught:
        made(year=year)
    assert (caught.value.code, caught.value.exit_code) == ("keep.year-over", 2)


@pytest.mark.parametrize("lang", LANGS)
def test_calendar_is_read_back_with_every_dated_reminder(lang: Lang) -> None:
    plan = made(certificates={SIGNATURE: date(2027, 1, 20)}, locked=frozenset({SIGNATURE}))
    events = Calendar.from_ical(next_calendar(plan, lang).decode()).walk("VEVENT")
    dated = [one for one in plan.reminders if one.day]
    assert [event.decoded("DTSTART") for event in events] == [one.day for one in dated]
    assert [str(event["SUMMARY"]) for event in events] == [say(one, lang) for one in dated]
    assert [say_days(one, lang) in str(event["DESCRIPTION"]) for event, one in zip(events, dated, strict=True)] == (
        [True] * len(dated)
    )
    assert [len(event.walk("VALARM")) for event in events] == [1] * len(events)
    assert len({str(event["UID"]) for event in events}) == len(events)


def test_guide_and_list_speak_of_the_same_things() -> None:
    plan = made(certificates={SIGNATURE: FAR})
    assert {one.advice for one in plan.reminders if one.advice} == set(ADVICE)
    assert {f"guide.next-year.{one}" for one in ADVICE} <= catalogue().keys()


def test_every_fact_named_is_in_the_book() -> None:
    assert {fact for one in made().reminders for fact in one.facts} <= book().keys()
