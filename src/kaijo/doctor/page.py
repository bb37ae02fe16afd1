"""The page for a help desk: what was read and what it means, with nothing secret or personal in it.

Dates of expiry stay out, since certificates and cards end on a birthday; so do serials, names and file paths.
"""

from collections.abc import Sequence
from html import escape
from pathlib import PurePath

from kaijo import __version__
from kaijo.card.meter import Meter
from kaijo.doctor.examination import Examination
from kaijo.doctor.findings import Finding
from kaijo.words import Lang, label, message, show, show_time

_STYLE = "body{font-family:sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;line-height:1.7}\
table{border-collapse:collapse}td,th{border:1px solid #999;padding:.3rem .8rem;text-align:left}"
_PERSONAL = frozenset(("not_after",))


def as_page(seen: Examination, found: Sequence[Finding], link: Meter, lang: Lang) -> str:
    """Return the page as one HTML document that needs nothing else."""
    title = label("page.title", lang)
    place = PurePath(seen.place).name
    certificates = [
        _text(
            "check.certificate",
            lang,
            kind=f"certificate.{reading.kind.value}",
            state=f"certificate-state.{reading.state.value}",
        )
        for reading in seen.certificates.values()
    ]
    parts = [
        _paragraph(_text("check.head", lang, place=place, read_at=show_time(seen.read_at, lang))),
        _paragraph(_text("page.card", lang, kind=f"card-kind.{seen.kind.value}")),
        _pins(seen, lang),
        *map(_paragraph, certificates),
        f"<h2>{_text('page.meaning', lang)}</h2>",
        *(_finding(finding, lang) for finding in found),
        f"<h2>{_text('page.link', lang)}</h2>",
        _paragraph(_text("page.link-line", lang, apdus=link.apdus, bytes=link.bytes, ms=round(link.milliseconds))),
        _paragraph(f"{_text('page.without', lang)} (Kaijo {__version__})"),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = "\n".join((f"<h1>{escape(title)}</h1>", *parts))
    return (
        f'<!doctype html>\n<html lang="{lang}"><head>{head}<style>{_STYLE}</style></head>\n'
        f"<body>\n{body}\n</body></html>\n"
    )


def _paragraph(text: str) -> str:
    return f"<p>{text}</p>"


def _text(code: str, lang: Lang, **data: object) -> str:
    return escape(label(code, lang, **data))


def _pins(seen: Examination, lang: Lang) -> str:
    rows = []
    for pin in seen.pins.values():
        tries = f"{pin.tries.tries_left} / {pin.tries.tries_max}" if pin.tries else "–"
        state = label(f"word.pin-state.{pin.state.value}", lang)
        rows.append(f"<tr><th>{escape(show(pin.kind, lang))}</th><td>{tries}</td><td>{escape(state)}</td></tr>")
    head = "".join(f"<th>{_text(code, lang)}</th>" for code in ("check.pin", "check.tries", "check.state"))
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _finding(finding: Finding, lang: Lang) -> str:
    hidden = label("page.hidden", lang)
    data = {key: hidden if key in _PERSONAL else value for key, value in finding.data.items()}
    said = message(finding.code, lang, **data)
    return (
        f"<h3>{escape(said.title)}</h3><p>{escape(said.cause)}</p><p>→ {escape(said.remedy)}</p><p>{finding.code}</p>"
    )
