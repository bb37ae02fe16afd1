"""The clerks of the practice counter: invented, with passwords of their own on every machine."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kaijo.errors import ServiceTrouble, UsageProblem
from kaijo.reset.counter.clerks import add_clerk
from kaijo.reset.desk import Desk

_NAMES: Final = ("practice-clerk-1", "practice-clerk-2")
_FILE: Final = "practice-clerks.json"
_OWNER_ONLY: Final = 0o600
_SIZE: Final = 9  # bytes of a password, 12 characters


def make_clerks(desk: Desk, folder: Path) -> None:
    """Make the practice clerks at first start, and write their passwords into `folder` for this machine's owner alone.

    Whoever removes the file gets new passwords at the next start, and every lock of theirs is gone: the way back when
    all are locked out. Raises UsageProblem `usage.unwritable`.
    """
    path = folder / _FILE
    if path.exists():
        return
    made = {name: secrets.token_urlsafe(_SIZE) for name in _NAMES}
    for name, password in made.items():
        add_clerk(desk, name, password)
    # Last, so that a cut before it leads here again.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(made, file)


def read_clerks(folder: Path) -> Mapping[str, str]:
    """Return the practice clerks' passwords by name; nothing where none were made.

    Raises ServiceTrouble `store.damaged` for a file that is not ours.
    """
    path = folder / _FILE
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise ServiceTrouble("store.damaged") from None
    if not isinstance(found, dict):
        raise ServiceTrouble("store.damaged")
    return {str(name): str(password) for name, password in found.items()}
