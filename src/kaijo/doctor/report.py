"""An examination for programs, as the JSON of `kaijo check --json`; and as a table for people."""

from collections.abc import Sequence

from kaijo.card.meter import Meter
from kaijo.doctor.examination import Examination
from kaijo.doctor.findings import Finding, Severity
from kaijo.words import Lang, label, message, show_time

_COLOURS = {Severity.BAD: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan", Severity.GOOD: "green"}


def as_dict(seen: Examination, found: Sequence[Finding], link: Meter, lang: Lang) -> dict[str, object]:
    """Return the examination in JSON's types, findings in `lang`. The shape is docs/schemas/check.json."""
    return {
        "reader": seen.place,
        "read_at": seen.read_at.isoformat(),
        "card": {
            "kind": seen.kind.value,
            "not_after": seen.not_after.isoformat() if seen.not_after else None,
            "test": seen.test_card,
        },
        "pins": [pin.as_dict() for pin in seen.pins.values()],
        "certificates": [reading.as_dict(seen.read_at) for reading in seen.certificates.values()],
        "findings": [_finding(item, lang) for item in found],
        "link": {"apdus": link.apdus, "bytes": link.bytes, "milliseconds": round(link.milliseconds, 1)},
    }


def as_text(seen: Examination, found: Sequence[Finding], lang: Lang) -> None:
    """Print the examination as a table, with what it means below."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=True)
    console.print(label("check.head", lang, place=seen.place, read_at=show_time(seen.read_at, lang)))
    console.print(label("check.card", lang, kind=f"card-kind.{seen.kind.value}", not_after=seen.not_after or "–"))
    if seen.pins:
        table = Table()
        for column in ("check.pin", "check.tries", "check.state"):
            table.add_column(label(column, lang))
        for pin in seen.pins.values():
            tries = f"{pin.tries.tries_left} / {pin.tries.tries_max}" if pin.tries else "–"
            table.add_row(
                label(f"word.{pin.kind.value}", lang), tries, label(f"word.pin-state.{pin.state.value}", lang)
            )
        console.print(table)
    for reading in seen.certificates.values():
        state = f"certificate-state.{reading.state.value}"
        console.print(label("check.certificate", lang, kind=f"certificate.{reading.kind.value}", state=state))
        if reading.certificate:
            usage = [f"key-usage.{name}" for name in reading.certificate.key_usage]
            data = {"not_after": reading.certificate.not_after, "days": reading.days_left(seen.read_at), "usage": usage}
            console.print(label("check.certificate-until", lang, **data))
    for item in found:
        said = message(item.code, lang, **item.data)
        console.print(f"[{_COLOURS[item.severity]}]●[/] {said.title}")
        console.print(f"    {said.cause}")
        console.print(f"    → {said.remedy}")


def _finding(item: Finding, lang: Lang) -> dict[str, object]:
    said = message(item.code, lang, **item.data)
    return {
        "code": item.code,
        "severity": item.severity.value,
        "title": said.title,
        "cause": said.cause,
        "remedy": said.remedy,
    }
