"""`kaijo stopped`: cards whose secure channel failed too often in a row, and letting one go on."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import store_options
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at


@click.group("stopped")
def command() -> None:
    """安全な通信に続けて失敗し、止められたカード / cards that are stopped since the secure channel kept failing."""


@command.command("list")
@store_options
@lang_option
@json_option
def listed(data: Path | None, database: str | None, clock: str | None) -> None:
    """止められたカードの一覧 / every card that is stopped, by its pseudonym."""
    from kaijo.reset.stopping import stopped_cards

    with app.gatehouse(data or app.home() / "service", clock_at(clock), database=database) as house:
        found = stopped_cards(house)
    if speech().json:
        speech().answer([{"pseudonym": one.pseudonym, "since": one.since.isoformat()} for one in found])
        return
    if not found:
        speech().say("stopped.none")
    for one in found:
        speech().say("stopped.row", pseudonym=one.pseudonym, since=one.since)


@command.command("release")
@click.argument("pseudonym", metavar="PSEUDONYM")
@store_options
@lang_option
@json_option
def release(pseudonym: str, data: Path | None, database: str | None, clock: str | None) -> None:
    """カードを確かめたあと、また使えるようにする / let a card go on, once somebody looked at it."""
    from kaijo.reset.stopping import release_card

    with app.gatehouse(data or app.home() / "service", clock_at(clock), database=database) as house:
        release_card(house, pseudonym=pseudonym)
    if speech().json:
        speech().answer({"pseudonym": pseudonym, "released": True})
        return
    speech().say("stopped.released")
