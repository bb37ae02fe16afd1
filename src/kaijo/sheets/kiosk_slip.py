"""The kiosk's slip: what was reset, when, and what now. No PIN and no name is on it."""

import json
from datetime import datetime
from pathlib import Path

from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.words import Lang, label, show

_TEMPLATE = Path(__file__).with_name("kiosk_slip.typ")


def kiosk_slip(kind: PinKind, completed_at: datetime, trial: str, lang: Lang) -> bytes:
    """Return the slip of a reset as PDF; `trial` is the code that says what came of the test signature.

    Raises UsageProblem `usage.no-pdf` without the extra `pdf`.
    """
    try:
        import typst
    except ModuleNotFoundError:
        raise UsageProblem("usage.no-pdf") from None
    content = json.dumps(slip_content(kind, completed_at, trial, lang))
    made = typst.compile(_TEMPLATE.read_bytes(), sys_inputs={"slip": content})
    if not isinstance(made, bytes):
        raise UsageProblem("usage.no-pdf")
    return made


def slip_content(kind: PinKind, completed_at: datetime, trial: str, lang: Lang) -> dict[str, object]:
    """Return what is printed, in JSON's types."""
    steps = ("kiosk.done.take", "kiosk.done.note", f"kiosk.done.use.{kind.value}", "kiosk.slip.lost")
    return {
        "lang": lang,
        "title": label("kiosk.slip", lang),
        "rows": [
            [label("kiosk.slip.what", lang), show(kind, lang)],
            [label("kiosk.slip.when", lang), show(completed_at, lang)],
            [label("kiosk.slip.trial", lang), label(trial, lang)],
        ],
        "next": label("kiosk.slip.next", lang),
        "steps": [label(step, lang) for step in steps],
        "foot": label("kiosk.slip.foot", lang),
    }
