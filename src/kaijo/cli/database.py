"""`kaijo database`: how the service's database stands, and bringing it up to date."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import data_option, database_option, store_options
from kaijo.cli.soundness import tell
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at


@click.group("database")
def command() -> None:
    """予約サービスのデータベース / the reservation service's database."""


@command.command("status")
@data_option
@database_option
@lang_option
@json_option
def status(data: Path | None, database: str | None) -> None:
    """いまの段階。終了コード1は、このままでは使えない / how it stands; exit code 1: not usable as it is."""
    found = app.database_status(data or app.home() / "service", database)
    if speech().json:
        speech().answer(found.plain())
    else:
        speech().say(f"database.{found.state}", step=found.step or "-", newest=found.newest)
    if not found.usable:
        raise SystemExit(1)


@command.command("upgrade")
@data_option
@database_option
@lang_option
@json_option
def upgrade(data: Path | None, database: str | None) -> None:
    """足りない段階を進める。古いプログラムは動いたままでよい / take the missing steps; older programs may go on."""
    before, after = app.upgrade_database(data or app.home() / "service", database)
    if speech().json:
        speech().answer({"before": before.plain(), "after": after.plain()})
    else:
        speech().say("database.upgraded", before=before.step or "-", after=after.step)


@command.command("check")
@store_options
@lang_option
@json_option
def check(data: Path | None, database: str | None, clock: str | None) -> int:
    """行どうしの矛盾と監査記録を確かめる。終了コード1は異常あり / check rows and trail; exit code 1: not sound."""
    return tell(*app.judge(data or app.home() / "service", clock_at(clock), database=database))


@command.command("prune")
@store_options
@lang_option
@json_option
def prune(data: Path | None, database: str | None, clock: str | None) -> None:
    """終わってから長い記録を消す。監査記録と日誌は残る / take away what has long been over; trail and journal stay."""
    gone = app.prune_database(data or app.home() / "service", clock_at(clock), database)
    if speech().json:
        speech().answer({"deleted": gone})
    else:
        speech().say("database.pruned", rows=sum(gone.values()))
