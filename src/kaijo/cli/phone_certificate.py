"""`kaijo phone certificate` and what comes after it: how it stands, a finger or face, resetting the phone's PINs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from kaijo import app
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.pin_entry import ask, last_try_consent, show_tries
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import Clock, clock_at
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.card.guard import Guard
    from kaijo.signing.unlock import SigningKey
    from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneTries

T = TypeVar("T")

_file_option = click.option(
    "--phone",
    "file",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="スマートフォンの代わりになるファイル / the file that stands for the phone",
)


@click.command()
@_file_option
@card_options
@clock_option
@lang_option
@json_option
def certificate(file: Path, card: Path | None, reader: str | None, clock: str | None) -> None:
    """【練習用】スマホ用電子証明書を作る / set up certificates on the phone; asks for the card's signature PIN."""
    from kaijo.card.guard import Guard
    from kaijo.terminals.phone_certificate import set_up
    from kaijo.terminals.phone_file import KINDS
    from kaijo.terminals.proof import practice_certificate

    time = clock_at(clock)
    guard = Guard(app.open_link(card, reader), time)
    try:
        practice_certificate(guard, time)
        key, new = _card_key(
            guard, time, PinKind.SIGNATURE, lambda: {one: ask("phonecert.ask-new", kind=one) for one in KINDS}
        )
        set_up(file, key, app.PracticePhoneIssuer(time), new)
    finally:
        guard.close()
    _tell(file, "phonecert.made")


@click.command()
@_file_option
@lang_option
@json_option
def show(file: Path) -> None:
    """【練習用】スマホ用電子証明書のようす / how the phone's certificates and PINs stand; spends no try."""
    _tell(file)


@click.command()
@click.argument("switch", type=click.Choice(["on", "off"]))
@_file_option
@lang_option
@json_option
def biometric(switch: str, file: Path) -> None:
    """【練習用】指や顔の代わりのボタンを使う / a button stands for a finger or face, not real ones; asks the PIN."""
    from kaijo.facts.phonecert import phone_biometrics
    from kaijo.terminals.phone_certificate import PhoneCertificates

    phone = PhoneCertificates(file)
    if switch == "off":
        phone.switch_off()
    else:
        for kind in phone_biometrics().kinds:
            phone.switch_on(kind, ask_phone(phone.askable(kind)))
    _tell(file)


@click.command("reset-own")
@click.option(
    "--pin",
    "kind",
    type=click.Choice([kind.value for kind in (PinKind.AUTHENTICATION, PinKind.SIGNATURE)]),
    required=True,
    callback=lambda _context, _option, value: PinKind(value),
    help="再設定するスマートフォンの暗証番号 / the phone's PIN to reset",
)
@_file_option
@card_options
@clock_option
@lang_option
@json_option
def reset_own(kind: PinKind, file: Path, card: Path | None, reader: str | None, clock: str | None) -> None:
    """【練習用】スマホ用の暗証番号を再設定 / reset a PIN of the phone's certificates, with the card held to it."""
    from kaijo.card.guard import Guard
    from kaijo.facts.phonecert import phone_reset
    from kaijo.terminals.phone_certificate import PhoneCertificates
    from kaijo.terminals.proof import practice_certificate

    time, phone, rule = clock_at(clock), PhoneCertificates(file), phone_reset(kind)
    guard = Guard(app.open_link(card, reader), time)
    try:
        holder = practice_certificate(guard, time)
        if rule.on_phone:
            proof = ask_phone(phone.askable(rule.proof))
            new = ask("phonecert.ask-new", kind=kind)
            phone.reset_by_phone(kind, proof, new, card=holder, issuer=app.PracticePhoneIssuer(time))
        else:
            key, new = _card_key(guard, time, rule.proof, lambda: ask("phonecert.ask-new", kind=kind))
            phone.reset_by_card(kind, key, new)
    finally:
        guard.close()
    _tell(file, "phonecert.reset", kind=kind)


def ask_phone(shown: "PhoneTries") -> str:
    """Return what was typed for a PIN of the phone, after its tries were said."""
    return ask("phonecert.ask", kind=shown.kind, tries_left=shown.tries_left)


def _card_key(guard: "Guard", time: Clock, kind: PinKind, ask_more: Callable[[], T]) -> tuple["SigningKey", T]:
    """Return the card's key and what else is asked for before its PIN is tried."""
    from kaijo.errors import Refused
    from kaijo.signing.unlock import unlock

    shown = guard.tries(kind)
    if shown.locked:
        raise Refused("card.locked", kind=kind)
    show_tries(guard, shown)
    typed = ask("signing.ask-pin", kind=kind)
    more = ask_more()
    consent = last_try_consent(guard, time, shown)
    return unlock(guard, kind, typed, shown=shown, consent=consent), more


def _tell(file: Path, *done: str, **data: object) -> None:
    """Say what was `done`, then how the phone stands."""
    from kaijo.facts.phonecert import phone_biometrics
    from kaijo.terminals.phone_certificate import PhoneCertificates
    from kaijo.terminals.phone_file import KINDS

    said, phone = speech(), PhoneCertificates(file)
    if said.json:
        said.answer(_as_dict(file, phone))
        return
    for code in done:
        said.say(code, path=file, **data)
    said.say("phonecert.until", until=phone.until())
    for kind in KINDS:
        tries = phone.tries(kind)
        said.say("phonecert.tries", kind=kind, tries_left=tries.tries_left, tries_max=tries.tries_max)
    for kind in phone_biometrics().kinds:
        now = phone.biometric(kind)
        said.say(f"phonecert.biometric.{'on' if now.on else 'off'}", kind=kind, tries_left=now.tries_left)


def _as_dict(file: Path, phone: "PhoneCertificates") -> dict[str, object]:
    from kaijo.facts.phonecert import phone_biometrics
    from kaijo.terminals.phone_file import KINDS

    tries = [phone.tries(kind) for kind in KINDS]
    biometrics = [(kind, phone.biometric(kind)) for kind in phone_biometrics().kinds]
    return {
        "practice": True,
        "phone": str(file),
        "until": phone.until().isoformat(),
        "pins": [{"pin": one.kind.value, "tries_left": one.tries_left, "tries_max": one.tries_max} for one in tries],
        "biometrics": [
            {"pin": kind.value, "on": one.on, "tries_left": one.tries_left, "tries_max": one.tries_max}
            for kind, one in biometrics
        ],
    }
