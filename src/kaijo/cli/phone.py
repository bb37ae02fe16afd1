"""`kaijo phone`: the phone, as pages, or without them (`reserve`, and its own certificates)."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import SERVICE_PORT, card_options, clock_option, pin_option, service_option
from kaijo.cli.pages import pages_options, serve_pages
from kaijo.cli.phone_certificate import biometric, certificate, reset_own, show
from kaijo.cli.pin_entry import ask, last_try_consent, show_tries
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at
from kaijo.facts.pins import PinKind

_PAGES_PORT = SERVICE_PORT + 1


@click.group("phone", invoke_without_command=True)
@pages_options(_PAGES_PORT)
@service_option
@clock_option
@lang_option
@click.pass_context
def command(context: click.Context, port: int, service: str, clock: str | None, *, no_browser: bool) -> None:
    """スマートフォンの端末。動詞がなければ画面を開く / the phone; without a verb, its pages."""
    if context.invoked_subcommand is None:
        serve_pages("phone", port=port, service=service, clock=clock_at(clock), no_browser=no_browser)


@command.command()
@pin_option
@card_options
@service_option
@clock_option
@lang_option
@json_option
def reserve(kind: PinKind, card: Path | None, reader: str | None, service: str, clock: str | None) -> None:
    """再設定を予約する / reserve the reset of a PIN. Asks for the proof PIN."""
    from kaijo.card.guard import Guard
    from kaijo.terminals.client import ServiceClient
    from kaijo.terminals.phone import Phone

    time = clock_at(clock)
    guard = Guard(app.open_link(card, reader), time)
    try:
        with ServiceClient(service) as client:
            phone = Phone(guard, client, time)
            shown = phone.look(kind)
            show_tries(guard, shown)
            proof = ask("cli.ask-proof", kind=shown.kind)
            made = phone.reserve(kind, proof, shown=shown, consent=last_try_consent(guard, time, shown))
    finally:
        guard.close()
    if speech().json:
        speech().answer({"reservation": made.as_dict()})
        return
    speech().say("cli.reserved", kind=made.kind, expires_at=made.expires_at, chains=made.chains)
    if made.replaced:
        speech().say("cli.replaced")


for _one in (certificate, show, biometric, reset_own):
    command.add_command(_one)
