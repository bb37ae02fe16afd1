"""`kaijo next`: what to put ready so that next year's return meets no locked card."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.local_facts import facts_option
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import Clock, clock_at, demand_near
from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.keep.next_year import NextYear, Standing

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("next")
@card_options
@click.option("--certificate-end", metavar="DATE", help="証明書の有効期限 / last day of the certificates (2029-05-05)")
@click.option("--phone/--no-phone", default=None, help="証明書を載せられるスマホがあるか / a phone that can carry them")
@click.option("--year", type=int, help="その年の申告期限について / for the deadline in that year")
@click.option("--ics", metavar="FILE", type=_FILE, help="予定表のファイルを書く / write a calendar")
@click.option("--pdf", metavar="FILE", type=_FILE, help="1枚の紙を書く / write a one-page sheet")
@facts_option
@clock_option
@lang_option
@json_option
def command(
    *,
    card: Path | None,
    reader: str | None,
    certificate_end: str | None,
    phone: bool | None,
    year: int | None,
    ics: Path | None,
    pdf: Path | None,
    clock: str | None,
) -> int:
    """来年までにすることの一覧と予定表 / checklist and calendar for next year. Reads the card if one is named."""
    from kaijo.keep.next_words import as_dict, next_calendar
    from kaijo.keep.next_year import next_year

    time = clock_at(clock)
    standing = _standing(card, reader, time, _day(certificate_end), phone)
    made = next_year(time.now(), standing, year)
    if ics is not None:
        _write(ics, next_calendar(made, speech().lang))
    if pdf is not None:
        from kaijo.sheets.next_sheet import next_sheet

        _write(pdf, next_sheet(made, speech().lang))
    if speech().json:
        speech().answer(as_dict(made, speech().lang))
    else:
        _tell(made)
    return 0


def _standing(card: Path | None, reader: str | None, time: Clock, end: date | None, phone: bool | None) -> "Standing":  # noqa: FBT001 -- a yes, a no, or unknown
    from kaijo.keep.next_year import Standing

    read = _read(card, reader, time) if card is not None or reader is not None else Standing()
    if end is None and not read.certificates and sys.stdin.isatty() and not speech().json:
        end = _day(click.prompt(speech().label("next.ask-end"), default="", show_default=False, err=True).strip())
    both = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
    told = dict.fromkeys(both, end) if end else {}
    return Standing({**told, **read.certificates}, read.locked, phone)


def _read(card: Path | None, reader: str | None, time: Clock) -> "Standing":
    from kaijo.card.guard import Guard
    from kaijo.doctor import examine
    from kaijo.keep.next_year import Standing

    guard = Guard(app.open_link(card, reader), time)
    try:
        seen = examine(guard, time)
    finally:
        guard.close()
    ends = {
        kind: reading.certificate.not_after.date()
        for kind, reading in seen.certificates.items()
        if reading.certificate is not None
    }
    return Standing(ends, frozenset(seen.locked()))


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageProblem("usage.day", text=text) from None
    demand_near(day, text)
    return day


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def _tell(made: "NextYear") -> None:
    from kaijo.keep.next_words import say, say_days, say_unsure
    from kaijo.words import show_day

    lang = speech().lang
    click.secho(speech().label("next.head", deadline=show_day(made.deadline, lang)), bold=True)
    for one in made.reminders:
        click.echo(f"□ {say_days(one, lang)}  {say(one, lang)}")
        if not one.certain:
            click.secho(f"    ? {say_unsure(lang)}", dim=True)
    click.secho(speech().label("next.foot"), dim=True)
