"""Keeping PINs: which part does what for a target that a person names, and where this machine's secret lies."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.folders import home, make_folder, secret
from kaijo.clock import Clock
from kaijo.keep.exports import Manager, export
from kaijo.words import Lang

if TYPE_CHECKING:
    from kaijo.keep.entry import Entry
    from kaijo.keep.recall import RecallBook

KEYCHAIN, KDBX, PAPER = "keychain", "kdbx", "paper"
ENDINGS: Mapping[str, str] = {
    **{manager.value: f".{manager.value.rpartition('-')[2]}" for manager in Manager},
    KDBX: ".kdbx",
    PAPER: ".pdf",
}
"""The ending of the file that each target writes; the keychain writes none."""

TARGETS = (KEYCHAIN, KDBX, PAPER, *(manager.value for manager in Manager))


def file_maker(target: str, lang: Lang, passphrase: str) -> "Callable[[Sequence[Entry]], bytes]":
    """Return what makes the file of a target; `passphrase` is for KDBX alone."""
    if target == KDBX:
        from kaijo.keep.kdbx import kdbx

        return lambda entries: kdbx(entries, passphrase)
    if target == PAPER:
        from kaijo.sheets.pin_slip import pin_slip

        return lambda entries: pin_slip(entries, lang)
    return lambda entries: export(Manager(target), entries)


def recall_book(clock: Clock) -> "RecallBook":
    """Return this person's recall tests, bound to a secret that is made at first use. Raises `usage.unwritable`."""
    from kaijo.keep.recall import RecallBook

    folder: Path = make_folder(home())
    return RecallBook(folder, secret(folder / "recall.key"), clock)
