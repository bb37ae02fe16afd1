"""`kaijo serve`: the reservation service as a process of its own."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from threading import Thread

import click

from kaijo import app
from kaijo.cli.custody import card_keys, key_file_type, module_option, token_option
from kaijo.cli.options import SERVICE_PORT, clock_option, data_option, database_option, face_option, terminals_option
from kaijo.cli.speech import lang_option, speech
from kaijo.clock import SharedClock, clock_at
from kaijo.errors import UsageProblem


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=SERVICE_PORT, show_default=True)
@data_option
@database_option
@face_option
@terminals_option
@click.option(
    "--limits",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    envvar="KAIJO_LIMITS",
    help="off は負荷を測るときだけ / how often somebody may begin; off for measuring load alone",
)
@click.option(
    "--proxied",
    is_flag=True,
    help="前に置いたプロキシの X-Forwarded-For を信じる / believe X-Forwarded-For of a proxy of yours in front",
)
@click.option(
    "--keys",
    "key_file",
    metavar="FILE",
    type=key_file_type,
    help="暗号化した鍵のファイル（なければ練習用の鍵） / a protected key file; without one, the practice keys",
)
@token_option
@module_option
@clock_option
@click.option(
    "--clock-file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="テスト用カードだけ：kaijo up と同じ時計を使う / test cards only: the clock that `kaijo up` sets",
)
@click.option(
    "--metrics-port",
    metavar="N",
    type=click.IntRange(1, 65535),
    help="Prometheusのための別のポート / a port of its own for Prometheus, on loopback too",
)
@click.option(
    "--notice",
    metavar="SECONDS",
    type=click.FloatRange(0, 60),
    default=0,
    show_default=True,
    help="SIGTERMのあと /ready を否として受け付けを続ける秒数 / how long to go on after SIGTERM with /ready saying no",
)
@click.option("--until-eof", is_flag=True, hidden=True)
@lang_option
def command(
    *,
    port: int,
    data: Path | None,
    database: str | None,
    face: str,
    terminals: str,
    limits: str,
    proxied: bool,
    key_file: Path | None,
    token: str | None,
    module: str | None,
    clock: str | None,
    clock_file: Path | None,
    metrics_port: int | None,
    notice: float,
    until_eof: bool,
) -> None:
    """予約サービスを動かす / run the reservation service on loopback."""
    if clock is not None and clock_file is not None:
        raise UsageProblem("usage.two-clocks")
    time = clock_at(clock) if clock_file is None else SharedClock(clock_file)
    keys = card_keys(key_file, token, module)
    watch = app.telemetry(time)
    folder = data or app.home() / "service"
    service = app.service(
        folder,
        time,
        face_required=face == "required",
        keys=keys,
        database=database,
        watch=watch,
        terminals_required=terminals == "required",
        proxied=proxied,
        limited=limits == "on",
    )
    if metrics_port is not None:
        watch.expose(metrics_port)
    if until_eof:
        Thread(target=_stop_at_end_of_input, daemon=True).start()
    speech().say("cli.serving", url=f"http://127.0.0.1:{port}")
    app.keep_pruning(folder, time, database)
    app.run_watched(service, port, watch, notice=timedelta(seconds=notice))


def _stop_at_end_of_input() -> None:
    """Stop in peace when whoever started this process is gone, however it ended."""
    # Past the buffer of `sys.stdin`: a thread that sits in it when the interpreter ends would crash that end.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
