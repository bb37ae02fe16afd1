"""A reservation as a calendar file: when to go, and an alarm before it runs out [RFC 5545]. No person is in it."""

from datetime import UTC, timedelta

from kaijo.facts.proof import proof_kind
from kaijo.terminals.phone import Reservation
from kaijo.web.phone.when import Going
from kaijo.words import Lang, label, show, show_time

_PRODUCT = "-//Kaijo//phone//EN"
_AHEAD = timedelta(hours=2)


def calendar_file(made: Reservation, going: Going, lang: Lang) -> bytes:
    """Return the iCalendar file in UTF-8, times in UTC: one event from first to last chance, with an alarm."""
    from icalendar import Alarm, Calendar, Event

    summary = label("phone.calendar.summary", lang, kind=made.kind, until=show_time(going.latest, lang))
    name = f"{made.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{made.kind.value}@kaijo.invalid"
    event = Event.new(
        uid=name,
        stamp=made.made_at.astimezone(UTC),
        start=going.opens.astimezone(UTC),
        end=going.latest.astimezone(UTC),
        summary=summary,
        location=show(made.chains, lang),
        description=label("phone.calendar.text", lang, chains=made.chains, proof=proof_kind(made.kind)),
    )
    alarm = Alarm.new(description=summary)
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", max(going.latest - _AHEAD, going.opens).astimezone(UTC))
    event.add_component(alarm)
    return bytes(Calendar.new(prodid=_PRODUCT, uid=name, subcomponents=[event]).to_ical())
