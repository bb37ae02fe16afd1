"""`kaijo sign`: the card signs a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.pin_entry import ask, last_try_consent, show_tries
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.cli.waiting import waiting
from kaijo.clock import Clock, clock_at
from kaijo.errors import Refused, ServiceTrouble, UsageProblem
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.card.guard import Guard
    from kaijo.signing.unlock import SigningKey

_KINDS = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
_FORMS = ("cms", "xml", "xades", "pdf")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("sign")
@click.argument("file", type=_FILE)
@click.option("--as", "form", type=click.Choice(_FORMS), required=True, help="署名の形 / the form of the signature")
@click.option("--out", metavar="FILE", type=_FILE, help="書き出すファイル / the file to write")
@click.option("--with", "kind", type=click.Choice([kind.value for kind in _KINDS]), default=_KINDS[0].value)
@click.option("--attached", is_flag=True, help="CMSに元のファイルを入れる / put the file inside the CMS")
@card_options
@clock_option
@lang_option
@json_option
def command(
    *,
    file: Path,
    form: str,
    out: Path | None,
    kind: str,
    card: Path | None,
    reader: str | None,
    clock: str | None,
    attached: bool,
) -> None:
    """カードでファイルに署名する / sign a file with the card. Asks for the PIN."""
    try:
        from kaijo.signing.form import Form, check_writable, read_file, write_file
        from kaijo.signing.making import check_signable, sign
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("signing.no-extra", module=missing.name or "") from None
    from kaijo.card.guard import Guard

    wanted, time = Form(form), clock_at(clock)
    content, target = read_file(file), out or _beside(file, form, attached=attached)
    if target.exists() and (out is None or target.samefile(file)):
        raise UsageProblem("signing.in-the-way", path=str(target))
    check_writable(target)
    check_signable(content, wanted)
    guard = Guard(app.open_link(card, reader), time)
    try:
        key = _unlock(guard, PinKind(kind), time, shifted=clock is not None)
        _progress("signing.step.sign")
        signed_at = time.now()
        with waiting("signing.step.sign"):
            signed = sign(content, wanted, key, signed_at, attached=attached)
    finally:
        guard.close()
    write_file(target, signed)
    if speech().json:
        answer = {"file": str(file), "out": str(target), "form": form, "kind": kind, "bytes": len(signed)}
        speech().answer(answer | {"signed_at": signed_at.isoformat()})
    speech().say("signing.signed", path=target, kind=PinKind(kind))


def _unlock(guard: "Guard", kind: PinKind, time: Clock, *, shifted: bool) -> "SigningKey":
    from cryptography.hazmat.primitives.serialization import Encoding

    from kaijo.card.certificate import read_certificate
    from kaijo.signing.unlock import unlock

    shown = guard.tries(kind)
    if shown.locked:
        raise Refused("card.locked", kind=kind)
    if kind is PinKind.SIGNATURE:
        click.echo(speech().label("signing.names-holder"), err=True)
    show_tries(guard, shown)
    typed = ask("signing.ask-pin", kind=kind)
    consent = last_try_consent(guard, time, shown)
    key = unlock(guard, kind, typed, shown=shown, consent=consent, progress=_progress)
    if shifted and not read_certificate(key.certificate.public_bytes(Encoding.DER)).test:
        raise UsageProblem("usage.clock-real-card")
    return key


def _progress(step: str) -> None:
    if not speech().json:
        click.echo(speech().label(step), err=True)


def _beside(file: Path, form: str, *, attached: bool) -> Path:
    if form == "cms":
        return file.with_name(file.name + (".p7m" if attached else ".p7s"))
    return file.with_name(f"{file.stem}.signed{file.suffix}")
