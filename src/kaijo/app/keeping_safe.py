"""Backups of a service, putting one back, and the question whether all rows and the trail are sound."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.database import database_place, let_go
from kaijo.app.folders import make_folder
from kaijo.app.operator import audit_trail
from kaijo.clock import Clock
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.reset.audit_file import Verdict
    from kaijo.service.backup import Backup
    from kaijo.service.keyfile import Passphrase
    from kaijo.service.store.soundness import Flaw


def back_up(folder: Path, data: Path, clock: Clock, *, database: str | None, passphrase: bytes | None) -> "Backup":
    """Write a backup of the service with its files in `data`, which may go on running; return what it says of itself.

    The secrets are in it only under a passphrase. Raises UsageProblem `audit.no-trail` (path) where no service has
    been, as `new_folder`, `copy_database` and `describe`.
    """
    from kaijo.service.backup import describe, new_folder
    from kaijo.service.store.copies import copy_database

    place = database_place(data, database)
    if isinstance(place, Path) and not place.exists():
        raise UsageProblem("audit.no-trail", path=str(data))
    at = clock.now()
    copy = copy_database(place, new_folder(folder))
    return describe(folder, copy, data, at, passphrase)


def put_back(
    folder: Path, data: Path, *, database: str | None, passphrase: "Passphrase"
) -> "tuple[Backup, tuple[str, ...]]":
    """Put a backup where no service is; return what it says of itself, and which secrets are missing still.

    Raises UsageProblem and ServiceTrouble as `read_backup`, `put_secrets` and `kaijo.service.store.copies.put_back`.
    """
    from kaijo.service.backup import put_secrets, read_backup
    from kaijo.service.store import copies

    backup = read_backup(folder)
    missing = put_secrets(folder, backup, make_folder(data), passphrase)
    copies.put_back(folder / backup.copy, database_place(data, database))
    return backup, missing


def judge(data: Path, clock: Clock, *, database: str | None) -> "tuple[dict[Flaw, int], Verdict]":
    """Return which rules the rows break, and what is wrong with the trail. Raises as `audit_trail`."""
    from kaijo.reset import audit_file
    from kaijo.service.store.database import SqlStore
    from kaijo.service.store.soundness import flaws

    trail = audit_trail(data, clock, database=database)
    with closing(SqlStore(database_place(data, database))) as store, store.look() as records:
        found = flaws(records.connection)
    verdict = audit_file.verify(trail.export(), key=trail.key.public_key())
    let_go(trail.store)
    return found, verdict
