"""A backup: a folder with a copy of the database, what it is, and, only when asked for, the secrets under a passphrase.

Without its secrets a backup names no card and cannot be read on: `veil.key` names the cards, `checkpoints.key` signs
the audit trail. Keep them apart from the copies, or in them under a passphrase that is kept apart.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kaijo import __version__
from kaijo.errors import ServiceTrouble, UsageProblem
from kaijo.service.cardadmin import check_value, load_master
from kaijo.service.keyfile import Passphrase, protect, read_key_file, write_key_file
from kaijo.service.store.copies import POSTGRES_COPY, SQLITE_COPY

MANIFEST: Final = "backup.json"
SEALED: Final = "secrets.sealed"
SECRETS: Final[Mapping[str, int]] = {"veil.key": 1, "checkpoints.key": 2}
"""The secret files of a service, each with its number in the sealed file."""

_CHUNK: Final = 1 << 20
_LARGEST: Final = 65_536


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself. `checks` tell secrets apart and say nothing of them."""

    made_at: str
    version: str
    copy: str
    sha256: str
    size: int
    checks: Mapping[str, str]
    sealed: bool

    def plain(self) -> dict[str, Any]:
        """Return it in JSON's types."""
        named = ("made_at", "version", "copy", "sha256", "size", "sealed")
        return {**{name: getattr(self, name) for name in named}, "checks": dict(self.checks)}


def describe(folder: Path, copy: Path, data: Path, at: datetime, passphrase: bytes | None) -> Backup:
    """Seal the secrets of `data` if there is a passphrase, write down what the folder holds, and return that.

    Raises ServiceTrouble as `load_master`, UsageProblem as `protect`.
    """
    found = {name: load_master(data / name) for name in SECRETS if (data / name).exists()}
    if passphrase is not None:
        sealed = protect({SECRETS[name]: secret for name, secret in found.items()}, passphrase)
        write_key_file(folder / SEALED, sealed, new=True)
    checks = {name: check_value(secret) for name, secret in found.items()}
    made = Backup(
        at.isoformat(), __version__, copy.name, _sha256(copy), copy.stat().st_size, checks, passphrase is not None
    )
    write_key_file(folder / MANIFEST, json.dumps(made.plain(), indent=1).encode(), new=True)
    return made


def read_backup(folder: Path) -> Backup:
    """Return what a backup says of itself, once its copy is found to be what was written.

    Raises UsageProblem `backup.none` (path), ServiceTrouble `backup.damaged` (file).
    """
    try:
        raw = (folder / MANIFEST).read_bytes()
    except OSError:
        raise UsageProblem("backup.none", path=str(folder)) from None
    try:
        backup = Backup(**json.loads(raw[:_LARGEST]))
    except (TypeError, ValueError):
        raise ServiceTrouble("backup.damaged", file=MANIFEST) from None
    if backup.copy not in {SQLITE_COPY, POSTGRES_COPY} or not set(backup.checks) <= set(SECRETS):
        raise ServiceTrouble("backup.damaged", file=MANIFEST)
    try:
        whole = secrets.compare_digest(_sha256(folder / backup.copy), backup.sha256)
    except OSError:
        whole = False
    if not whole:
        raise ServiceTrouble("backup.damaged", file=backup.copy)
    return backup


def put_secrets(folder: Path, backup: Backup, data: Path, passphrase: Passphrase) -> tuple[str, ...]:
    """Put sealed secrets into `data` where there are none, and return the names of those that are still missing.

    Raises UsageProblem `backup.other-secret` (file) when one that is there is not the backup's, ServiceTrouble as
    `read_key_file`.
    """
    if backup.sealed and not all((data / name).exists() for name in backup.checks):
        opened = read_key_file(folder / SEALED, passphrase)
        for name in backup.checks:
            if not (data / name).exists():
                write_key_file(data / name, opened[SECRETS[name]], new=True)
    missing = tuple(name for name in backup.checks if not (data / name).exists())
    for name, check in backup.checks.items():
        if name not in missing and check_value(load_master(data / name)) != check:
            raise UsageProblem("backup.other-secret", file=name)
    return missing


def new_folder(path: Path) -> Path:
    """Return the folder, made for a backup and for its owner alone.

    Raises UsageProblem `backup.not-free` (place) when something is there, `usage.unwritable`.
    """
    try:
        path.mkdir(parents=True, mode=0o700, exist_ok=True)
        taken = any(path.iterdir())
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    if taken:
        raise UsageProblem("backup.not-free", place=str(path))
    return path


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
