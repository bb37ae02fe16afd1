"""`kaijo kiosk`: the kiosk, as pages, or without them (`reset`)."""

from pathlib import Path

import click

from kaijo import app
from kaijo.cli.options import SERVICE_PORT, card_options, clock_option, service_option
from kaijo.cli.pages import pages_options, serve_pages
from kaijo.cli.pin_entry import ask, last_try_consent, show_tries
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at

_PAGES_PORT = SERVICE_PORT + 2


@click.group("kiosk", invoke_without_command=True)
@pages_options(_PAGES_PORT)
@service_option
@clock_option
@lang_option
@click.pass_context
def command(context: click.Context, port: int, service: str, clock: str | None, *, no_browser: bool) -> None:
    """店のキオスク端末。動詞がなければ画面を開く / the kiosk; without a verb, its pages."""
    if context.invoked_subcommand is None:
        serve_pages("kiosk", port=port, service=service, clock=clock_at(clock), no_browser=no_browser)


@command.command()
@card_options
@service_option
@clock_option
@click.option("--name", default="kiosk-1", show_default=True, help="キオスクの名前 / the kiosk's name")
@lang_option
@json_option
def reset(card: Path | None, reader: str | None, service: str, clock: str | None, name: str) -> None:
    """予約した暗証番号を再設定する / reset the reserved PIN. Asks for proof PIN, new PIN, new PIN again."""
    from kaijo.card.guard import Guard
    from kaijo.terminals.client import ServiceClient
    from kaijo.terminals.kiosk import Kiosk, KioskStep

    def tell(step: KioskStep) -> None:
        speech().say(f"kiosk.step.{step.name.lower()}")

    time = clock_at(clock)
    guard = Guard(app.open_link(card, reader), time)
    try:
        with ServiceClient(service, terminals=app.terminal_keys(service, time)) as client:
            kiosk = Kiosk(guard, client, time, name=name, on_step=tell)
            visit = kiosk.open()
            show_tries(guard, visit.proof)
            try:
                proof = ask("cli.ask-proof", kind=visit.proof.kind)
                new, again = ask("cli.ask-new", kind=visit.kind), ask("cli.ask-again", kind=visit.kind)
                consent = last_try_consent(guard, time, visit.proof)
            except BaseException:
                kiosk.end(visit.session)
                raise
            done = kiosk.reset(visit, proof, new, again, consent=consent)
    finally:
        guard.close()
    if speech().json:
        speech().answer({"completed": done.as_dict()})
        return
    speech().say("cli.reset-done", kind=done.kind, completed_at=done.completed_at)
