"""The trials of a link, for programs as the JSON of `kaijo reader test --json`, and for people as a small chart."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from kaijo.card.link import LinkFacts
from kaijo.doctor.link_quality import Measurement
from kaijo.doctor.remedies import Trial, conclusions, helpful, percent
from kaijo.doctor.report import finding_as_dict, findings_as_text
from kaijo.words import Lang, label

if TYPE_CHECKING:
    from rich.console import Console

_BAR_WIDTH = 30


def as_dict(trials: Sequence[Trial], measured_at: datetime, lang: Lang) -> dict[str, object]:
    """Return the trials in JSON's types, findings in `lang`. The shape is docs/schemas/reader-test.json."""
    last = trials[-1].measurement
    return {
        "reader": last.place,
        "measured_at": measured_at.isoformat(),
        "facts": _facts(last.facts),
        "measurements": [_trial(trial) for trial in trials],
        "helped": [trial.cause.value for trial in helpful(trials) if trial.cause],
        "verdict": last.quality.value,
        "findings": [finding_as_dict(item, lang) for item in conclusions(trials)],
    }


def print_trial(console: "Console", trial: Trial, lang: Lang) -> None:
    """Print one measurement in a few lines; before the first, where the card lies and what the link tells."""
    measured = trial.measurement
    if trial.cause is None:
        facts, unknown = measured.facts, label("link.unknown", lang)
        console.print(label("link.place", lang, place=measured.place), markup=False)
        told = {
            "atr": facts.atr.hex(" ").upper() if facts.atr else unknown,
            "protocol": facts.protocol or unknown,
            "rate": f"{facts.bits_per_second:,} bit/s" if facts.bits_per_second else unknown,
        }
        console.print(label("link.facts", lang, **told))
        if facts.simulated:
            console.print(label("link.simulated", lang))
    console.print(f"[bold]{_name(trial, lang)}[/]")
    counted = {"errors": measured.errors, "commands": measured.commands, "percent": percent(measured.error_rate)}
    console.print("  " + label("link.counted", lang, **counted))
    console.print("  " + label("link.lost", lang, removed=measured.removed, repowered=measured.repowered))
    if measured.times:
        times = {name: f"{value:.1f}" for name, value in asdict(measured.times).items()}
        console.print("  " + label("link.times", lang, **times, speed=f"{measured.bytes_per_second:,}"))


def print_chart(console: "Console", trials: Sequence[Trial], lang: Lang) -> None:
    """Print the share of errors after each change as bars, and what to keep."""
    from rich.bar import Bar
    from rich.table import Table
    from rich.text import Text

    helped = helpful(trials)
    most = max(trial.measurement.error_rate for trial in trials)
    if len(trials) > 1 and most:
        chart = Table.grid(padding=(0, 2))
        for trial in trials:
            rate = trial.measurement.error_rate
            mark = label("link.helped-most" if trial is helped[0] else "link.helped", lang) if trial.helped else ""
            bar = Bar(most, 0, rate, width=_BAR_WIDTH, color="green" if trial.helped else "yellow")
            chart.add_row(_name(trial, lang), bar, f"{percent(rate):>5} %", mark)
        console.print(label("link.chart", lang))
        console.print(chart)
    console.print(Text.from_ansi(findings_as_text(conclusions(trials), lang)))


def _name(trial: Trial, lang: Lang) -> str:
    return label(f"link.without.{trial.cause.value}" if trial.cause else "link.as-it-lay", lang)


def _facts(facts: LinkFacts) -> dict[str, object]:
    return {
        "atr": facts.atr.hex().upper() if facts.atr else None,
        "protocol": facts.protocol,
        "bits_per_second": facts.bits_per_second,
        "simulated": facts.simulated,
    }


def _trial(trial: Trial) -> dict[str, object]:
    measured: Measurement = trial.measurement
    times = asdict(measured.times) if measured.times else None
    return {
        "cause": trial.cause.value if trial.cause else None,
        "verdict": measured.quality.value,
        "commands": measured.commands,
        "errors": measured.errors,
        "error_rate": round(measured.error_rate, 4),
        "removed": measured.removed,
        "repowered": measured.repowered,
        "rounds": measured.rounds,
        "bytes_per_second": measured.bytes_per_second,
        "milliseconds": {name: round(value, 2) for name, value in times.items()} if times else None,
        "helped": trial.helped,
    }
