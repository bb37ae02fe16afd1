"""`kaijo audit`: checkpoints of the audit trail, its export, and the check that needs nothing of ours."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.options import store_options
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.reset.audit_file import Finding, Verdict

_file = click.Path(path_type=Path, dir_okay=False)


@click.group("audit")
def command() -> None:
    """監査記録 / the audit trail."""


@command.command("checkpoint")
@click.option("--keep", metavar="FILE", type=_file, help="このファイルに1行加える / append the line to this file")
@store_options
@lang_option
@json_option
def checkpoint(keep: Path | None, data: Path | None, database: str | None, clock: str | None) -> None:
    """いまの記録に署名する。控えは別の場所に置く / sign what is there now; keep the line in another place."""
    from kaijo.reset.audit_file import checkpoint_line

    trail = app.audit_trail(data or app.home() / "service", clock_at(clock), database=database)
    made = trail.checkpoint()
    if made is None:
        speech().answer({"checkpoint": None}) if speech().json else speech().say("audit.nothing-yet")
        return
    if keep is not None:
        _append(keep, checkpoint_line(made))
    if speech().json:
        speech().answer(made.plain())
    else:
        speech().say("audit.checkpoint", size=made.size, at=made.at, root=made.root.hex())
        speech().say("audit.public-key", key=trail.public_key)


@command.command("export")
@click.argument("file", metavar="FILE", type=_file)
@store_options
@lang_option
@json_option
def export(file: Path, data: Path | None, database: str | None, clock: str | None) -> None:
    """署名してから、すべてを1つのファイルに書き出す / sign, then write everything to one file."""
    trail = app.audit_trail(data or app.home() / "service", clock_at(clock), database=database)
    lines = 0
    try:
        with file.open("wb") as out:
            for line in trail.export():
                out.write(line)
                lines += 1
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(file)) from None
    if speech().json:
        speech().answer({"file": str(file), "lines": lines, "key": trail.public_key})
        return
    speech().say("audit.exported", path=str(file), lines=lines)
    speech().say("audit.public-key", key=trail.public_key)


@command.command("verify")
@click.argument("file", metavar="FILE", type=_file)
@click.option("--key", metavar="PUBLIC", help="運用者の公開鍵（16進64桁） / the operator's public key, 64 hex digits")
@click.option("--since", metavar="CHECKPOINT", type=_file, help="別に控えた署名 / a file with a checkpoint kept before")
@lang_option
@json_option
def verify(file: Path, key: str | None, since: Path | None) -> None:
    """書き出したファイルを確かめる。終了コード1は異常あり / check an export; exit code 1 says that it is not whole."""
    from kaijo.reset import audit_file
    from kaijo.reset.checkpoints import read_kept, read_public_key

    known = None if key is None else read_public_key(key)
    try:
        kept = None if since is None else read_kept(since.read_bytes())
        with file.open("rb") as lines:
            verdict = audit_file.verify(lines, key=known, since=kept)
    except OSError as error:
        raise UsageProblem("audit.unreadable", path=str(error.filename)) from None
    _tell(verdict, key_given=known is not None, kept=kept is not None)
    if verdict.findings:
        raise SystemExit(1)


def _append(path: Path, line: bytes) -> None:
    try:
        with path.open("ab") as out:
            out.write(line)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def _tell(verdict: "Verdict", *, key_given: bool, kept: bool) -> None:
    if speech().json:
        speech().answer(
            {
                "whole": not verdict.findings,
                "rows": verdict.rows,
                "checkpoints": verdict.checkpoints,
                "last": None if verdict.last is None else verdict.last.plain(),
                "findings": [finding.plain() for finding in verdict.findings],
            }
        )
        return
    say = speech().say
    for finding in verdict.findings:
        _tell_finding(finding)
    if verdict.findings:
        say("audit.not-whole", count=len(verdict.findings))
    elif verdict.last is not None:
        say("audit.whole", rows=verdict.rows, checkpoints=verdict.checkpoints, at=verdict.last.at)
    if not key_given:
        say("audit.no-key")
    if not kept:
        say("audit.no-kept")


def _tell_finding(finding: "Finding") -> None:
    text = speech().label(finding.code)
    if finding.partition is not None:
        speech().say("audit.at-row", line=finding.line, text=text, partition=finding.partition, row=finding.sequence)
    elif finding.since_line is not None:
        speech().say("audit.at-lines", first=finding.since_line, line=finding.line, text=text)
    else:
        speech().say("audit.at-line", line=finding.line, text=text)
