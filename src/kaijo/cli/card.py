"""`kaijo card`: virtual cards."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import clock_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group("card")
def command() -> None:
    """仮想カード（架空の人物）/ virtual cards of invented persons."""


@command.command()
@lang_option
@json_option
def persons() -> None:
    """テスト用の人物の一覧 / the test persons and their PINs."""
    from kaijo.virtualcard.persons import persons, profile

    listed = [profile(person, clock_at(None).now()) for person in persons()]
    if speech().json:
        speech().answer(listed)
        return
    for person, row in zip(persons(), listed, strict=True):
        click.echo(f"{row['id']:22} {person.story[speech().lang]}")


@command.command()
@_file
@click.option("--person", "person_id", required=True, metavar="P", help="`kaijo card persons` の id")
@click.option(
    "--photo",
    metavar="PICTURE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="カードの顔写真にする画像（顔の確認の練習用）/ the card's photo, to practise the face check with",
)
@clock_option
@lang_option
@json_option
def new(file: Path, person_id: str, photo: Path | None, clock: str | None) -> None:
    """カードを新しく作る / make a new card."""
    from kaijo.virtualcard.cardfile import create
    from kaijo.virtualcard.persons import person, profile

    chosen, time = person(person_id), clock_at(clock)
    own = None
    if photo is not None:
        from kaijo.virtualcard.faces import photo_of

        own = photo_of(photo)
    create(file, app.practice_issuer(time).issue(chosen, time.now(), own))
    if speech().json:
        speech().answer({"file": str(file)} | profile(chosen, time.now()))
        return
    speech().say("cli.card-made", file=file, person=person_id)


@command.command()
@_file
@lang_option
@json_option
def show(file: Path) -> None:
    """カードの中身（テスト用の暗証番号も）/ what a card file holds, its test PINs included."""
    from kaijo.virtualcard.cardfile import load
    from kaijo.virtualcard.show import describe

    described = describe(load(file))
    if speech().json:
        speech().answer(described)
        return
    speech().say("cli.practice")
    for key, value in described.items():
        click.echo(f"{key}: {value}")


@command.command()
@click.option("--out", "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), required=True)
@clock_option
@lang_option
@json_option
def ca(folder: Path, clock: str | None) -> None:
    """練習用の認証局と失効リストを書き出す / write the practice authorities, for others to verify with."""
    files = app.export_authorities(folder, clock_at(clock))
    if speech().json:
        speech().answer({"files": [str(file) for file in files]})
        return
    speech().say("cli.practice-authorities")
    for file in files:
        click.echo(file)


@command.command()
@_file
@click.option("--vpcd", "address", metavar="HOST:PORT", default="127.0.0.1:35963", show_default=True)
@lang_option
def insert(file: Path, address: str) -> None:
    """PC/SCの仮想リーダーに入れる / put the card into the PC/SC daemon's virtual reader (until Ctrl+C)."""
    from kaijo.virtualcard.cardfile import open_card
    from kaijo.virtualcard.vpcd import insert, parse_address

    host, port = parse_address(address)
    card = open_card(file)
    try:
        with insert(card, host, port) as insertion:
            speech().say("cli.card-inserted", file=file, address=address)
            insertion.removed.wait()
            if insertion.error is not None:
                raise insertion.error
    finally:
        card.close()
