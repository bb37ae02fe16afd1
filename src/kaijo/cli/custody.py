"""Where the keys are, and asking for what opens them: in a file named in the environment, at a terminal, or by line.

Passphrases and PINs come never from arguments and never from the environment itself: other programs can read those.
"""

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.speech import speech
from kaijo.errors import ServiceTrouble, UsageProblem

if TYPE_CHECKING:
    from kaijo.reset.ports import CardKeys

# Names of variables that name files.
PASSPHRASE_FILE = "KAIJO_PASSPHRASE_FILE"  # noqa: S105
TOKEN_PIN_FILE = "KAIJO_TOKEN_PIN_FILE"  # noqa: S105
_MOST_BYTES = 1024

key_file_type = click.Path(path_type=Path, dir_okay=False)
token_option = click.option(
    "--token", metavar="LABEL", help="PKCS#11トークンの名前（--module も必要） / a PKCS#11 token, with --module"
)
module_option = click.option(
    "--module",
    metavar="FILE",
    envvar="KAIJO_TOKEN_MODULE",
    help="トークンのPKCS#11モジュール / the token's PKCS#11 module",
)


def one_token(file: Path | None, token: str | None, module: str | None) -> tuple[str, str]:
    """Return module and token. Raises UsageProblem `keys.one-place` unless exactly these two are named."""
    if file is not None or token is None or module is None:
        raise UsageProblem("keys.one-place")
    return module, token


def card_keys(file: Path | None, token: str | None, module: str | None) -> "CardKeys | None":
    """Return the administration keys in a protected file or in a token, None when neither is named.

    Raises as `one_token`, `passphrase`, `read_key_file` and `app.token_keys`.
    """
    if token is not None:
        return app.token_keys(*one_token(file, token, module), token_pin())
    if file is None:
        return None
    from kaijo.service.cardadmin import KeyFileCardKeys
    from kaijo.service.keyfile import read_key_file

    return KeyFileCardKeys(read_key_file(file, passphrase))


def passphrase() -> bytes:
    """Return the passphrase of a key file.

    Raises UsageProblem `keys.no-secret`, and ServiceTrouble as `read_private` for the file that is named.
    """
    return _given(PASSPHRASE_FILE) or _ask("keys.ask-passphrase").encode()


def new_passphrase(*, change: bool = False) -> bytes:
    """Return a passphrase to be used from now on; it is typed twice. With `change` the named file holds the old one.

    Raises as `passphrase`, and UsageProblem `keys.secrets-differ`.
    """
    given = None if change else _given(PASSPHRASE_FILE)
    if given is not None:
        return given
    first = _ask("keys.ask-new-passphrase")
    if _ask("keys.ask-again") != first:
        raise UsageProblem("keys.secrets-differ")
    return first.encode()


def token_pin() -> str:
    """Return the PIN of a PKCS#11 token. Raises as `passphrase`."""
    given = _given(TOKEN_PIN_FILE)
    try:
        return _ask("keys.ask-token-pin") if given is None else given.decode()
    except UnicodeDecodeError:
        raise ServiceTrouble("keys.wrong-token-pin") from None


def _given(variable: str) -> bytes | None:
    from kaijo.service.keyfile import read_private

    path = os.environ.get(variable)
    return None if not path else read_private(Path(path), _MOST_BYTES).rstrip(b"\r\n")


def _ask(label: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(speech().label(label) + ": ")
    line = sys.stdin.readline()
    if not line:
        raise UsageProblem("keys.no-secret", passphrase=PASSPHRASE_FILE, pin=TOKEN_PIN_FILE)
    return line.rstrip("\r\n")
