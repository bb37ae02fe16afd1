"""`kaijo pin`: changing a PIN whose present value is known; choosing and keeping are in their own file."""

import sys
from pathlib import Path

import click

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.card.link import Link
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.pin_entry import ask, last_try_consent, show_tries
from kaijo.cli.pin_keep import keep, recall, suggest
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at
from kaijo.errors import CardTrouble, GuardRefused, Refused
from kaijo.facts.pins import PinKind

_RETURN_SECONDS = 10.0


@click.group("pin")
def command() -> None:
    """暗証番号 / PINs."""


for _one in (suggest, keep, recall):
    command.add_command(_one)


@command.command()
@click.argument("kind", type=click.Choice([kind.value for kind in PinKind]))
@card_options
@clock_option
@lang_option
@json_option
def change(kind: str, card: Path | None, reader: str | None, clock: str | None) -> int:
    """いまの番号がわかるときに変更する / change a PIN. Asks for the present one, the new one, the new one again."""
    time = clock_at(clock)
    guard = Guard(app.open_link(card, reader), time)
    try:
        wanted = PinKind(kind)
        shown = guard.tries(wanted)
        if shown.locked:
            raise Refused("card.locked", kind=wanted)
        show_tries(guard, shown)
        old = ask("cli.ask-present", kind=wanted)
        new = _new_pin(guard, wanted)
        consent = last_try_consent(guard, time, shown)
        try:
            guard.change(wanted, old, new, shown=shown, consent=consent)
            valid_new = True
        except CardTrouble as trouble:
            if trouble.code not in {"card.change-unknown", "card.verify-unknown"}:
                raise
            guard.close()
            guard = Guard(_returned(card, reader), time)
            valid_new = guard.new_is_valid(wanted, old, new, shown=guard.tries(wanted))
    finally:
        guard.close()
    if speech().json:
        speech().answer({"kind": wanted.value, "valid": "new" if valid_new else "old"})
    else:
        speech().say("cli.changed" if valid_new else "cli.unchanged", kind=wanted)
    return 0 if valid_new else 1


def _new_pin(guard: Guard, kind: PinKind) -> str:
    """Ask twice; advise against what is easy to guess, and let the holder choose again."""
    from kaijo.keep.weakness import weaknesses

    while True:
        new, again = ask("cli.ask-new", kind=kind), ask("cli.ask-again", kind=kind)
        found = weaknesses(kind, new, card_number=_card_number(guard))
        if new != again:
            raise GuardRefused("guard.pins-differ", kind=kind)
        for code in found:
            click.secho(speech().label(code), fg="yellow", err=True)
        if not found or not sys.stdin.isatty() or click.confirm(speech().label("cli.use-weak"), err=True):
            return new


def _card_number(guard: Guard) -> str | None:
    from kaijo.card.resident import CommonSession

    try:
        return CommonSession(guard).card_info().serial
    except CardTrouble:
        return None


def _returned(card: Path | None, reader: str | None) -> Link:
    """Wait for the card to come back; then the card itself is asked which PIN is valid, nothing is guessed."""
    click.secho(speech().label("cli.card-left"), fg="yellow", err=True)
    return app.open_link(card, reader, wait=_RETURN_SECONDS)
