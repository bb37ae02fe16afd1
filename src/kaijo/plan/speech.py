"""A plan's words: codes with data made into sentences, and data into JSON's types."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from kaijo.facts.book import book
from kaijo.words import Lang, catalogue, label

if TYPE_CHECKING:
    from kaijo.plan.losses import Line
    from kaijo.plan.rejections import Rejection
    from kaijo.plan.stopping import StopOrTry
    from kaijo.plan.timetable import Step
    from kaijo.plan.warnings import Warn


def say_step(step: "Step", lang: Lang) -> str:
    """Return what to do in one step."""
    return label(f"plan.act.{step.act}", lang, kind=step.kind, place=place_name(step.place, lang))


def say_rejection(rejection: "Rejection", lang: Lang) -> str:
    """Return why a route is ruled out."""
    return _say(rejection.code, rejection.reason.data, lang)


def say_warning(warning: "Warn", lang: Lang) -> str:
    """Return a warning as a sentence."""
    return _say(warning.code, warning.data, lang)


def say_stop(answer: "StopOrTry", lang: Lang) -> str:
    """Return whether to stop or try as a sentence, and where one more entry costs nothing, that too."""
    said = _say(answer.code, {"kind": answer.kind, "chance": answer.break_even}, lang)
    return said + label("plan.stop.costs-nothing", lang) if answer.costs_nothing else said


def say_money(line: "Line", lang: Lang) -> str:
    """Return one line of money lost, an estimate."""
    return label(line.code, lang, yen=f"{line.yen:,}")


def place_name(place: str, lang: Lang) -> str:
    """Return the name of a place: home, a chain of stores, the counter."""
    code = f"plan.place.{place}"
    return label(code if code in catalogue() else f"word.{place}", lang)


def plain(data: Mapping[str, object]) -> dict[str, object]:
    """Return data in JSON's types."""
    return {key: value.isoformat() if isinstance(value, date | datetime) else value for key, value in data.items()}


def _say(code: str, data: Mapping[str, object], lang: Lang) -> str:
    return label(code, lang, **{key: shown(key, value, lang) for key, value in data.items()})


def shown(key: str, value: object, lang: Lang) -> object:
    """Return one datum of a sentence as people write it: a fact by its title, a chance per cent, a day as a date."""
    if key == "fact" and value in book():
        return book()[str(value)].title[lang]
    if key == "chance" and isinstance(value, float):
        return f"{round(value * 100)}%"
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value
