"""`kaijo probe`: a test person walks through a running service, every few minutes."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.options import clock_option, data_option, service_option
from kaijo.cli.speech import json_option, lang_option, speech, tell
from kaijo.clock import clock_at
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.demo.probe import Walk

_SPAN = re.compile(r"([1-9][0-9]{0,3})([smh])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def _span(_context: click.Context, _option: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    if (found := _SPAN.fullmatch(value)) is None:
        raise UsageProblem("usage.span", text=value)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


@click.command("probe")
@service_option
@click.option("--every", metavar="5m", callback=_span, help="この間隔でくり返す（30s、5m、1h） / again and again")
@click.option("--once", is_flag=True, help="一度だけ（--every がなければいつも） / once; so it is without --every")
@click.option(
    "--textfile",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Prometheusの node exporter が読むファイル / figures for the textfile collector of node exporter",
)
@data_option
@clock_option
@lang_option
@json_option
def command(
    service: str, every: timedelta | None, textfile: Path | None, data: Path | None, clock: str | None, *, once: bool
) -> int:
    """テスト用の人物が、予約からキオスクまでを歩く / walk a test person from reservation to kiosk."""
    from kaijo.demo.probe import Outcome, Probe, write_figures

    probe = Probe(data or app.home() / "probe", service, clock_at(clock))
    good: datetime | None = None
    while True:
        began = time.monotonic()
        walk = probe.walk()
        if walk.outcome is not Outcome.FAILED:
            good = walk.at
        if textfile is not None:
            write_figures(textfile, walk, good)
        _tell(walk, lines=every is not None and not once)
        if every is None or once:
            return 0 if walk.error is None else walk.error.exit_code
        time.sleep(max(every.total_seconds() - (time.monotonic() - began), 0))


def _tell(walk: "Walk", *, lines: bool) -> None:
    if speech().json:
        import json

        click.echo(json.dumps(walk.plain(), indent=None if lines else 2))
        return
    if walk.error is not None:
        tell(walk.error)
        return
    speech().say(f"probe.{walk.outcome.value}", at=walk.at, milliseconds=round(1000 * sum(walk.seconds.values())))
