"""The season in pictures: its days, its last day, who does not make it, and what moves the answer."""

import os
from pathlib import Path
from typing import Any, Final

import numpy as np

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact
from kaijo.season.answers import Answers
from kaijo.words import Lang, label

_FONTS: Final = (
    *("IPAexGothic", "Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo"),
    *("TakaoGothic", "IPAGothic", "MS Gothic"),
)
_SIZE: Final = (9.6, 5.4)
_SHOWN: Final = 12
_COLOURS: Final = ("#0b5c8f", "#d9822b", "#3c8a57", "#8a3b5c")
_HOUR: Final = 60
_DAY: Final = 24


def draw(answers: Answers, told: dict[str, Any], folder: Path, lang: Lang, kind: str) -> list[Path]:
    """Write four pictures (`kind`: svg or png) into `folder` and return their paths.

    `told` is the run's `as_dict`. Raises UsageProblem `season.no-extra`, `season.no-font`, `usage.unwritable`.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ModuleNotFoundError as missing:
        raise UsageProblem("season.no-extra", module=missing.name) from None
    made = []
    pictures = {"days": _days, "last-day": _last_day, "missed": _missed, "sensitivity": _sensitivity}
    settings: dict[Any, Any] = {
        "font.family": [_font(lang), "DejaVu Sans"],
        "svg.hashsalt": "kaijo",
        "axes.unicode_minus": False,
    }
    with mpl.rc_context(settings):
        for name, picture in pictures.items():
            figure = Figure(figsize=_SIZE, layout=ConstrainedLayoutEngine(rect=(0, 0.03, 1, 0.97)))
            picture(figure, answers, told, lang)
            figure.text(
                0.995, 0.005, label("season.plot.foot", lang), ha="right", va="bottom", fontsize=7, color="#555"
            )
            path = folder / f"season-{name}.{kind}"
            try:
                figure.savefig(path, dpi=110, metadata={"Date": None} if kind == "svg" else None)
            except OSError:
                raise UsageProblem("usage.unwritable", path=os.fspath(path)) from None
            made.append(path)
    return made


def _font(lang: Lang) -> str:
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    found = next((name for name in _FONTS if name in there), None)
    if found is None and lang == "ja":
        raise UsageProblem("season.no-font")
    return found or "DejaVu Sans"


def _days(figure: Any, answers: Answers, _told: dict[str, Any], lang: Lang) -> None:
    axes, grid = figure.subplots(), answers.grid
    day = (grid.edges[: grid.last_from] // (_HOUR * _DAY)).astype(int)
    count = int(day.max()) + 2
    night = answers.columns[0].seen
    last = {"locked": night.hourly_locked[:, 0].sum(), "visits": night.hourly_visits[:, 0].sum()}
    for at, name in enumerate(("locked", "visits")):
        daily = np.append(np.bincount(day, answers.daily[name], count - 1), last[name])
        axes.bar(
            np.arange(count) + 0.4 * at - 0.2, daily, 0.4, color=_COLOURS[at], label=label(f"season.plot.{name}", lang)
        )
    marks = range(0, count, 3)
    first = np.datetime64(grid.first)
    axes.set_xticks(list(marks), [str(first + at)[5:].replace("-", "/") for at in marks])
    _frame(axes, label("season.plot.days", lang), label("season.plot.people-a-day", lang))


def _last_day(figure: Any, _answers: Answers, told: dict[str, Any], lang: Lang) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.4])
    hours = told["last_day"]["hours"]
    at = np.arange(len(hours))
    upper.plot(
        at + 0.5, [hour["locked"] for hour in hours], "o-", ms=3, color="#222", label=label("season.plot.locked", lang)
    )
    base = np.zeros(len(hours))
    busiest = sorted(hours[0]["chains"], key=lambda chain: -sum(hour["chains"][chain]["visits"] for hour in hours))
    shown = busiest[:3]
    for number, chain in enumerate([*shown, None]):
        named = [chain] if chain else busiest[3:]
        visits = np.array([sum(hour["chains"][one]["visits"] for one in named) for hour in hours])
        name = (
            "、".join(label(f"word.{one}", lang) for one in named)
            if lang == "ja"
            else ", ".join(label(f"word.{one}", lang) for one in named)
        )
        upper.bar(at + 0.5, visits, 0.85, bottom=base, color=_COLOURS[number], label=name)
        base += visits
    for number, chain in enumerate(shown):
        longer = [hour["chains"][chain]["longer"] for hour in hours]
        lower.plot(at + 0.5, [np.nan if one is None else 100 * one for one in longer], color=_COLOURS[number])
    minutes = told["needed"]["level"]["minutes"]
    lower.set_ylabel("%")
    lower.set_title(label("season.plot.longer", lang, minutes=f"{minutes:g}"), fontsize=9)
    lower.set_xlabel(label("season.plot.hour", lang))
    lower.set_xticks(range(0, len(hours) + 1, 3))
    lower.set_ylim(0, 1.2 * max([lower.get_ylim()[1], 1.0]))
    lower.spines[["top", "right"]].set_visible(False)
    _frame(upper, label("season.plot.night", lang), label("season.plot.people-an-hour", lang))


def _missed(figure: Any, _answers: Answers, told: dict[str, Any], lang: Lang) -> None:
    axes = figure.subplots()
    rows = sorted((row for row in told["endings"] if not row["in_time"]), key=lambda row: row["people"])
    base = np.zeros(len(rows))
    for number, kind in enumerate(told["locked"]):
        part = np.array([row["kinds"][kind] for row in rows], dtype=float)
        name = label("season.word.both" if kind == "both" else f"word.{kind}", lang)
        axes.barh(range(len(rows)), part, left=base, color=_COLOURS[number], label=name)
        base += part
    axes.set_yticks(range(len(rows)), [label(f"season.ending.{row['ending']}", lang) for row in rows])
    for at, total in enumerate(base):
        axes.text(total, at, f" {total:,.0f}", va="center", fontsize=8)
    _frame(axes, label("season.plot.endings", lang), "", label("season.plot.people", lang))


def _sensitivity(figure: Any, answers: Answers, told: dict[str, Any], lang: Lang) -> None:
    axes = figure.subplots()
    rows = told["sensitivity"][:_SHOWN][::-1]
    central = float(answers.all("missed")[0])
    for number, end in enumerate(("low", "high")):
        values = np.array([row["missed"][end] for row in rows], dtype=float)
        axes.barh(
            range(len(rows)),
            values - central,
            left=central,
            color=_COLOURS[number],
            label=label(f"season.plot.{end}", lang),
        )
    sources = {one["name"]: one["fact"] for one in told["assumptions"]}
    axes.set_yticks(range(len(rows)), [_short(fact(sources[row["name"]]).title[lang]) for row in rows], fontsize=8)
    axes.axvline(central, color="#222", lw=1)
    _frame(axes, label("season.plot.sensitivity", lang), "", label("season.plot.people", lang))


def _short(title: str) -> str:
    most = 44
    return title if len(title) <= most else title[: most - 1] + "…"


def _frame(axes: Any, title: str, across: str, along: str = "") -> None:
    from matplotlib.ticker import FuncFormatter

    thousands = FuncFormatter(lambda value, _at: f"{value:,.0f}")
    (axes.xaxis if along else axes.yaxis).set_major_formatter(thousands)
    axes.set_title(title)
    axes.set_ylabel(across)
    axes.set_xlabel(along)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
