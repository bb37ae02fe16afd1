"""A route as a calendar: its steps, and when each must have begun at the latest [RFC 5545]."""

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from kaijo.plan.advice import Plan, Route
from kaijo.plan.speech import place_name, say_step
from kaijo.plan.timetable import Step
from kaijo.words import Lang, label, show_time

if TYPE_CHECKING:
    from icalendar import Event

_PRODUCT = "-//Kaijo//plan//EN"
_AHEAD = timedelta(minutes=10)


def calendar_text(made: Plan, lang: Lang) -> bytes:
    """Return the best route of a plan as an iCalendar file in UTF-8, with an alarm ahead of each latest start.

    Times are in UTC. Nothing but acts, places and times is in it. A plan without a route makes no events.
    """
    from icalendar import Calendar

    events = [event for route in made.routes[:1] for event in _events(made, route, lang)]
    return bytes(Calendar.new(prodid=_PRODUCT, uid=_name(made), subcomponents=events).to_ical())


def _events(made: Plan, route: Route, lang: Lang) -> "list[Event]":
    from icalendar import Alarm, Event

    def event(number: int, word: str, step: Step, summary: str) -> Event:
        latest = word == "latest"
        start = step.latest_start if latest and step.latest_start else step.start
        return Event.new(
            uid=f"{_name(made)}-{route.id}-{number}-{word}@kaijo.invalid",
            stamp=made.situation.now.astimezone(UTC),
            start=start.astimezone(UTC),
            end=None if latest else step.end.astimezone(UTC),
            summary=summary,
            location=place_name(step.place, lang),
        )

    events = []
    for number, step in enumerate(route.steps):
        said = say_step(step, lang)
        events.append(event(number, "step", step, said))
        if step.latest_start is not None:
            summary = label("plan.calendar.latest", lang, act=said, at=show_time(step.latest_start, lang))
            last = event(number, "latest", step, summary)
            alarm = Alarm.new(description=summary)
            alarm.add("action", "DISPLAY")
            alarm.add("trigger", -_AHEAD)
            last.add_component(alarm)
            events.append(last)
    return events


def _name(made: Plan) -> str:
    return f"{made.situation.now:%Y%m%dT%H%M%S}"
