"""`kaijo restore`: put a backup where no service is, and see whether it is sound."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.custody import passphrase
from kaijo.cli.options import data_option, database_option
from kaijo.cli.soundness import tell
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock


@click.command("restore")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@data_option
@database_option
@lang_option
@json_option
def command(folder: Path, data: Path | None, database: str | None) -> int:
    """写しを戻し、確かめる。すでにあるものには上書きしない / put a backup back and check it; nothing is overwritten."""
    place = data or app.home() / "service"
    backup, missing = app.put_back(folder, place, database=database, passphrase=passphrase)
    speech().say("backup.restored", made_at=backup.made_at)
    if missing:
        # Made anew they would fit nothing; so nothing that needs them is started here.
        if speech().json:
            unchecked: dict[str, object] = {"sound": None, "flaws": {}, "audit_rows": 0, "findings": []}
            speech().answer({"restored": backup.plain(), "missing": list(missing), **unchecked})
        speech().say("backup.secrets-missing", files=missing, folder=place)
        return 1
    found = app.judge(place, SystemClock(), database=database)
    return tell(*found, more={"restored": backup.plain(), "missing": []})
