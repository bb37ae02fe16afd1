"""A slip of paper with PINs, to be cut out, folded and kept apart from the card. Nobody's name is on it."""

import json
from collections.abc import Sequence
from pathlib import Path

from kaijo.errors import UsageProblem
from kaijo.facts.pins import pin_rule
from kaijo.keep.entry import MARK, Entry
from kaijo.words import Lang, label, show

_TEMPLATE = Path(__file__).with_name("pin_slip.typ")


def pin_slip(entries: Sequence[Entry], lang: Lang) -> bytes:
    """Return the slip as PDF. Raises UsageProblem `usage.no-pdf` without the extra `pdf`."""
    try:
        import typst
    except ModuleNotFoundError:
        raise UsageProblem("usage.no-pdf") from None
    made = typst.compile(_TEMPLATE.read_bytes(), sys_inputs={"slip": json.dumps(slip_content(entries, lang))})
    if not isinstance(made, bytes):
        raise UsageProblem("usage.no-pdf")
    return made


def slip_content(entries: Sequence[Entry], lang: Lang) -> dict[str, object]:
    """Return what is printed, in JSON's types. What the holder calls the card stands outside."""
    named = next((one.name for one in entries if one.name), "")
    return {
        "lang": lang,
        "mark": MARK,
        "title": label("keep.slip.title-named" if named else "keep.slip.title", lang, name=named),
        "outside": [label(f"keep.slip.{line}", lang) for line in ("apart", "nobody", "lost")],
        "fold": label("keep.slip.fold", lang),
        "rows": [
            {
                "name": show(one.kind, lang),
                "pin": one.pin,
                "note": label("keep.slip.capitals", lang) if pin_rule(one.kind).alphabet != "digits" else "",
            }
            for one in entries
        ],
        "foot": label("keep.slip.foot", lang),
    }
