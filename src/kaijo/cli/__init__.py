"""The `kaijo` command. Each file holds one command and no logic; a command is imported when it is called."""

import gc
import os
from importlib import import_module

import click

from kaijo import __version__
from kaijo.cli.speech import run

_COMMANDS = (
    "audit",
    "backup",
    "card",
    "check",
    "counter",
    "database",
    "demo",
    "face",
    "facts",
    "filing",
    "guide",
    "keys",
    "kiosk",
    "ledger",
    "next",
    "phone",
    "pin",
    "plan",
    "probe",
    "reader",
    "rehearse",
    "restore",
    "serve",
    "simulate",
    "sign",
    "stopped",
    "terminal",
    "up",
    "verify",
)
_SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "color": False if os.environ.get("NO_COLOR") else None,  # None: where there is a terminal [no-color.org]
}


class _Lazy(click.Group):
    """A group whose commands live in the file of their name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's
        """Import the command's file and return its command."""
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"kaijo.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@click.command(cls=_Lazy, context_settings=_SETTINGS)
@click.version_option(__version__, prog_name="kaijo")
def kaijo() -> None:
    """Kaijo (解除): マイナンバーカードの暗証番号がロックされたときの、いちばん短い戻り道.

    The shortest way back from a locked My Number Card PIN. Messages are Japanese; `--lang en` gives English.
    """


def main() -> None:
    """Run the command line and exit with the code that the ending has."""
    # Loading makes objects by the ten thousand and no garbage; looking for it at every 700th takes 5 ms.
    usual = gc.get_threshold()
    gc.set_threshold(50_000)
    try:
        run(kaijo)
    finally:
        gc.set_threshold(*usual)
