"""`kaijo reader`: which readers there are, and how good the link to a card is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app
from kaijo.cli.options import card_options, one_place
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock
from kaijo.errors import UsageProblem
from kaijo.facts.link import LinkCause, link_causes, link_return

if TYPE_CHECKING:
    from kaijo.doctor.remedies import Answer

_ANSWERS = {
    "done": ("", "y", "yes", "done", "はい"),
    "skipped": ("s", "skip", "n", "no", "いいえ", "とばす"),
    "enough": ("q", "quit", "enough", "おわり"),
}


@click.group("reader")
def command() -> None:
    """カードリーダーと、カードとの通信のよしあし / readers, and the quality of the link to a card."""


@command.command("list")
@lang_option
@json_option
def list_() -> None:
    """つながっているカードリーダーの一覧 / the connected readers."""
    from kaijo.readers.pcsc import list_readers

    readers = list_readers()
    if speech().json:
        rows = [
            {"name": one.name, "has_card": one.has_card, "atr": one.atr.hex().upper() or None, "in_use": one.in_use}
            for one in readers
        ]
        speech().answer({"readers": rows})
        return
    if not readers:
        speech().say("reader.nothing")
    for one in readers:
        state = "in-use" if one.in_use else "with-card" if one.has_card else "empty"
        speech().say("reader.line", reader=one.name, state=f"reader-state.{state}")


@command.command("test")
@card_options
@click.option("--rounds", type=click.IntRange(1, 1000), default=30, show_default=True, help="回数 / how often to read")
@click.option("--once", is_flag=True, help="一度だけ測る / measure once and change nothing")
@click.option(
    "--noise", metavar="CAUSES", help="仮想カードだけ：乱す原因 / virtual cards only: moved,case,ring,charging"
)
@click.option("--seed", type=int, default=1, show_default=True, help="乱れの種 / what the noise is drawn from")
@lang_option
@json_option
def test_link(card: Path | None, reader: str | None, rounds: int, noise: str | None, seed: int, *, once: bool) -> int:
    """カードとの通信を測り、悪い原因をひとつずつ探す / measure the link and find what disturbs it. No PIN is used."""
    from rich.console import Console

    from kaijo.doctor.link_quality import Laid, Measurement, Quality, measure
    from kaijo.doctor.link_report import as_dict, print_chart, print_trial
    from kaijo.doctor.remedies import Answer, search

    one_place(card, reader)
    if noise is not None and card is None:
        raise UsageProblem("usage.noise-reader")
    disturbing, clock = _causes(noise), SystemClock()
    console = Console(highlight=False, soft_wrap=True, quiet=speech().json)

    def measure_without(away: frozenset[LinkCause]) -> Measurement:
        def lay(wait: timedelta) -> Laid:
            return app.lay(card, reader, wait=wait, noise=disturbing - away, seed=seed)

        with _progress() as show:
            return measure(lay, clock, rounds=rounds, wait=link_return() if away else timedelta(), progress=show)

    trials = []
    for trial in search(measure_without, (lambda _cause: Answer.ENOUGH) if once else _ask):
        trials.append(trial)
        print_trial(console, trial, speech().lang)
    print_chart(console, trials, speech().lang)
    if speech().json:
        speech().answer(as_dict(trials, clock.now(), speech().lang))
    return 0 if trials[-1].measurement.quality is Quality.GOOD else 1


def _causes(text: str | None) -> frozenset[LinkCause]:
    known = {cause.value: cause for cause in link_causes()}
    names = [name.strip() for name in text.split(",")] if text is not None else []
    for name in names:
        if name not in known:
            raise UsageProblem("usage.noise", noise=name, known=list(known))
    return frozenset(known[name] for name in names)


def _ask(cause: LinkCause) -> "Answer":
    """Ask for one change; at a terminal and from a pipe alike, one line is one answer, and the end is enough."""
    from kaijo.doctor.remedies import Answer

    click.echo(speech().label(f"link.ask.{cause.value}"), err=True)
    while True:
        click.echo(speech().label("link.answers") + " ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            return Answer.ENOUGH
        for answer in Answer:
            if line.strip().casefold() in _ANSWERS[answer.value]:
                return answer


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Show a line that fills up, on stderr, where there is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(speech().label("link.measuring"), total=1.0)
        yield lambda share: progress.update(task, completed=share)
