"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind

_Command = TypeVar("_Command", bound=Callable[..., Any])

PORT = 8300  # the pages of `kaijo up`; its service answers on the next port
SERVICE_PORT = PORT + 1
FILING_PORT = PORT + 20  # the practice filing desk's pages; its API answers on the next port

pin_option = click.option(
    "--pin",
    "kind",
    type=click.Choice([kind.value for kind in PinKind]),
    required=True,
    callback=lambda _context, _option, value: PinKind(value),
    help="再設定する暗証番号 / the PIN to reset",
)
clock_option = click.option(
    "--clock",
    metavar="TIME",
    help="テスト用カードだけ：この時刻から始める / test cards only: begin at this time (2027-03-15T21:40)",
)
service_option = click.option(
    "--service",
    metavar="URL",
    default=f"http://127.0.0.1:{SERVICE_PORT}",
    envvar="KAIJO_SERVICE",
    show_default=True,
    help="予約サービスのアドレス / address of the reservation service",
)
face_option = click.option(
    "--face",
    type=click.Choice(["required", "not-required"]),
    default="not-required",
    show_default=True,
    help="署名用の予約に顔照合を求めるか / whether a signature PIN reservation needs the face",
)
terminals_option = click.option(
    "--terminals",
    type=click.Choice(["required", "not-required"]),
    default="not-required",
    show_default=True,
    help="登録したキオスク・窓口の端末だけを通すか / whether kiosks and counters must be enrolled",
)
data_option = click.option(
    "--data",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="データを置くフォルダ / folder for data",
)

database_option = click.option(
    "--database",
    metavar="URL",
    envvar="KAIJO_DATABASE",
    help="postgresql://… か、ファイルの場所。パスワードは PGPASSFILE に / or a file; passwords belong in PGPASSFILE",
)


def store_options(command: _Command) -> _Command:
    """Add `--data DIR`, `--database URL` and `--clock TIME`: whose store, and what time it is there."""
    return data_option(database_option(clock_option(command)))


def card_options(command: _Command) -> _Command:
    """Add `--card FILE` and `--reader NAME`: where the card lies."""
    card = click.option(
        "--card",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="仮想カードのファイル / a virtual card's file",
    )
    reader = click.option(
        "--reader", metavar="NAME", help="カードリーダーの名前 / a reader's name (part of it is enough)"
    )
    return card(reader(command))


def one_place(card: Path | None, reader: str | None) -> None:
    """Raise UsageProblem `usage.two-places` when both a card file and a reader were named."""
    if card is not None and reader is not None:
        raise UsageProblem("usage.two-places")
