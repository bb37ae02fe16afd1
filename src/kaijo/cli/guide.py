"""`kaijo guide`: the guide's pages. They need no card and no service."""

import click

from kaijo import app
from kaijo.cli.local_facts import facts_option
from kaijo.cli.options import SERVICE_PORT, clock_option
from kaijo.cli.pages import pages_options
from kaijo.cli.speech import lang_option, speech
from kaijo.clock import clock_at

_PAGES_PORT = SERVICE_PORT + 4


@click.command("guide")
@pages_options(_PAGES_PORT)
@facts_option
@clock_option
@lang_option
def command(port: int, clock: str | None, *, no_browser: bool) -> None:
    """間に合うか、何からするかを画面で答える / pages that say whether there is still time, and what to do first."""
    url = f"http://127.0.0.1:{port}/guide"
    speech().say("cli.pages", url=url)
    app.run(app.guide(clock_at(clock)), port, open_url=None if no_browser else url)
