"""`kaijo backup`: a copy of the service's memory, taken while it runs."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.custody import new_passphrase
from kaijo.cli.options import data_option, database_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--secrets", is_flag=True, help="鍵も、パスフレーズで暗号化して入れる / the secrets too, under a passphrase"
)
@data_option
@database_option
@lang_option
@json_option
def command(folder: Path, data: Path | None, database: str | None, *, secrets: bool) -> None:
    """予約サービスのデータを、動かしたまま写す / copy the service's memory while it runs."""
    phrase = new_passphrase() if secrets else None
    made = app.back_up(folder, data or app.home() / "service", SystemClock(), database=database, passphrase=phrase)
    if speech().json:
        speech().answer({"folder": str(folder), **made.plain()})
        return
    speech().say("backup.made", folder=folder, copy=made.copy, size=made.size)
    speech().say("backup.sealed" if made.sealed else "backup.unsealed")
