"""`kaijo rehearse`: both acts of filing, tried before the day."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaijo import app, words
from kaijo.cli.options import card_options, clock_option
from kaijo.cli.phone_certificate import ask_phone
from kaijo.cli.pin_entry import ask, show_tries
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import clock_at
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.card.guard import TriesReading
    from kaijo.errors import Refused
    from kaijo.terminals.rehearsal import Rehearsal


@click.command("rehearse")
@card_options
@click.option(
    "--filing",
    "url",
    metavar="URL",
    envvar="KAIJO_FILING",
    help="練習用の申告窓口（なければここで動かす）/ a practice filing desk; without, one is run here",
)
@click.option(
    "--phone",
    "phone",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="カードの代わりに、スマートフォンの電子証明書で / with the phone's certificates in place of a card",
)
@click.option(
    "--finger",
    type=click.Choice(["own", "other"]),
    help="--phone で：指や顔の代わりのボタン（練習用） / with --phone: a button for a finger or face (practice)",
)
@clock_option
@lang_option
@json_option
def command(
    card: Path | None, reader: str | None, url: str | None, phone: Path | None, clock: str | None, *, finger: str | None
) -> int:
    """申告の本番の前に、両方の暗証番号と電子証明書を試す / try both acts of filing before the day."""
    from kaijo.card.guard import Guard
    from kaijo.terminals.filing_client import FilingClient
    from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneKeys
    from kaijo.terminals.rehearsal import CardKeys, Keys, rehearse

    if finger is not None and phone is None:
        raise UsageProblem("phonecert.finger-alone")
    time = clock_at(clock)
    with ExitStack() as stack:
        address = url or stack.enter_context(app.serving(app.filing_desk(app.home() / "filing", time)))
        desk = stack.enter_context(FilingClient(address))
        if phone is not None:
            if card is not None or reader is not None:
                raise UsageProblem("usage.two-places")
            fits = None if finger is None else finger == "own"
            keys: Keys = PhoneKeys(PhoneCertificates(phone), ask_phone, fits=fits, missed=_missed)
        else:
            guard = Guard(app.open_link(card, reader), time)
            stack.callback(guard.close)

            def ask_pin(shown: "TriesReading") -> str:
                show_tries(guard, shown)
                return ask("signing.ask-pin", kind=shown.kind)

            keys = CardKeys(guard, time, ask_pin)
        result = rehearse(keys, desk, time)
    if speech().json:
        speech().answer(_as_dict(result))
    else:
        _tell(result)
    return 0 if result.works else 1


def _missed(why: "Refused") -> None:
    said = words.explain(why, speech().lang)
    click.secho(f"{said.title}: {said.cause}", fg="yellow", err=True)


def _tell(result: "Rehearsal") -> None:
    said = speech()
    said.say("rehearsal.title", due_before=result.due_before)
    for trial in result.trials:
        sign, colour = ("✓", "green") if trial.works else ("✗", "red") if trial.tried else ("–", "yellow")
        click.secho(f"{sign} {said.label(f'rehearsal.act.{trial.act.value}')}", fg=colour)
        if trial.because is not None:
            why = words.explain(trial.because, said.lang)
            click.echo(f"    {why.title}: {why.cause}\n    → {why.remedy}")
    said.say("rehearsal.on-the-day")
    for one in result.prospects:
        sign, colour = ("✓", "green") if one.good else ("✗", "red")
        state = "good" if one.good else "bad"
        click.secho(
            f"{sign} {said.label(f'rehearsal.outlook.{one.outlook.value}.{state}', until=one.until)}", fg=colour
        )
    if result.holds_until is not None:
        said.say("rehearsal.works", until=result.holds_until)
    else:
        said.say("rehearsal.does-not-work")


def _as_dict(result: "Rehearsal") -> dict[str, object]:
    lang = speech().lang
    return {
        "practice": True,
        "at": result.at.isoformat(),
        "due_before": result.due_before.isoformat(),
        "works": result.works,
        "holds_until": result.holds_until.isoformat() if result.holds_until else None,
        "acts": [
            {
                "act": trial.act.value,
                "tried": trial.tried,
                "works": trial.works,
                "because": words.explain(trial.because, lang).as_dict() if trial.because else None,
            }
            for trial in result.trials
        ],
        "on_the_day": [
            {"what": one.outlook.value, "good": one.good, "until": one.until.isoformat()} for one in result.prospects
        ],
    }
