"""What the guide asks, screen by screen: only what the planner needs, and every question may be left open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.facts.stores import Chain

Answers = Mapping[str, str]
"""What was answered, by the name of the question, as it was chosen or typed."""
Shape = Literal["list", "row", "menu", "day", "hour", "moment"]
"""How a question looks: choices below or beside each other, a menu, or a field for a day, an hour, a moment."""

PLAN = "plan"
SCREENS = ("pin", "card", "hand", "near", "return")
UNKNOWN, NONE = "unknown", "none"
MEMORIES = ("locked", "forgotten", "unsure", "known", UNKNOWN)
EQUIPMENT = (
    *("nfc-phone", "card-reader", "phone-certificate", "phone-signature-pin", "id-password", "printer", "accountant"),
)
PLACES = ("counter", "post-office", "drop-box")

_MINUTES = ("3", "5", "10", "15", "20", "30", "45", "60", "90")
_WORK = ("0", "10", "20", "40", "60", "120", "240", UNKNOWN)
_YES_NO = ("yes", "no", UNKNOWN)
_FOR_FILING = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. The label of an option is `guide.<words>.<option>`.

    `about` is the PIN or the chain it asks about, where several questions share their sentences.
    """

    name: str
    shape: Shape
    words: str = ""
    options: tuple[str, ...] = ()
    about: PinKind | Chain | None = None

    @property
    def asks(self) -> str:
        """The last part of the codes of its sentences."""
        return self.words if self.about else self.name


def questions(screen: str) -> tuple[Question, ...]:
    """Return the questions of a screen."""
    return _ASKED[screen]()


def every_question() -> dict[str, Question]:
    """Return all questions by name, in the order in which they are asked."""
    return {question.name: question for screen in SCREENS for question in questions(screen)}


def trouble_of(answers: Answers) -> PinKind | None:
    """Return the PIN that is the trouble, None while nobody knows which one it is."""
    return next((kind for kind in PinKind if kind.value == answers.get("trouble")), None)


def pins_asked(answers: Answers) -> frozenset[PinKind]:
    """Return the PINs that are asked about: those that sending needs, and the one that is the trouble."""
    return frozenset({*_FOR_FILING, trouble_of(answers) or PinKind.SIGNATURE})


def about(kind: PinKind, answers: Answers) -> tuple[str, str]:
    """Return the names of the questions that ask how well a PIN is remembered, and for its tries left."""
    return ("memory", "tries") if kind is trouble_of(answers) else (kind.value, f"{kind.value}-tries")


def _pin() -> tuple[Question, ...]:
    return (
        Question("trouble", "list", "trouble", (*(kind.value for kind in PinKind), UNKNOWN)),
        Question("memory", "list", "memory", MEMORIES),
        Question("tries", "row", "tries", _tries(PinKind.SIGNATURE)),
    )


def _card() -> tuple[Question, ...]:
    pins = (
        question
        for kind in _FOR_FILING
        for question in (
            Question(kind.value, "list", "memory", MEMORIES, kind),
            Question(f"{kind.value}-tries", "row", "tries", _tries(kind), kind),
        )
    )
    return (
        *pins,
        Question("moved", "row", "is", _YES_NO),
        Question("under-age", "row", "is", _YES_NO),
        Question("certificate-end", "day"),
    )


def _hand() -> tuple[Question, ...]:
    return tuple(Question(name, "row", "is", _YES_NO) for name in EQUIPMENT)


def _near() -> tuple[Question, ...]:
    return (
        *(Question(chain.value, "menu", "minutes", (UNKNOWN, NONE, *_MINUTES), chain) for chain in Chain),
        *(Question(name, "menu", "minutes", (UNKNOWN, *_MINUTES)) for name in PLACES),
        Question("post-closes", "hour"),
    )


def _return() -> tuple[Question, ...]:
    return (
        Question("kind", "list", "kind", (*(kind.value for kind in ReturnKind), UNKNOWN)),
        Question("ready", "row", "ready", _WORK),
        Question("at", "moment"),
    )


def _tries(kind: PinKind) -> tuple[str, ...]:
    return (*(str(count) for count in range(1, pin_rule(kind).tries_max + 1)), UNKNOWN)


_ASKED = {"pin": _pin, "card": _card, "hand": _hand, "near": _near, "return": _return}
