"""The pages, and serving them on loopback."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.cards import note_last_try, practice_issuer
from kaijo.app.folders import make_folder
from kaijo.app.phone_certificate import PracticePhoneIssuer
from kaijo.app.terminals import terminal_keys
from kaijo.clock import Clock

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from kaijo.places import LocalPlaces

_SERVERS_GC = (700, 10, 10)  # Python's own: a server lives long, whatever its command set for a quick start


def pages(
    places: "LocalPlaces",
    service_url: str,
    clock: Clock,
    *,
    faces: Sequence[str],
    set_clock: "Callable[[datetime | None], None] | None" = None,
    clerks: Callable[[], Mapping[str, str]] = dict,
    filing_url: str | None = None,
    phones: Path | None = None,
) -> "ASGIApp":
    """Return the pages of `faces` around the cards at `places`; `set_clock` sets the practice's own clock.

    `clerks` gives the practice clerks' passwords, for the counter to show. `filing_url` is the practice filing desk's.
    In the folder `phones` lie the practice certificates on phones, one file for each card.
    """
    from kaijo import web

    return web.pages(
        faces=faces,
        service=service_url,
        places=places,
        clock=clock,
        note_last_try=lambda reading: note_last_try(clock, reading),
        set_clock=set_clock,
        clerks=clerks,
        terminals=terminal_keys(service_url, clock),
        filing=filing_url,
        phones=None if phones is None else web.Phones(make_folder(phones), partial(PracticePhoneIssuer, clock)),
    )


def guide(clock: Clock) -> "ASGIApp":
    """Return the guide's pages alone: they need neither a card nor the service."""
    from kaijo import web

    return web.pages(faces=("guide",), service="http://127.0.0.1", places=web.NoPlaces(), clock=clock)


def local_places(data: Path, clock: Clock) -> "LocalPlaces":
    """Return the places for cards under `data`, with a card for every test person. Raises as issuer and card files."""
    from kaijo.places import LocalPlaces

    places = LocalPlaces(make_folder(data / "cards"), clock)
    places.issue_missing(practice_issuer(clock))
    return places


def run(
    app: "ASGIApp",
    port: int,
    *,
    open_url: str | None = None,
    stopping: Callable[[], None] | None = None,
    notice: timedelta = timedelta(),
) -> None:
    """Serve `app` on loopback until stopped; show `open_url` in a browser once it answers, where there is a screen.

    `stopping` and `notice` are as in `kaijo.service.server.run`. Raises ServiceTrouble `service.port-in-use`.
    """
    import gc

    from kaijo.service import server

    gc.set_threshold(*_SERVERS_GC)

    def on_ready(_port: int) -> None:
        if open_url is not None and _has_screen():
            import webbrowser

            webbrowser.open(open_url)

    server.run(app, port=port, ready=on_ready, stopping=stopping, notice=notice)


def _has_screen() -> bool:
    # Without one, `webbrowser` would start a text browser in the middle of our own output.
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
