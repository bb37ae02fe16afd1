"""What is handed to a password manager, a keychain or a sheet of paper: one PIN and what it is."""

import unicodedata
from dataclasses import dataclass, field

from kaijo.card.pins import normalise
from kaijo.errors import GuardRefused, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.words import Lang, label, show

MARK = "Kaijo (kaijo pin keep)"
"""Stands in everything that is written unencrypted, so that the wipe knows its own files."""

LONGEST = 20
"""Characters of the name that a holder gives to a card."""
MOST_DIGITS = 3
"""Digits in it: a PIN, a birthday, the card's own number have more."""

_SIGNS = " -_'.・"


@dataclass(frozen=True, slots=True)
class Entry:
    """One PIN to keep, in the form the card holds. `title` and `note` are for people.

    `name` is what its holder calls the card, to tell a family's cards apart; empty where there is one alone.
    """

    kind: PinKind
    pin: str = field(repr=False)
    title: str
    note: str
    name: str = ""


def card_name(typed: str) -> str:
    """Return the name of a card as it is kept, width and spaces folded.

    Raises UsageProblem `keep.bad-name` unless it has up to LONGEST letters, with MOST_DIGITS digits at most.
    """
    name = " ".join(unicodedata.normalize("NFKC", typed).split())
    letters = all(sign.isalnum() or sign in _SIGNS for sign in name)
    if not name or not letters or len(name) > LONGEST or sum(map(str.isdigit, name)) > MOST_DIGITS:
        raise UsageProblem("keep.bad-name", longest=LONGEST, digits=MOST_DIGITS)
    return name


def entry(kind: PinKind, typed: str, lang: Lang, name: str = "") -> Entry:
    """Return what is kept of a PIN that was typed.

    Raises GuardRefused `guard.wrong-form`, `keep.pin-in-name` when the card's name would tell the PIN.
    """
    pin = normalise(kind, typed)
    if pin in name.upper():
        raise GuardRefused("keep.pin-in-name")
    title = label("keep.entry-title-named" if name else "keep.entry-title", lang, kind=kind, name=name)
    return Entry(kind, pin, title, f"{show(kind, lang)} — {MARK}", name)
