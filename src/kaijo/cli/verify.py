"""`kaijo verify`: whether a signed file's signature holds, over all of it, with a certificate that may be believed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app, words
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.cli.waiting import waiting
from kaijo.clock import clock_at, parse_time
from kaijo.errors import ServiceTrouble

if TYPE_CHECKING:
    from kaijo.signing.verdict import Verdict

_FILE = click.Path(path_type=Path, dir_okay=False)
_SIGNS = {"good": ("✓", "green"), "bad": ("✗", "red"), "unknown": ("?", "yellow")}


@click.command("verify")
@click.argument("file", type=_FILE)
@click.option("--content", metavar="FILE", type=_FILE, help="分離したCMSの元のファイル / the file of a detached CMS")
@click.option(
    "--trust",
    metavar="PEM",
    multiple=True,
    type=_FILE,
    help="信頼する認証局と失効リスト（なければ練習用）/ authorities and revocation lists; without, the practice ones",
)
@click.option("--at", "moment", metavar="TIME", help="この時点で判定する / judge as of this time")
@lang_option
@json_option
def command(file: Path, content: Path | None, trust: tuple[Path, ...], moment: str | None) -> int:
    """署名を確かめる。カードはいらない / verify a signature; needs no card."""
    try:
        from kaijo.signing.form import read_file
        from kaijo.signing.verdict import verify
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("signing.no-extra", module=missing.name or "") from None

    clock = clock_at(None)
    signed, beside = read_file(file), None if content is None else read_file(content)
    at = clock.now() if moment is None else parse_time(moment)
    with waiting("signing.step.look"):
        verdict = verify(signed, beside, app.certificate_judge(clock, trust), at)
    if speech().json:
        speech().answer(_as_dict(file, verdict))
    else:
        _tell(verdict)
    return 0 if verdict.holds else 1


def _tell(verdict: "Verdict") -> None:
    from kaijo.card.certificate import read_certificate

    for check, finding in verdict.findings.items():
        sign, colour = _SIGNS[finding.value]
        click.secho(f"{sign} {speech().label(f'signing.check.{check.value}')}", fg=colour)
        if check in verdict.because:
            said = words.explain(verdict.because[check], speech().lang)
            click.echo(f"    {said.title}: {said.cause}\n    → {said.remedy}")
    if verdict.looked.stated_at is not None:
        speech().say("signing.stated-at", at=verdict.looked.stated_at)
    speech().say("signing.holds" if verdict.holds else "signing.does-not-hold", at=verdict.judged_at)
    speech().say("signing.practice" if read_certificate(verdict.looked.certificate).test else "signing.not-practice")


def _as_dict(file: Path, verdict: "Verdict") -> dict[str, object]:
    from kaijo.card.certificate import read_certificate

    looked, lang = verdict.looked, speech().lang
    certificate = read_certificate(looked.certificate)
    return {
        "file": str(file),
        "form": looked.form.value,
        "holds": verdict.holds,
        "practice": certificate.test,
        "kind": verdict.kind.value,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "stated_at": looked.stated_at.isoformat() if looked.stated_at else None,
        "judged_at": verdict.judged_at.isoformat(),
        "checks": [
            {
                "check": check.value,
                "finding": finding.value,
                "because": words.explain(verdict.because[check], lang).as_dict() if check in verdict.because else None,
            }
            for check, finding in verdict.findings.items()
        ],
    }
