"""`kaijo facts`: every rule Kaijo rests on, with source, age and confidence."""

import click

from kaijo.cli.speech import json_option, lang_option, speech
from kaijo.clock import SystemClock


@click.command("facts")
@click.option("--stale", is_flag=True, help="古くなったものだけ / only those that have grown old")
@click.argument("word", required=False)
@lang_option
@json_option
def command(word: str | None, *, stale: bool) -> None:
    """事実の一覧 / the list of facts; WORD filters it."""
    from kaijo.facts.listing import listing

    rows = [row for row in listing(SystemClock().now().date()) if (row["stale"] or not stale) and _has(row, word)]
    if speech().json:
        speech().answer(rows)
        return
    for row in rows:
        _print(row)
    if not rows:
        speech().say("cli.no-facts")


def _has(row: dict[str, object], word: str | None) -> bool:
    return word is None or word.lower() in str(row).lower()


def _print(row: dict[str, object]) -> None:
    lang = speech().lang
    title, note = row["title"], row["note"]
    click.secho(str(row["id"]), bold=True, nl=False)
    click.echo(f"  {title[lang] if isinstance(title, dict) else title}")
    click.echo(f"    {row['value']}")
    mark = speech().label("cli.fact-line", confidence=row["confidence"], checked=row["checked"], days=row["age_days"])
    click.secho(f"    {mark}", dim=not row["stale"], fg="yellow" if row["stale"] else None)
    click.secho(f"    {row['source']}", dim=True)
    if isinstance(note, dict):
        click.echo(f"    {note[lang]}")
