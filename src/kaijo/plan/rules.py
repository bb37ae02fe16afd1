"""The facts a plan rests on, brought into minutes and numbers once for each way to read what is disputed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from kaijo.clock import JST
from kaijo.facts.assumptions import chance, duration
from kaijo.facts.book import fact, kept
from kaijo.facts.counter import counter_schedule, letter, queue
from kaijo.facts.etax import etax_schedule
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.idpassword import id_password_usable
from kaijo.facts.lifetimes import reservation_life
from kaijo.facts.paper import post_schedule
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import Reading
from kaijo.facts.schedule import Schedule
from kaijo.facts.stores import Chain, chains_for
from kaijo.facts.usable import certificate_usable, face_match_asked, reset_usable
from kaijo.plan.windows import DAY, Span, Window, minute_of, moment_of

_NOON = datetime(2026, 1, 5, 12, tzinfo=JST)
_HALF_HOUR = 30
Readings = frozenset[str]
"""The disputed facts that are read the other way than expected."""


class Pace(Enum):
    """How the night goes: as it usually does, or slowly and with less luck."""

    TYPICAL = "typical"
    CAUTIOUS = "cautious"


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one reading of the facts. Spans are in minutes; `certificate_days` counts midnights."""

    kiosk: Window
    etax: Window
    counter: Mapping[Pace, Window]
    reservation_life: int
    reset_wait: int
    certificate_days: int
    face_for_authentication: bool
    id_password: bool
    chains: Mapping[Chain, frozenset[PinKind]]
    readings: Readings

    def reading(self, fact_id: str) -> Reading:
        """Return how a disputed fact is read here."""
        return reading_of(fact_id, self.readings)


def reading_of(fact_id: str, readings: Readings) -> Reading:
    """Return how a disputed fact is read: as expected, or as the side that is not expected."""
    if fact_id not in readings:
        return Reading.EXPECTED
    expected = fact(fact_id).take(str, "expected")
    return Reading.CAUTIOUS if expected == Reading.HOPEFUL.value else Reading.HOPEFUL


@kept
def rules(readings: Readings) -> Rules:
    """Return the rules in one reading. Raises UsageProblem `facts.damaged` and `facts.unknown`."""
    etax = reading_of("etax-hours-season", readings)
    return Rules(
        kiosk=_window(kiosk_schedule(reading_of("kiosk-year-end", readings))),
        etax=Window(lambda day: _spans(etax_schedule(date.fromordinal(day), etax), day)),
        counter={pace: _counter(pace) for pace in Pace},
        reservation_life=_minutes(reservation_life()),
        reset_wait=_minutes(reset_usable(_NOON, reading_of("reset-usable", readings)) - _NOON),
        certificate_days=_days_between(certificate_usable(_NOON, reading_of("certificate-usable", readings))),
        face_for_authentication=face_match_asked(
            signature=False, reading=reading_of("reset-face-authentication", readings)
        ),
        id_password=id_password_usable(reading_of("id-password", readings)),
        chains={chain: frozenset(kind for kind in PinKind if chain in chains_for(kind)) for chain in Chain},
        readings=readings,
    )


@kept
def spent(act: str, pace: Pace) -> int:
    """Return how many minutes an act takes from the rows `duration-…`."""
    length = duration(act)
    return _minutes(length.typical if pace is Pace.TYPICAL else length.cautious)


@kept
def likely(act: str, pace: Pace) -> float:
    """Return how likely an act goes well, 0 to 1 from the rows `chance-…`."""
    odds = chance(act)
    return float(odds.typical if pace is Pace.TYPICAL else odds.cautious)


@kept
def letter_minutes(pace: Pace) -> int:
    """Return how long the inquiry letter is on its way [fact: duration-inquiry-letter]."""
    return _minutes(letter().typical if pace is Pace.TYPICAL else letter().cautious)


@kept
def shops(chain: Chain) -> str:
    """Return whether all or some shops of a chain have the machine [fact: reset-chains]."""
    return fact("reset-chains").take(str, chain.value, "shops")


@kept
def post_window(closes: time | None) -> Window:
    """Return when a post office stamps letters [fact: post-counter-hours]."""
    return _window(post_schedule(closes))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _days_between(usable: datetime) -> int:
    return (usable.date() - _NOON.date()).days


def _window(schedule: Schedule) -> Window:
    return Window(lambda day: _spans(schedule, day))


def _spans(schedule: Schedule, day: int) -> tuple[Span, ...]:
    """Return the opening that begins on a day; where the next day adjoins at midnight, it goes on to that day's end."""
    found = schedule.span(date.fromordinal(day))
    if found is None:
        return ()
    opens, closes = minute_of(found[0]), minute_of(found[1])
    following = schedule.span(date.fromordinal(day + 1)) if closes == (day + 1) * DAY else None
    goes_on = following is not None and minute_of(following[0]) == closes
    return (Span(opens, closes, minute_of(following[1]) if following and goes_on else closes),)


def _counter(pace: Pace) -> Window:
    schedule = counter_schedule()

    def wait(minute: int) -> int:
        length = queue(moment_of(minute))
        return _minutes(length.typical if pace is Pace.TYPICAL else length.cautious)

    return Window(lambda day: _queued(_spans(schedule, day), wait))


def _queued(spans: tuple[Span, ...], wait: Callable[[int], int]) -> tuple[Span, ...]:
    """Split openings where the queue changes, which is looked at every half hour."""
    made: list[Span] = []
    for opens, until, closes, _ in spans:
        for start in range(opens, until, _HALF_HOUR):
            queue_there = wait(start)
            if made and made[-1].queue == queue_there and made[-1].until == start:
                made[-1] = made[-1]._replace(until=min(start + _HALF_HOUR, until))
            else:
                made.append(Span(start, min(start + _HALF_HOUR, until), closes, queue_there))
    return tuple(made)
