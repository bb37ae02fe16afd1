"""What a link to the guide may carry: the night, and nothing that tells about the person.

Which PIN is locked, the kind of return, when one begins and how far the stores are. Not in it: tries, what somebody
remembers, age, moves, certificates, what is at hand, and how far home is from the offices.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from kaijo.clock import parse_time
from kaijo.errors import UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain
from kaijo.web.guide.questions import SCREENS, UNKNOWN, Answers, about, every_question, pins_asked, questions

_MEMORIES = ("memory", PinKind.SIGNATURE.value, PinKind.AUTHENTICATION.value)
_SHARED = ("trouble", *_MEMORIES, *(chain.value for chain in Chain), "kind", "at")
_LOCKED = "locked"


def shared(answers: Mapping[str, str]) -> dict[str, str]:
    """Return those of the answers that a link may carry; what is no answer of ours is left out."""
    asked = every_question()
    taken = {
        name: answers[name]
        for name in _SHARED
        if name in answers and answers[name] != UNKNOWN and _fits(answers[name], asked[name].options)
    }
    memories = {about(kind, taken)[0] for kind in pins_asked(taken)}
    return {
        name: value for name, value in taken.items() if name not in _MEMORIES or (value == _LOCKED and name in memories)
    }


def link(answers: Answers) -> str:
    """Return the path of the guide with what may be shared."""
    query = urlencode(shared(answers))
    return f"/guide?{query}" if query else "/guide"


def first_open(answers: Answers) -> str:
    """Return the first screen of which nothing is answered, the last where there is none."""
    names = {screen: {question.name for question in questions(screen)} for screen in SCREENS}
    return next((screen for screen in SCREENS if not names[screen] & answers.keys()), SCREENS[-1])


def _fits(value: str, options: tuple[str, ...]) -> bool:
    if options:
        return value in options
    try:
        parse_time(value)
    except UsageProblem:
        return False
    return True
