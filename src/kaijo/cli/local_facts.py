"""The option that puts a user's own facts beside the book's."""

from pathlib import Path

import click

from kaijo.facts.book import use
from kaijo.facts.local import read_local

_HERE = Path("kaijo.toml")


def _use(context: click.Context, _option: click.Parameter, file: Path | None) -> None:
    file = file or (_HERE if _HERE.is_file() else None)
    if file is not None:
        context.with_resource(use(read_local(file)))


facts_option = click.option(
    "--facts",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="KAIJO_FACTS",
    expose_value=False,
    callback=_use,
    help="手元の事実のファイル（なければ ./kaijo.toml） / a file with facts of your own (else ./kaijo.toml)",
)
