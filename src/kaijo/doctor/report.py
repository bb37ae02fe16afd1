"""An examination for programs, as the JSON of `kaijo check --json`; and as a table for people."""

from collections.abc import Sequence
from unicodedata import east_asian_width

import click

from kaijo.card.meter import Meter
from kaijo.doctor.examination import Examination, PinReading
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
        "findings": [finding_as_dict(item, lang) for item in found],
        "link": {"apdus": link.apdus, "bytes": link.bytes, "milliseconds": round(link.milliseconds, 1)},
    }


def pins_as_text(seen: Examination, lang: Lang) -> str:
    """Return the card and its PINs as lines: all that a first look has."""
    lines = [
        label("check.head", lang, place=seen.place, read_at=show_time(seen.read_at, lang)),
        label("check.card", lang, kind=f"card-kind.{seen.kind.value}", not_after=seen.not_after or "–"),
    ]
    if seen.pins:
        head = [label(column, lang) for column in ("check.pin", "check.tries", "check.state")]
        lines += _table([head, *(_row(pin, lang) for pin in seen.pins.values())])
    return "\n".join(lines)


def _row(pin: PinReading, lang: Lang) -> list[str]:
    tries = f"{pin.tries.tries_left} / {pin.tries.tries_max}" if pin.tries else "–"
    return [label(f"word.{pin.kind.value}", lang), tries, label(f"word.pin-state.{pin.state.value}", lang)]


def _table(rows: list[list[str]]) -> list[str]:
    """Return rows in columns of equal width, the first row underlined."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    rows = [rows[0], ["─" * width for width in widths], *rows[1:]]
    return [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Japanese characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def meaning_as_text(seen: Examination, found: Sequence[Finding], lang: Lang) -> str:
    """Return the certificates, and below them what everything means, as lines with colours of a terminal."""
    lines = []
    for reading in seen.certificates.values():
        state = f"certificate-state.{reading.state.value}"
        lines.append(label("check.certificate", lang, kind=f"certificate.{reading.kind.value}", state=state))
        if reading.certificate:
            usage = [f"key-usage.{name}" for name in reading.certificate.key_usage]
            data = {"not_after": reading.certificate.not_after, "days": reading.days_left(seen.read_at), "usage": usage}
            lines.append(label("check.certificate-until", lang, **data))
    return "\n".join([*lines, findings_as_text(found, lang)])


def findings_as_text(found: Sequence[Finding], lang: Lang) -> str:
    """Return each finding (what, why, and what to do) as lines with colours of a terminal."""
    lines = []
    for item in found:
        said = message(item.code, lang, **item.data)
        bullet = click.style("●", fg=_COLOURS[item.severity])
        lines += [f"{bullet} {said.title}", f"    {said.cause}", f"    → {said.remedy}"]
    return "\n".join(lines)


def finding_as_dict(item: Finding, lang: Lang) -> dict[str, object]:
    """Return a finding in JSON's types, its sentences in `lang`."""
    said = message(item.code, lang, **item.data)
    return {
        "code": item.code,
        "severity": item.severity.value,
        "title": said.title,
        "cause": said.cause,
        "remedy": said.remedy,
    }
