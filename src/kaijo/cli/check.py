"""`kaijo check`: the doctor."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.speech import json_option, lang_option, speech, tell
from kaijo.clock import Clock, clock_at
from kaijo.errors import CardTrouble, UsageProblem

if TYPE_CHECKING:
    from kaijo.card.link import Link
    from kaijo.card.meter import Meter
    from kaijo.doctor import Examination

_SETTLE_SECONDS = 2.0


@click.command("check")
@card_options
@click.option("--watch", is_flag=True, help="リーダーを見張り、カードが置かれるたびに調べる / follow the readers")
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="相談用のページを書く。秘密も個人情報も入らない / write a page for a help desk, nothing secret in it",
)
@clock_option
@lang_option
@json_option
def command(card: Path | None, reader: str | None, report: Path | None, clock: str | None, *, watch: bool) -> int:
    """カードを調べる。残り回数は減らない / read what the card still allows; no try is spent."""
    time = clock_at(clock)
    if not watch:
        return _check(card, reader, report, time, shifted=clock is not None)
    if card is not None:
        raise UsageProblem("usage.watch-reader")
    _follow(reader, report, time)
    return 0


def _check(card: Path | None, reader: str | None, report: Path | None, clock: Clock, *, shifted: bool) -> int:
    seen, link = _read(app.open_link(card, reader), clock, _hold_back if shifted else _show_pins)
    if shifted:
        if not seen.test_card:
            raise UsageProblem("usage.clock-real-card")
        _show_pins(seen)
    from kaijo.doctor import bad_news, findings

    _tell(seen, link, report)
    return 1 if bad_news(findings(seen)) else 0


def _read(opened: "Link", clock: Clock, first_look: "Callable[[Examination], None]") -> "tuple[Examination, Meter]":
    from kaijo.card.guard import Guard
    from kaijo.card.meter import Meter
    from kaijo.doctor import examine

    link = Meter(opened)
    guard = Guard(link, clock)
    try:
        return examine(guard, clock, first_look=first_look), link
    finally:
        guard.close()


def _show_pins(seen: "Examination") -> None:
    if not speech().json:
        from kaijo.doctor.report import pins_as_text

        click.echo(pins_as_text(seen, speech().lang))


def _hold_back(_seen: "Examination") -> None:
    """Show nothing until the card is known to be a test card."""


def _tell(seen: "Examination", link: "Meter", report: Path | None) -> None:
    from kaijo.doctor import findings
    from kaijo.doctor.report import as_dict, meaning_as_text

    found, lang = findings(seen), speech().lang
    if report is not None:
        from kaijo.doctor.page import as_page

        try:
            report.write_text(as_page(seen, found, link, lang), "utf-8")
        except OSError:
            raise UsageProblem("usage.unwritable", path=str(report)) from None
    if speech().json:
        speech().answer(as_dict(seen, found, link, lang))
        return
    click.echo(meaning_as_text(seen, found, lang))
    if report is not None:
        speech().say("check.report-written", path=report)


def _follow(reader: str | None, report: Path | None, clock: Clock) -> None:
    """Check every card that comes, one JSON object a line with `--json`; trouble with one card ends nothing."""
    import json
    from threading import Event

    from kaijo.doctor import findings
    from kaijo.doctor.report import as_dict
    from kaijo.readers.watch import Change, watch

    speech().say("check.watching")
    for event in watch(Event()):
        if reader is not None and reader not in event.reader:
            continue
        if event.change is Change.CARD_REMOVED:
            speech().say("check.removed", reader=event.reader)
        if event.change is not Change.CARD_INSERTED:
            continue
        try:
            seen, link = _read(app.open_link(None, event.reader, wait=_SETTLE_SECONDS), clock, _show_pins)
        except CardTrouble as trouble:
            tell(trouble)
            continue
        if speech().json:
            click.echo(json.dumps(as_dict(seen, findings(seen), link, speech().lang), ensure_ascii=False))
        else:
            _tell(seen, link, report)
