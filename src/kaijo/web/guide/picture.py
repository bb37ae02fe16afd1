"""The routes against the deadline and the opening hours, as numbers for a drawing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from kaijo.facts.counter import counter_schedule
from kaijo.facts.etax import etax_cut, etax_schedule
from kaijo.facts.filing import ReturnKind, next_filing_deadline
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.schedule import Span
from kaijo.plan.advice import Plan, Route
from kaijo.plan.situation import Situation

WIDTH = 320
_ROUTES = 4
_TICKS = 5
_FAR = timedelta(hours=36)
_HOUR = timedelta(hours=1)
_STEPS = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one row, in units of the drawing; `look` is the class that colours it."""

    x: float
    width: float
    look: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: opening hours, by the name of what is open, or a route, by its id."""

    name: str
    route: Route | None
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing, `WIDTH` units wide. `ticks` are moments with their place; `deadline` is None where it is far off."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, datetime], ...]
    deadline: float | None
    by_day: bool


def picture(made: Plan) -> Picture:
    """Return the drawing of a plan, from now to the deadline, or to where the best route ends."""
    start, cut = made.situation.now, _cut(made.situation)
    ends = [made.routes[0].finish] if made.routes else []
    if cut is not None and start < cut <= start + _FAR:
        ends.append(cut)
    end = max(ends, default=start + _HOUR)
    scale = WIDTH / max((end - start) / _HOUR, 0.5) * 0.97

    def at(moment: datetime) -> float:
        return round(min(max((moment - start) / _HOUR * scale, 0), WIDTH), 1)

    every = next((step for step in _STEPS if (end - start) / _HOUR / step <= _TICKS), _STEPS[-1])
    return Picture(
        rows=(*_openings(start, end, at), *(_row(route, at) for route in made.routes[:_ROUTES])),
        ticks=tuple((at(moment), moment) for moment in _ticks(start, end, every)),
        deadline=at(cut) if cut is not None and start <= cut <= end else None,
        by_day=every >= _STEPS[5],
    )


def _cut(situation: Situation) -> datetime | None:
    if situation.filing.kind is ReturnKind.REFUND:
        return None
    return etax_cut(situation.filing.deadline or next_filing_deadline(situation.now))


def _openings(start: datetime, end: datetime, at: Callable[[datetime], float]) -> Iterator[Row]:
    days = [start.date() + timedelta(days=ahead) for ahead in range((end.date() - start.date()).days + 1)]
    spans: dict[str, Callable[[date], Span | None]] = {
        "kiosk": kiosk_schedule().span,
        "etax": etax_schedule(start.date()).span,
        "counter": counter_schedule().span,
    }
    for name, span in spans.items():
        bars = tuple(_bar(*found, at, "open") for day in days if (found := span(day)) and _meet(found, start, end))
        yield Row(name, None, bars)


def _row(route: Route, at: Callable[[datetime], float]) -> Row:
    looks = ((step, "home" if step.place == "home" else "out") for step in route.steps)
    bars = (_bar(step.start, step.end, at, look) for step, look in looks)
    return Row(route.id, route, tuple(bar for bar in bars if bar.x < WIDTH))


def _bar(begins: datetime, ends: datetime, at: Callable[[datetime], float], look: str) -> Bar:
    return Bar(at(begins), max(round(at(ends) - at(begins), 1), 1), look)


def _meet(span: Span, start: datetime, end: datetime) -> bool:
    return span[0] < end and start < span[1]


def _ticks(start: datetime, end: datetime, every: int) -> Iterator[datetime]:
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(hours=every)
    moment = midnight + step * ceil((start - midnight) / step)
    while moment <= end:
        yield moment
        moment += step
