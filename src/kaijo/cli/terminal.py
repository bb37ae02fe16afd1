"""`kaijo terminal`: which kiosks and counters the service knows. Here the operator lets them in, and shuts them out."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import clock_option, service_option, store_options
from kaijo.cli.pin_entry import ask
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at

_name = click.argument("name", metavar="NAME")


@click.group("terminal")
def command() -> None:
    """登録されたキオスクと窓口の端末 / the kiosks and counters that are enrolled."""


@command.command("enrol")
@_name
@click.option("--place", type=click.Choice(["kiosk", "counter"]), default="kiosk", show_default=True)
@store_options
@lang_option
@json_option
def enrol(name: str, place: str, data: Path | None, database: str | None, clock: str | None) -> None:
    """登録コードを発行する / make the code with which one terminal may join, once."""
    from kaijo.reset.records import Place
    from kaijo.reset.terminals import enrol as expect

    with app.gatehouse(data or app.home() / "service", clock_at(clock), database=database) as house:
        expected, code = expect(house, name=name, place=Place(place))
    if speech().json:
        speech().answer({"name": name, "place": place, "code": code, "until": expected.code_ends_at.isoformat()})
        return
    speech().say("terminal.made", name=name, given=code, until=expected.code_ends_at)


@command.command("join")
@service_option
@clock_option
@lang_option
@json_option
def join(service: str, clock: str | None) -> None:
    """この機械を登録する。コードは標準入力から / enrol this machine; the code is asked for, or comes on stdin."""
    from kaijo.terminals.client import ServiceClient

    time = clock_at(clock)
    with ServiceClient(service) as client:
        own = client.join(ask("terminal.ask-code"), time)
    file = app.key_file(service, own.place)
    own.save(file)
    if speech().json:
        speech().answer({"name": own.name, "place": own.place, "id": own.id, "key_file": str(file)})
        return
    speech().say("terminal.joined", name=own.name, path=str(file))


@command.command("list")
@store_options
@lang_option
@json_option
def listed(data: Path | None, database: str | None, clock: str | None) -> None:
    """端末の一覧 / every terminal."""
    from kaijo.reset.terminals import standing

    with app.gatehouse(data or app.home() / "service", clock_at(clock), database=database) as house:
        rows = standing(house)
    if speech().json:
        speech().answer([row.as_dict() for row in rows])
        return
    for row in rows:
        state = speech().label(f"terminal.state.{row.state}")
        place = speech().label(f"terminal.place.{row.terminal.place.value}")
        speech().say("terminal.row", name=row.terminal.name, place=place, state=state)
        if row.seen_at is not None:
            speech().say("terminal.seen", seen_at=row.seen_at)


@command.command("revoke")
@_name
@store_options
@lang_option
@json_option
def revoke(name: str, data: Path | None, database: str | None, clock: str | None) -> None:
    """盗まれた・外した端末を締め出す。すぐに効く / shut out a terminal that was stolen or taken away, at once."""
    from kaijo.reset.terminals import revoke as shut_out

    with app.gatehouse(data or app.home() / "service", clock_at(clock), database=database) as house:
        gone = shut_out(house, name=name)
    if speech().json:
        speech().answer({"name": name, "id": gone.id, "revoked": True})
        return
    speech().say("terminal.gone", name=name)
