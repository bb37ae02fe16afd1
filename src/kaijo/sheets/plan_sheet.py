"""The plan on one page: the best route as a timetable, the point of no return, and where the facts come from."""

import json
from pathlib import Path

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact
from kaijo.plan.advice import Plan
from kaijo.plan.speech import place_name, say_step, say_stop, say_warning
from kaijo.words import Lang, label, show_time

_TEMPLATE = Path(__file__).with_name("plan_sheet.typ")


def plan_sheet(plan: Plan, lang: Lang) -> bytes:
    """Return the sheet as PDF. Raises UsageProblem `usage.no-pdf` without the extra `pdf`."""
    try:
        import typst
    except ModuleNotFoundError:
        raise UsageProblem("usage.no-pdf") from None
    made = typst.compile(_TEMPLATE.read_bytes(), sys_inputs={"plan": json.dumps(_content(plan, lang))})
    if not isinstance(made, bytes):
        raise UsageProblem("usage.no-pdf")
    return made


def _content(plan: Plan, lang: Lang) -> dict[str, object]:
    best = plan.routes[0] if plan.routes else None
    last = plan.point_of_no_return
    return {
        "lang": lang,
        "title": label("plan.title", lang),
        "now": label("plan.now", lang, now=plan.situation.now),
        "route": label("plan.best", lang, id=best.id, chance=round(best.worth.chance * 100)) if best else "",
        "none": "" if best else label("plan.none", lang),
        "last": label("plan.last", lang, last=last) if last else "",
        "head": [label(f"plan.column.{name}", lang) for name in ("start", "latest", "what", "place")],
        "steps": [
            [
                show_time(step.start, lang),
                show_time(step.latest_start, lang) if step.latest_start else "–",
                say_step(step, lang),
                place_name(step.place, lang),
            ]
            for step in (best.steps if best else ())
        ],
        "notes": [*(say_stop(answer, lang) for answer in plan.stop_trying),
                  *(say_warning(warning, lang) for warning in plan.warnings)],
        "facts": label("plan.rests-on", lang),
        "sources": [f"{fact(name).title[lang]} ({fact(name).checked})" for name in plan.facts],
        "foot": label("plan.foot", lang),
    }  # fmt: skip
