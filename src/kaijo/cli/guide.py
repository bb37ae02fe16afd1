"""`kaijo guide`: the guide's pages. They need no card and no service."""

import click

from kaijo.cli.options import SERVICE_PORT, clock_option
from kaijo.cli.pages import pages_options, serve_pages
from kaijo.cli.speech import lang_option
from kaijo.clock import clock_at

_PAGES_PORT = SERVICE_PORT + 4


@click.command("guide")
@pages_options(_PAGES_PORT)
@clock_option
@lang_option
def command(port: int, clock: str | None, *, no_browser: bool) -> None:
    """今夜まだ間に合うか、何からするかを画面で答える / a page that says whether there is still time, and what to do first."""
    serve_pages("guide", port=port, clock=clock_at(clock), no_browser=no_browser)
