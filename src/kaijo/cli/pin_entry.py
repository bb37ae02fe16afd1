"""Asking for PINs: hidden at a terminal, one per line in the order asked when stdin is none. Never from arguments."""

import getpass
import sys

import click

from kaijo.card.guard import TriesReading
from kaijo.cli.speech import speech
from kaijo.errors import UsageProblem


def ask(label: str, **data: object) -> str:
    """Return what was typed for `label`. Raises UsageProblem `usage.no-pin` when there is nothing to read."""
    if sys.stdin.isatty():
        return getpass.getpass(speech().label(label, **data) + ": ")
    line = sys.stdin.readline()
    if not line:
        raise UsageProblem("usage.no-pin")
    return line.rstrip("\r\n")


def show_tries(reading: TriesReading) -> None:
    """Say, before anybody types, how many tries are left and what a miss would cost."""
    data = {"kind": reading.kind, "tries_left": reading.tries_left, "tries_max": reading.tries_max}
    click.echo(speech().label("cli.tries", **data), err=True)
    if reading.tries_left < reading.tries_max:
        click.secho(speech().label("cli.tries-careful"), fg="yellow", err=True)
