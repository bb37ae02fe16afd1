"""`kaijo filing`: the practice filing desk as a process of its own, with its pages."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import FILING_PORT, SERVICE_PORT, clock_option, data_option
from kaijo.cli.pages import pages_options
from kaijo.cli.speech import lang_option, speech
from kaijo.clock import clock_at


@click.command("filing")
@pages_options(FILING_PORT)
@data_option
@clock_option
@lang_option
def command(port: int, data: Path | None, clock: str | None, *, no_browser: bool) -> None:
    """【練習用】申告窓口を動かす（APIは次のポート）/ run the practice filing desk; its API takes the next port."""
    time = clock_at(clock)
    desk = app.filing_desk(data or app.home() / "filing", time)
    with app.serving(desk, port + 1) as url:
        page = f"http://127.0.0.1:{port}/filing"
        speech().say("filing.running", url=page, api=url)
        town = app.home() / "town"
        places = app.local_places(town, time)
        service = f"http://127.0.0.1:{SERVICE_PORT}"
        pages = app.pages(places, service, time, faces=("filing",), filing_url=url, phones=town / "phones")
        app.run(pages, port, open_url=None if no_browser else page)
