"""`kaijo face evaluate DIR`: how often the face matcher errs, measured on photographs."""

from pathlib import Path
from typing import Any

import click

from kaijo import app
from kaijo.cli.options import data_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock

_RATES = ("false_match", "false_non_match", "failure_to_acquire")


@click.group("face")
def command() -> None:
    """顔の照合の評価 / the face matcher."""


@command.command("evaluate")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@data_option
@lang_option
@json_option
def evaluate(folder: Path, data: Path | None) -> None:
    """人ごとのフォルダーの写真で、照合の誤りの割合を測る / measure the matcher; DIR has one folder per person.

    The report is kept in the service's data folder; exit code 1 says that there were too few pairs to call the matcher
    evaluated.
    """
    place = app.make_folder(data or app.home() / "service")
    engine = app.face_engine(place)
    from kaijo.service.face.evaluation import evaluate as measure
    from kaijo.service.face.report import REPORT, write_report

    told = measure(folder, engine, SystemClock().now()).as_dict()
    write_report(place / REPORT, told)
    if speech().json:
        speech().answer(told)
    else:
        _print(told, place / REPORT)
    if not told["evaluated"]:
        raise SystemExit(1)


def _print(told: dict[str, Any], report: Path) -> None:
    say = speech().say
    say("face.report.model", model=told["model"], threshold=told["threshold"])
    say("face.report.pictures", persons=told["persons"], pictures=told["pictures"])
    for name in _RATES:
        _print_rate(speech().label(f"face.report.{name}"), told[name])
    for code, rate in told["failures"].items():
        from kaijo.words import message

        _print_rate(f"  {message(code, speech().lang).title}", rate)
    if told["evaluated"]:
        say("face.evaluated")
    else:
        say("face.not-evaluated")
        needed, count = told["pairs_needed"], told["false_match"]["count"]
        say("face.report.too-few", needed=f"{needed:,}", count=f"{count:,}")
    say("face.report.kept", path=str(report))


def _print_rate(name: str, rate: dict[str, Any]) -> None:
    known = rate["rate"] is not None
    speech().say(
        "face.report.rate",
        name=name,
        rate=f"{rate['rate']:.4%}" if known else speech().label("face.report.unknown"),
        errors=rate["errors"],
        count=rate["count"],
        low=f"{rate['low']:.4%}",
        high=f"{rate['high']:.4%}",
    )
