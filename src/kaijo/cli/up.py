"""`kaijo up`: the whole system on this machine."""

import signal
import sys
from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import PORT, clock_option, data_option, face_option
from kaijo.cli.speech import lang_option, speech
from kaijo.clock import SharedClock, parse_time


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65533), default=PORT, show_default=True)
@data_option
@click.option("--no-browser", is_flag=True, help="ブラウザーを開かない / do not open a browser")
@clock_option
@face_option
@lang_option
def command(port: int, data: Path | None, clock: str | None, face: str, *, no_browser: bool) -> None:
    """全体を動かす（予約サービスと申告窓口は次の2つのポート）/ run everything; service and desk take the next ports."""
    from kaijo.processes import service_process

    # The pages' server hands a SIGTERM on after it stopped; leaving in the ordinary way also stops the service.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = app.make_folder(data or app.home() / "town")
    time = SharedClock(folder / "clock.txt")
    time.set(None if clock is None else parse_time(clock))
    speech().say("up.preparing")
    places = app.local_places(folder, time)
    running = service_process(
        data=folder / "service", clock_file=time.file, port=port + 1, face=face, terminals="required"
    )
    desk = app.filing_desk(folder / "filing", time)
    with running as service, app.serving(desk, port + 2) as filing:
        own = (("kiosk-1", "kiosk"), ("counter-1", "counter"))
        app.admit(folder / "service", service, time, own, keys=folder / "terminals")
        url = f"http://127.0.0.1:{port}/"
        speech().say("up.running", url=url, service=service)
        speech().say("filing.running", url=f"{url}filing", api=filing)
        for clerk, password in app.practice_clerks(folder / "service").items():
            speech().say("up.clerk", clerk=clerk, password=password)
        app.run(
            app.pages(
                places,
                service,
                time,
                faces=("home", "guide", "phone", "kiosk", "counter", "filing", "ops"),
                set_clock=time.set,
                clerks=lambda: app.practice_clerks(folder / "service"),
                filing_url=filing,
                phones=folder / "phones",
            ),
            port,
            open_url=None if no_browser else url,
        )
