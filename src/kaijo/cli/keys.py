"""`kaijo keys`: the operator's administration keys, in a file or in a PKCS#11 token."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from kaijo import app
from kaijo.cli.custody import (
    key_file_type,
    module_option,
    new_passphrase,
    one_token,
    passphrase,
    token_option,
    token_pin,
)
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock
from kaijo.errors import UsageProblem

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _place(command: _Command) -> _Command:
    """Add where the keys are: a file, or a token and its module."""
    file = click.argument("file", metavar="[FILE]", type=key_file_type, required=False)
    return file(token_option(module_option(lang_option(json_option(command)))))


@click.group("keys")
def command() -> None:
    """カード管理用の鍵 / the administration keys."""


@command.command("new")
@click.option("--practice", is_flag=True, help="練習用の発行者の鍵を入れる / with the practice issuer's master")
@_place
def new(file: Path | None, token: str | None, module: str | None, *, practice: bool) -> None:
    """鍵を作る / make the first master key."""
    if file is None or token is not None:
        if practice:
            raise UsageProblem("keys.one-place")
        _make_in_token(*one_token(file, token, module), first=True)
        return
    from kaijo.service.keyfile import FIRST_VERSION, KEY_SIZE, protect, write_key_file

    master = app.practice_issuer(SystemClock()).administration_master if practice else secrets.token_bytes(KEY_SIZE)
    write_key_file(file, protect({FIRST_VERSION: master}, new_passphrase()), new=True)
    _tell_file(file, {FIRST_VERSION: master})


@command.command("protect")
@click.argument("file", metavar="FILE", type=key_file_type)
@lang_option
@json_option
def protect_file(file: Path) -> None:
    """平文の鍵を暗号化する、またはパスフレーズを替える / encrypt a key in clear, or change the passphrase."""
    from kaijo.service.keyfile import MOST_FILE, is_protected, protect, read_key_file, read_private, write_key_file

    change = is_protected(read_private(file, MOST_FILE))
    keys = read_key_file(file, passphrase, practice=True)
    write_key_file(file, protect(keys, new_passphrase(change=change)), new=False)
    _tell_file(file, keys)


@command.command("rotate")
@_place
def rotate(file: Path | None, token: str | None, module: str | None) -> None:
    """次の版の鍵を加える。前の版は残る / add the next version; those before it stay."""
    if file is None or token is not None:
        _make_in_token(*one_token(file, token, module), first=False)
        return
    from kaijo.service.keyfile import KEY_SIZE, protect, read_key_file, write_key_file

    known = passphrase()
    keys = read_key_file(file, lambda: known)
    keys = {**keys, max(keys) + 1: secrets.token_bytes(KEY_SIZE)}
    write_key_file(file, protect(keys, known), new=False)
    _tell_file(file, keys)


@command.command("status")
@_place
def status(file: Path | None, token: str | None, module: str | None) -> None:
    """鍵の版と照合値を示す / show versions and their check values."""
    if file is None or token is not None:
        _tell_token(*one_token(file, token, module))
        return
    from kaijo.service.keyfile import MOST_FILE, is_protected, read_key_file, read_private

    _tell_file(
        file,
        read_key_file(file, passphrase, practice=True),
        protected=is_protected(read_private(file, MOST_FILE)),
    )


def _make_in_token(module: str, token: str, *, first: bool) -> None:
    made = app.make_master_in_token(module, token, token_pin(), first=first)
    if speech().json:
        speech().answer({"place": token, "protected": True, "made": made})
        return
    speech().say("keys.made-in-token", token=token, version=made)


def _tell_token(module: str, token: str) -> None:
    _tell(token, app.token_keys(module, token, token_pin()).check_values(), protected=True)


def _tell_file(file: Path, keys: Mapping[int, bytes], *, protected: bool = True) -> None:
    from kaijo.service.cardadmin import KeyFileCardKeys

    _tell(str(file), KeyFileCardKeys(keys).check_values(), protected=protected)


def _tell(place: str, checks: Mapping[int, str], *, protected: bool) -> None:
    if speech().json:
        versions = [{"version": version, "check": check} for version, check in checks.items()]
        speech().answer({"place": place, "protected": protected, "versions": versions})
        return
    speech().say("keys.protected" if protected else "keys.in-clear", place=place)
    for version, check in checks.items():
        speech().say("keys.version", version=version, check=check)
