"""Files with PINs in them: made for their owner alone, never over another file, never as text that lies around."""

import os
import secrets
import stat
from pathlib import Path

from kaijo.errors import GuardRefused, UsageProblem
from kaijo.keep.entry import MARK

_TEXT = {".txt", ".text", ".md", ".rtf", ".doc", ".docx", ".odt", ".log", ".html", ".htm", ".xls", ".xlsx", ".ods", ""}
_LARGEST = 1 << 20
_MARKS = tuple(MARK.encode(encoding) for encoding in ("utf-8", "utf-16-be", "utf-16-le"))


def check_target(path: Path, ending: str) -> None:
    """Raise before any PIN is asked for, when `path` is no place for one; `ending` is what its target wants.

    GuardRefused `keep.plain-text` for a note or a document, `keep.file-exists` for a file that is there;
    UsageProblem `keep.wrong-ending` for any other ending, `usage.unwritable` for a folder that takes no file.
    """
    found = path.suffix.lower()
    if found != ending:
        if found in _TEXT:
            raise GuardRefused("keep.plain-text", path=str(path))
        raise UsageProblem("keep.wrong-ending", path=str(path), ending=ending)
    if path.exists() or path.is_symlink():
        raise GuardRefused("keep.file-exists", path=str(path))
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageProblem("usage.unwritable", path=str(path))


def write_owned(path: Path, content: bytes) -> None:
    """Write a new file that its owner alone may read. Raises GuardRefused `keep.file-exists`, `usage.unwritable`."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise GuardRefused("keep.file-exists", path=str(path)) from None
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def wipe(path: Path) -> None:
    """Overwrite one of our unencrypted files and take it away; copies elsewhere are out of reach.

    Raises GuardRefused `keep.not-ours` for anything that `kaijo pin keep` did not write, UsageProblem
    `keep.nothing-to-wipe`, `usage.unwritable`.
    """
    try:
        # Never through a link: what it points to was not named.
        handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        raise UsageProblem("keep.nothing-to-wipe", path=str(path)) from None
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    with os.fdopen(handle, "r+b") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST or not _ours(file.read()):
            raise GuardRefused("keep.not-ours", path=str(path))
        file.seek(0)
        file.write(secrets.token_bytes(about.st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _ours(content: bytes) -> bool:
    return any(mark in content for mark in _MARKS)
