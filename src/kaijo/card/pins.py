"""The form of a PIN, checked on this side: a value of the wrong form would cost a try like any wrong one."""

import unicodedata

from kaijo.card.files import Code
from kaijo.errors import GuardRefused
from kaijo.facts.pins import PinKind, code_tries, pin_rule

_DIGITS = frozenset("0123456789")
_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CODE_LENGTH = {Code.CODE_A: 12, Code.CODE_B: 14, Code.BIRTH_DATE: 6}  # [card notes 4, 5]


def tries_max(kind: PinKind | Code) -> int:
    """Return how many tries the card gives a full counter of this kind."""
    return code_tries() if isinstance(kind, Code) else pin_rule(kind).tries_max


def normalise(kind: PinKind | Code, typed: str) -> str:
    """Return `typed` as the card holds it: full-width forms folded, the signature PIN in capitals [card notes 8.2].

    Raises GuardRefused `guard.wrong-form` when no secret of this kind looks like it; the text is not in the error.
    """
    text = unicodedata.normalize("NFKC", typed)
    if isinstance(kind, Code):
        size = _CODE_LENGTH[kind]
        if set(text) <= _DIGITS and len(text) == size:
            return text
        raise GuardRefused("guard.wrong-form", kind=kind, form="form.code", length=size)
    rule = pin_rule(kind)
    if rule.alphabet == "upper-and-digits":
        text = text.upper()
        right = set(text) <= _DIGITS | _CAPITALS
    else:
        right = set(text) <= _DIGITS
    if rule.needs_letter_and_digit:
        right = right and bool(set(text) & _DIGITS) and bool(set(text) & _CAPITALS)
    if not right or not rule.min_length <= len(text) <= rule.max_length:
        least, most = rule.min_length, rule.max_length
        length = least if least == most else f"{least}–{most}"
        raise GuardRefused("guard.wrong-form", kind=kind, form=f"form.{rule.alphabet}", length=length)
    return text
