"""The answers on their way: read from the form, packed into one field of the plan, made into the planner's words."""

import re
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain
from kaijo.facts.usable import lowest_age
from kaijo.web.guide.questions import EQUIPMENT, NONE, PLACES, UNKNOWN, Answers, about, every_question, pins_asked

_MOST = 64
_LONGEST = 40
_FLAGS: dict[str, object] = {"yes": True, "no": False}
_NUMBER = re.compile("[0-9]{1,9}")
_OPEN = {"", UNKNOWN}
_FIELDS = {
    "now": "at",
    "age": "under-age",
    "moved_since_issue": "moved",
    "kind": "kind",
    "ready_in_minutes": "ready",
    "closes": "post-closes",
}


def pack(answers: Answers) -> str:
    """Return the answers as the text of one field."""
    return urlencode({name: value for name, value in answers.items() if value not in _OPEN})


def unpack(text: str) -> dict[str, str]:
    """Return the answers that `pack` wrote. Raises UsageProblem `web.bad-form` for anything else."""
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=_MOST
        )
    except ValueError:
        raise UsageProblem("web.bad-form") from None
    answers = dict(pairs)
    if answers.keys() - every_question().keys():
        raise UsageProblem("web.bad-form")
    return {name: _short(value) for name, value in answers.items()}


def given(fields: Answers) -> dict[str, str]:
    """Return the answers among the fields of a form. Raises UsageProblem `web.bad-form` for one no field lets in."""
    return {name: _short(fields[name]) for name in every_question() if name in fields}


def _short(value: str) -> str:
    if len(value) > _LONGEST:
        raise UsageProblem("web.bad-form")
    return value.strip()


def situation_of(answers: Answers, now: datetime) -> dict[str, object]:
    """Return the planner's JSON [design: planner contract].

    What is not one of our choices goes on as it is, and the planner refuses it by its field.
    """
    return {
        "now": answers.get("at") or now.isoformat(),
        "filing": _told(kind=_text(answers, "kind"), ready_in_minutes=_number(answers, "ready")),
        "person": _told(age=_age(answers), moved_since_issue=_flag(answers, "moved")),
        "pins": {kind.value: pin for kind in pins_asked(answers) if (pin := _pin(kind, answers))},
        "certificates": _certificates(answers),
        "equipment": _told(**{name.replace("-", "_"): _flag(answers, name) for name in EQUIPMENT}),
        "places": _places(answers),
    }


def question_of(path: str, answers: Answers) -> str:
    """Return the name of the question whose answer stands at `path` of the situation."""
    parts = path.split(".")
    if parts[0] == "pins":
        memory, tries = about(PinKind(parts[1]), answers)
        return memory if parts[-1] == "memory" else tries
    if parts[0] == "certificates":
        return "certificate-end"
    if parts[:2] == ["places", "stores"]:
        return list(_stores(answers))[int(parts[2])]
    return _FIELDS.get(parts[-1]) or parts[1].replace("_", "-")


def _pin(kind: PinKind, answers: Answers) -> dict[str, object]:
    memory, tries = about(kind, answers)
    locked = answers.get(memory) == "locked"
    return _told(
        memory=None if locked else _text(answers, memory), locked=locked or None, tries_left=_number(answers, tries)
    )


def _age(answers: Answers) -> object:
    young = _flag(answers, "under-age")
    return lowest_age() - young if isinstance(young, bool) else young


def _certificates(answers: Answers) -> dict[str, object] | None:
    end = _text(answers, "certificate-end")
    certified = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
    return {kind.value: {"not_after": end} for kind in certified} if end else None


def _places(answers: Answers) -> dict[str, object]:
    stores = [{"chain": name, "minutes": minutes} for name, minutes in _stores(answers).items()]
    nothing = all(answers.get(chain.value) == NONE for chain in Chain)
    post = _told(minutes=_number(answers, "post-office"), closes=_text(answers, "post-closes"))
    near = {name.replace("-", "_"): _told(minutes=_number(answers, name)) for name in PLACES} | {"post_office": post}
    return _told(stores=stores if stores or nothing else None) | {name: told for name, told in near.items() if told}


def _stores(answers: Answers) -> dict[str, object]:
    return {
        chain.value: _number(answers, chain.value)
        for chain in Chain
        if answers.get(chain.value, "") not in {*_OPEN, NONE}
    }


def _text(answers: Answers, name: str) -> str | None:
    value = answers.get(name, "")
    return None if value in _OPEN else value


def _flag(answers: Answers, name: str) -> object:
    value = _text(answers, name)
    return value if value is None else _FLAGS.get(value, value)


def _number(answers: Answers, name: str) -> object:
    value = _text(answers, name)
    return int(value) if value and _NUMBER.fullmatch(value) else value


def _told(**parts: object) -> dict[str, object]:
    return {name: part for name, part in parts.items() if part is not None}
