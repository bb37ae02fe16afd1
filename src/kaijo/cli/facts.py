"""`kaijo facts`: every rule Kaijo rests on, with source, age and confidence; and what the facts say to claims."""

from typing import Any

import click

from kaijo.cli.local_facts import facts_option
from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock


@click.command("facts")
@click.option("--stale", is_flag=True, help="古くなったものだけ / only those that have grown old")
@click.option("--claims", "about_claims", is_flag=True, help="世間の説と事実 / what people say, and what is true")
@click.argument("word", required=False)
@facts_option
@lang_option
@json_option
def command(word: str | None, *, stale: bool, about_claims: bool) -> None:
    """事実の一覧 / the list of facts; WORD filters it."""
    from kaijo.facts.claims import claims
    from kaijo.facts.listing import listing

    if about_claims:
        rows = [claim.as_dict() for claim in claims()]
    else:
        rows = [row for row in listing(SystemClock().now().date()) if row["stale"] or not stale]
    rows = [row for row in rows if word is None or word.lower() in str(row).lower()]
    if speech().json:
        speech().answer(rows)
        return
    for row in rows:
        (_print_claim if about_claims else _print)(row)
    if not rows:
        speech().say("cli.no-facts")


def _print(row: dict[str, Any]) -> None:
    from kaijo.facts.book import fact
    from kaijo.words.values import in_words

    lang = speech().lang
    marks = (
        ("stale", row["stale"]),
        ("disputed", row["disputed"]),
        ("local", row["local"]),
        ("lapsed", not row["holds"]),
    )
    click.secho(row["id"], bold=True, nl=False)
    click.echo(f"  {row['title'][lang]}")
    click.echo(f"    {in_words(fact(row['id']).value, lang)}")
    click.secho(f"    {_sureness(row)}", dim=not row["stale"], fg="yellow" if row["stale"] else None, nl=False)
    click.secho("".join(f"  [{speech().label(f'mark.{mark}')}]" for mark, applies in marks if applies), fg="yellow")
    click.secho(f"    {row['source']}", dim=True)
    if row["note"]:
        click.echo(f"    {row['note'][lang]}")


def _sureness(row: dict[str, Any]) -> str:
    confidence = speech().label(f"confidence.{row['confidence']}")
    return speech().label(
        "facts.line", letter=row["confidence"], confidence=confidence, checked=row["checked"], days=row["age_days"]
    )


def _print_claim(row: dict[str, Any]) -> None:
    lang = speech().lang
    click.secho(speech().label(f"claim.verdict.{row['verdict']}"), bold=True, nl=False)
    click.echo(f"  {row['text'][lang]}")
    click.echo(f"    → {row['instead'][lang]}")
    click.secho(f"    {speech().label('claim.rests', facts=row['facts'], seen=row['seen'])}", dim=True)
    if row["shaken"]:
        click.secho(f"    {speech().label('claim.shaken', facts=row['shaken'])}", fg="yellow")
