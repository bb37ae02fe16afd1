"""`kaijo counter`: the municipal counter, as pages."""

import click

from kaijo.cli.options import SERVICE_PORT, clock_option, service_option
from kaijo.cli.pages import pages_options, serve_pages
from kaijo.cli.speech import lang_option
from kaijo.clock import clock_at

_PAGES_PORT = SERVICE_PORT + 3


@click.command("counter")
@pages_options(_PAGES_PORT)
@service_option
@clock_option
@lang_option
def command(port: int, service: str, clock: str | None, *, no_browser: bool) -> None:
    """市区町村の窓口の画面を開く / the municipal counter's pages."""
    serve_pages("counter", port=port, service=service, clock=clock_at(clock), no_browser=no_browser)
