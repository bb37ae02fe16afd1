"""Asking for PINs: hidden at a terminal, one per line in the order asked when stdin is none. Never from arguments."""

import getpass
import sys

import click

from kaijo import app
from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.cli.speech import speech
from kaijo.clock import Clock
from kaijo.errors import GuardRefused, UsageProblem
from kaijo.facts.pins import tries_floor


def ask(label: str, **data: object) -> str:
    """Return what was typed for `label`. Raises UsageProblem `usage.no-pin` when there is nothing to read."""
    if sys.stdin.isatty():
        try:
            return getpass.getpass(speech().label(label, **data) + ": ")
        except EOFError:
            raise UsageProblem("usage.no-pin") from None
    line = sys.stdin.readline()
    if not line:
        raise UsageProblem("usage.no-pin")
    return line.rstrip("\r\n")


def show_tries(guard: Guard, shown: TriesReading) -> None:
    """Say, before anybody types, how many tries are left, whether to stop, and what a miss would cost."""
    from kaijo.doctor.stopping import read_stopping

    stop = read_stopping(guard, shown)
    data = {"kind": shown.kind, "tries_left": shown.tries_left, "tries_max": shown.tries_max}
    click.echo(speech().label("cli.tries", **data), err=True)
    if stop.advised:
        click.secho(speech().label("stop.advice"), fg="yellow", bold=True, err=True)
        click.secho(speech().label(stop.cost, **stop.data), fg="yellow", err=True)


def last_try_consent(guard: Guard, clock: Clock, shown: TriesReading) -> LastTryConsent | None:
    """Return the holder's consent where the last try is at stake, None where it is not.

    Consent is a sentence typed in full, never a key, followed at once by a fresh reading; it is noted without the
    PIN. Raises GuardRefused `guard.last-try` for anything else.
    """
    if shown.tries_left >= tries_floor():
        return None
    from kaijo.doctor.stopping import consents

    sentence = speech().label("stop.sentence")
    click.secho(speech().label("stop.last", sentence=sentence), fg="red", bold=True, err=True)
    if sys.stdin.isatty():
        click.echo(speech().label("stop.ask-sentence") + ": ", nl=False, err=True)
    typed = sys.stdin.readline()
    if not consents(typed, speech().lang):
        raise GuardRefused("guard.last-try", kind=shown.kind, tries_left=shown.tries_left)
    reading = guard.tries(shown.kind)
    app.note_last_try(clock, reading)
    return LastTryConsent(reading)
