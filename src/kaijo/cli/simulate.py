"""`kaijo simulate`: a filing season of the whole country, and what its last night needs."""

import sys
from pathlib import Path
from typing import Any

import click

from kaijo.cli.local_facts import facts_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock
from kaijo.errors import UsageProblem

_ROWS = 8  # of the sensitivity table


@click.command("simulate")
@click.option(
    "--year", type=int, metavar="YEAR", help="申告期限の年（なければ次の期限） / year of the deadline (else the next)"
)
@click.option(
    "--cards",
    type=click.IntRange(1000, 1_000_000_000),
    default=100_000_000,
    show_default=True,
    help="カードの枚数 / cards in the country",
)
@click.option(
    "--extend-hours",
    type=click.IntRange(1, 12),
    default=1,
    show_default=True,
    help="閉まる時刻を何時間のばして比べるか（0時まで） / hours to stay open longer, to midnight at most",
)
@click.option(
    "--draws",
    type=click.IntRange(10, 1000),
    default=40,
    show_default=True,
    help="仮定の組をいくつ引くか / sets of assumptions to draw",
)
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="乱数の種 / seed of the draws"
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="図と結果を書くフォルダ / folder for pictures and the answer",
)
@click.option(
    "--format", "kind", type=click.Choice(["svg", "png"]), default="svg", show_default=True, help="図の形 / of pictures"
)
@facts_option
@lang_option
@json_option
def command(
    *, year: int | None, cards: int, extend_hours: int, draws: int, seed: int, out: Path | None, kind: str
) -> None:
    """確定申告期を全国でシミュレーションする / simulate the nation's filing season on stated assumptions."""
    try:
        from kaijo.season.answers import Asked, play
        from kaijo.season.grid import season_year
        from kaijo.season.report import as_dict
    except ModuleNotFoundError as missing:
        raise UsageProblem("season.no-extra", module=missing.name) from None
    if out is not None:
        _make(out)
    asked = Asked(season_year(year, SystemClock().now()), cards, extend_hours, draws, seed)
    answers = play(asked, progress=_progress)
    told = as_dict(answers)
    written = []
    if out is not None:
        from kaijo.season.plots import draw

        written = draw(answers, told, out, speech().lang, kind)
    if speech().json:
        speech().answer(told)
        return
    _tell(told)
    for path in written:
        speech().say("season.written", path=str(path))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(folder)) from None


def _progress(part: float) -> None:
    """Say on stderr how far it is, where somebody looks."""
    if sys.stderr.isatty():
        end = "\n" if part >= 1 else ""
        click.echo(f"\r{speech().label('season.progress', percent=round(part * 100))}{end}", err=True, nl=False)


def _tell(told: dict[str, Any]) -> None:
    say = speech().say
    say("season.title", deadline=told["deadline"], cards=f"{told['cards']:,}", draws=told["draws"])
    say("season.locked", people=_count(sum(told["locked"].values())))
    say("season.endings")
    for row in told["endings"]:
        name = speech().label(f"season.ending.{row['ending']}")
        say("season.ending", people=_count(row["people"]), share=f"{row['share']:.1%}", name=name)
    missed = told["ranges"]["missed"]
    say("season.missed", people=_count(missed["assumed"]), **_ends(missed["drawn"]))
    level = told["needed"]["level"]
    wait = next(row for row in told["last_day"]["waits"] if row["minutes"] == level["minutes"])
    shares = {"kiosk": _percent(wait["kiosk_longer"]), "counter": _percent(wait["counter_longer"])}
    say("season.waits", since=told["last_day"]["since"], minutes=f"{level['minutes']:g}", **shares)
    say("season.needed", share=f"{level['share']:.0%}", minutes=f"{level['minutes']:g}")
    for name in ("nodes", "cores", "kiosks", "clerks"):
        row = told["needed"][name]
        there = "–" if row["there"] is None else _count(row["there"])
        named = speech().label(f"season.word.{name}")
        say("season.needed-row", name=named, assumed=_count(row["assumed"]), there=there, **_ends(row["drawn"]))
    _tell_changes(told)
    say("season.not-official")


def _tell_changes(told: dict[str, Any]) -> None:
    from kaijo.facts.book import fact

    say = speech().say
    say("season.longer", hours=told["longer_hours"][0]["hours"])
    for row in told["longer_hours"]:
        say("season.longer-row", name=speech().label(f"season.word.{row['what']}"), more=_count(row["more_in_time"]))
        if row["range"] is not None:
            say("season.longer-range", **_ends(row["range"]))
    say("season.sensitivity")
    sources = {one["name"]: one["fact"] for one in told["assumptions"]}
    for row in told["sensitivity"][:_ROWS]:
        ends = {end: _count(row["missed"][end]) for end in ("low", "high")}
        say("season.sensitivity-row", name=fact(sources[row["name"]]).title[speech().lang], **ends)


def _ends(spread: dict[str, Any]) -> dict[str, str]:
    return {end: _count(spread[end]) for end in ("low", "high")}


def _count(number: float | None) -> str:
    return speech().label("season.out-of-reach") if number is None else f"{number:,.0f}"


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{part:.1%}"
