"""The checklist for next year in words, in JSON's types and as a calendar."""

from datetime import UTC, date, timedelta
from enum import Enum

from kaijo.facts.pins import PinKind
from kaijo.keep.next_year import NextYear, Reminder
from kaijo.words import Lang, label, show_day

_PRODUCT = "-//Kaijo//next//EN"
_MORNING = timedelta(hours=9)


def say(reminder: Reminder, lang: Lang) -> str:
    """Return what to do, with its dates in words."""
    data = {key: _said(value, lang) for key, value in reminder.data.items()}
    if isinstance(kind := reminder.data.get("kind"), PinKind):
        data["kind"] = label(f"next.of.{kind.value}", lang)  # of its certificate, not of the PIN
    return label(reminder.code, lang, **data)


def say_unsure(lang: Lang) -> str:
    """Return what marks a reminder whose date or condition is not certain."""
    return label("next.unsure", lang)


def say_days(reminder: Reminder, lang: Lang) -> str:
    """Return the days of a reminder, or that it waits for its occasion."""
    if reminder.day is None:
        return label("next.any-day", lang)
    first = show_day(reminder.day, lang)
    if reminder.until is None or reminder.until <= reminder.day:
        return first
    return label("next.between", lang, first=first, last=show_day(reminder.until, lang))


def as_dict(made: NextYear, lang: Lang) -> dict[str, object]:
    """Return the checklist in JSON's types."""
    return {
        "now": made.now.isoformat(),
        "deadline": made.deadline.isoformat(),
        "announced": made.announced,
        "reminders": [
            {
                "id": one.code.partition(".")[2],
                "day": one.day.isoformat() if one.day else None,
                "until": one.until.isoformat() if one.until else None,
                "text": say(one, lang),
                "certain": one.certain,
                "facts": list(one.facts),
            }
            for one in made.reminders
        ],
    }


def next_calendar(made: NextYear, lang: Lang) -> bytes:
    """Return the dated reminders as whole days with an alarm in the morning [RFC 5545], in UTF-8, without a name."""
    from icalendar import Alarm, Calendar, Event

    events = []
    for number, one in enumerate(made.reminders):
        if one.day is None:
            continue
        text = say(one, lang)
        event = Event.new(
            uid=f"{made.deadline:%Y}-{number}-{one.code}@kaijo.invalid",
            stamp=made.now.astimezone(UTC),
            start=one.day,
            end=one.day + timedelta(days=1),
            summary=text.partition("\n")[0],
            description="\n".join([text, say_days(one, lang), *([] if one.certain else [say_unsure(lang)])]),
        )
        alarm = Alarm.new(description=text)
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", _MORNING)
        event.add_component(alarm)
        events.append(event)
    return bytes(Calendar.new(prodid=_PRODUCT, uid=f"{made.deadline:%Y}", subcomponents=events).to_ical())


def _said(value: object, lang: Lang) -> object:
    if isinstance(value, list):
        return ("、" if lang == "ja" else ", ").join(str(_said(item, lang)) for item in value)
    if isinstance(value, Enum):
        return label(f"word.{value.value}", lang)
    return show_day(value, lang) if isinstance(value, date) else value
