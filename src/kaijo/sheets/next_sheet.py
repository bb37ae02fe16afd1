"""The checklist for next year on one page, to hang up. No name and no PIN is on it."""

import json
from pathlib import Path

from kaijo.errors import UsageProblem
from kaijo.keep.next_words import say, say_days, say_unsure
from kaijo.keep.next_year import NextYear
from kaijo.words import Lang, label, show_day

_TEMPLATE = Path(__file__).with_name("next_sheet.typ")


def next_sheet(made: NextYear, lang: Lang) -> bytes:
    """Return the sheet as PDF. Raises UsageProblem `usage.no-pdf` without the extra `pdf`."""
    try:
        import typst
    except ModuleNotFoundError:
        raise UsageProblem("usage.no-pdf") from None
    pdf = typst.compile(_TEMPLATE.read_bytes(), sys_inputs={"next": json.dumps(_content(made, lang))})
    if not isinstance(pdf, bytes):
        raise UsageProblem("usage.no-pdf")
    return pdf


def _content(made: NextYear, lang: Lang) -> dict[str, object]:
    return {
        "lang": lang,
        "title": label("guide.next-year.title", lang),
        "deadline": label("next.head", lang, deadline=show_day(made.deadline, lang)),
        "rows": [
            {"days": say_days(one, lang), "text": say(one, lang), "unsure": "" if one.certain else say_unsure(lang)}
            for one in made.reminders
        ],
        "foot": label("next.foot", lang),
    }
