"""An encrypted KeePass file (KDBX 4), opened by a passphrase. An extra of its own: pykeepass is under the GPL-3.0."""

import io
from collections.abc import Sequence

from kaijo.errors import GuardRefused, UsageProblem
from kaijo.keep.entry import Entry

SHORTEST = 12
"""Characters of a passphrase: whoever gets the file may try as often as a machine can."""

_GROUP = "Kaijo"


def kdbx(entries: Sequence[Entry], passphrase: str) -> bytes:
    """Return the file. Raises GuardRefused `keep.short-passphrase`, UsageProblem `keep.no-kdbx` without the extra."""
    if len(passphrase) < SHORTEST:
        raise GuardRefused("keep.short-passphrase", least=SHORTEST)
    try:
        from pykeepass import create_database
    except ModuleNotFoundError:
        raise UsageProblem("keep.no-kdbx") from None
    file = io.BytesIO()
    made = create_database(file, password=passphrase)
    group = made.add_group(made.root_group, _GROUP)
    for one in entries:
        made.add_entry(group, one.title, one.kind.value, one.pin, notes=one.note)
    file.seek(0)
    file.truncate()
    made.save(file)
    return file.getvalue()
