"""What is handed to a password manager, a keychain or a sheet of paper: one PIN and what it is."""

from dataclasses import dataclass, field

from kaijo.card.pins import normalise
from kaijo.facts.pins import PinKind
from kaijo.words import Lang, label, show

MARK = "Kaijo (kaijo pin keep)"
"""Stands in everything that is written unencrypted, so that the wipe knows its own files."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One PIN to keep, in the form the card holds. `title` and `note` are for people, and name nobody."""

    kind: PinKind
    pin: str = field(repr=False)
    title: str
    note: str


def entry(kind: PinKind, typed: str, lang: Lang) -> Entry:
    """Return what is kept of a PIN that was typed. Raises GuardRefused `guard.wrong-form`."""
    title = label("keep.entry-title", lang, kind=kind)
    return Entry(kind, normalise(kind, typed), title, f"{show(kind, lang)} — {MARK}")
