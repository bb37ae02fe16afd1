"""`kaijo plan`: the shortest way to a filed return from where one stands tonight."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaijo import app
from kaijo.cli.local_facts import facts_option
from kaijo.cli.options import card_options
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock, parse_time
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.plan.advice import Plan, Route


@click.command("plan")
@click.option(
    "--situation",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="状況を書いたJSON（- は標準入力）/ the situation as JSON (- for stdin)",
)
@card_options
@facts_option
@click.option("--at", metavar="TIME", help="ほかの夜について聞く / ask for another night (2027-03-15T21:40)")
@click.option(
    "--ics",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="予定表のファイルを書く / write the steps as a calendar",
)
@click.option(
    "--pdf",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="持って行く1枚の紙を書く / write a one-page sheet to take along",
)
@lang_option
@json_option
def command(
    *, file: Path | None, card: Path | None, reader: str | None, at: str | None, ics: Path | None, pdf: Path | None
) -> int:
    """いまから申告を終えるまでの、いちばん短い道 / the shortest way to a filed return. Without a file it asks."""
    from kaijo.plan.advice import plan
    from kaijo.plan.parsing import parse

    raw = _read(file) if file is not None else _asked(card, reader)
    if at is not None:
        raw["now"] = parse_time(at).isoformat()
    made = plan(parse(raw))
    if ics is not None:
        from kaijo.plan.calendar import calendar_text

        _write(ics, calendar_text(made, speech().lang))
    if pdf is not None:
        from kaijo.sheets.plan_sheet import plan_sheet

        _write(pdf, plan_sheet(made, speech().lang))
    if speech().json:
        speech().answer(made.as_dict())
    else:
        _tell(made)
    return 0 if any(route.meets_deadline for route in made.routes) else 1


def _read(file: Path) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
        content = json.loads(text)
    except (OSError, ValueError, RecursionError):
        raise UsageProblem("plan.unreadable", path=str(file)) from None
    if not isinstance(content, dict):
        raise UsageProblem("plan.unreadable", path=str(file))
    return content


def _asked(card: Path | None, reader: str | None) -> dict[str, Any]:
    from kaijo.cli.plan_questions import ask_situation, read_card

    read = read_card(app.open_link(card, reader), SystemClock()) if card is not None or reader is not None else {}
    return {"now": SystemClock().now().isoformat(), **ask_situation(read)}


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def _tell(made: "Plan") -> None:
    from kaijo.plan.speech import say_rejection, say_stop, say_warning

    lang = speech().lang
    for number, route in enumerate(made.routes):
        _tell_route(route, best=number == 0)
    if not made.routes:
        click.secho(speech().label("plan.none"), fg="red", bold=True)
    if made.point_of_no_return is not None:
        click.secho(speech().label("plan.last", last=made.point_of_no_return), fg="red", bold=True)
    for answer in made.stop_trying:
        click.echo(say_stop(answer, lang))
    for rejection in made.rejected:
        sources = ", ".join(rejection.reason.facts)
        line = speech().label("plan.ruled-out", id=rejection.id, because=say_rejection(rejection, lang))
        click.secho(f"✗ {line}" + (f" [{sources}]" if sources else ""), dim=True)
    for warning in made.warnings:
        click.secho(f"! {say_warning(warning, lang)}", fg="yellow")


def _tell_route(route: "Route", *, best: bool) -> None:
    from kaijo.plan.speech import say_money, say_step

    lang = speech().lang
    code = "plan.best" if best else "plan.also"
    click.secho(speech().label(code, id=route.id, chance=round(route.worth.chance * 100)), bold=best)
    for step in route.steps:
        latest = f"{step.latest_start:%H:%M}" if step.latest_start else "–"
        day = f"{step.start:%m/%d} "
        click.echo(f"  {day}{step.start:%H:%M} – {step.end:%H:%M}  ({latest})  {say_step(step, lang)}")
    for line in route.money:
        click.echo(f"  ¥ {say_money(line, lang)}")
