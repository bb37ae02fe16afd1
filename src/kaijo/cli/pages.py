"""Serving one terminal's pages as a process of its own."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kaijo import app
from kaijo.cli.speech import speech
from kaijo.clock import Clock

_Command = TypeVar("_Command", bound=Callable[..., Any])


def pages_options(port: int) -> Callable[[_Command], _Command]:
    """Add `--port` and `--no-browser`."""

    def add(command: _Command) -> _Command:
        with_port = click.option("--port", type=click.IntRange(1, 65535), default=port, show_default=True)(command)
        return click.option("--no-browser", is_flag=True, help="ブラウザーを開かない / do not open a browser")(
            with_port
        )

    return add


def serve_pages(face: str, *, port: int, service: str, clock: Clock, no_browser: bool) -> None:
    """Serve the pages of `face` (phone or kiosk) until stopped."""
    url = f"http://127.0.0.1:{port}/{face}"
    speech().say("cli.pages", url=url)
    town = app.home() / "town"
    pages = app.pages(app.local_places(town, clock), service, clock, faces=(face,), phones=town / "phones")
    app.run(pages, port, open_url=None if no_browser else url)
