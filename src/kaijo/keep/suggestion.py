"""PINs to choose from: drawn evenly from a counted set, so that what a guesser must try is known, not estimated."""

from dataclasses import dataclass, field
from functools import cache
from itertools import product
from math import log2
from random import Random, SystemRandom

from kaijo.facts.book import fact
from kaijo.facts.keeping import suggested_shape
from kaijo.facts.pins import PinKind, pin_rule
from kaijo.keep.weakness import weaknesses

# Sounds that everybody in Japan reads alike and writes alike: DI and DU are left out, they sound as ZI and ZU.
_KANA = {
    "K": "カキクケコ",
    "S": "サシスセソ",
    "T": "タチツテト",
    "N": "ナニヌネノ",
    "H": "ハヒフヘホ",
    "M": "マミムメモ",
    "R": "ラリルレロ",
    "G": "ガギグゲゴ",
    "Z": "ザジズゼゾ",
    "B": "バビブベボ",
    "P": "パピプペポ",
}
_READING = {
    consonant + vowel: kana for consonant, row in _KANA.items() for vowel, kana in zip("AIUEO", row, strict=True)
}
_SYLLABLES = tuple(_READING)
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A PIN to choose. `reading` says it aloud; `choices` is how many there are, each as likely as any other."""

    kind: PinKind
    pin: str = field(repr=False)
    reading: str = field(repr=False)
    choices: int

    @property
    def bits(self) -> float:
        """Return the entropy in bits."""
        return log2(self.choices)


def suggest(kind: PinKind, random: Random | None = None) -> Suggestion:
    """Return a PIN of this kind that no rule of `weaknesses` speaks against; `random` is the system's by default.

    A signature PIN has sounds first and digits last [fact: pin-suggestion], the others are digits alone.
    Raises UsageProblem `facts.damaged` when the facts leave none.
    """
    draw = random or SystemRandom()
    rule = pin_rule(kind)
    if rule.alphabet == "digits":
        among = _digits(kind, "", rule.min_length)
        pin = draw.choice(among)
        return Suggestion(kind, pin, " ".join(pin), len(among))
    shape = suggested_shape()
    sounds = [draw.choice(_SYLLABLES) for _ in range(shape.syllables)]
    # The rules judge digits by themselves, so that one prefix of sounds stands for every other.
    among = _digits(kind, _SYLLABLES[0] * shape.syllables, shape.digits)
    digits = draw.choice(among)
    reading = f"{''.join(_READING[sound] for sound in sounds)} {' '.join(digits)}"
    return Suggestion(kind, "".join(sounds) + digits, reading, len(_SYLLABLES) ** shape.syllables * len(among))


@cache
def _digits(kind: PinKind, before: str, size: int) -> tuple[str, ...]:
    every = ("".join(digits) for digits in product(_DIGITS, repeat=size))
    found = tuple(digits for digits in every if not weaknesses(kind, before + digits))
    if not found:
        raise fact("pin-suggestion").damaged("digits")
    return found
