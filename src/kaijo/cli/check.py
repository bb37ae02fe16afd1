"""`kaijo check`: the doctor."""

from pathlib import Path

import click

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.card.meter import Meter
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at
from kaijo.errors import UsageProblem


@click.command("check")
@card_options
@clock_option
@lang_option
@json_option
def command(card: Path | None, reader: str | None, clock: str | None) -> int:
    """カードを調べる。残り回数は減らない / read what the card still allows; no try is spent."""
    from kaijo.doctor import bad_news, examine, findings
    from kaijo.doctor.report import as_dict, as_text

    time = clock_at(clock)
    link = Meter(app.open_link(card, reader))
    guard = Guard(link, time)
    try:
        seen = examine(guard, time)
    finally:
        guard.close()
    if clock is not None and not seen.test_card:
        raise UsageProblem("usage.clock-real-card")
    found = findings(seen)
    if speech().json:
        speech().answer(as_dict(seen, found, link, speech().lang))
    else:
        as_text(seen, found, speech().lang)
    return 1 if bad_news(found) else 0
