"""The card as a file: written whole or not at all, told from foreign and damaged ones, held by one program."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kaijo.errors import CardTrouble
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.encoding import from_plain, to_plain
from kaijo.virtualcard.image import CardImage

VERSION = 1
_MARK = "kaijo-card"
_BEGINNING = f'{{"{_MARK}":'.encode()
_OWNER_ONLY = 0o600


class WritePoint(Enum):
    """Where a write can be cut off: before it, with the new file ready beside the old one, and after the exchange."""

    BEFORE = "before"
    WRITTEN = "written"
    EXCHANGED = "exchanged"


Passing = Callable[[WritePoint], None]


def _pass_by(_point: WritePoint) -> None:
    """Let the write go on."""


def load(path: Path) -> CardImage:
    """Return the card in a file.

    Raises CardTrouble `cardfile.missing`, `cardfile.unreadable`, `cardfile.foreign` (no card file at all),
    `cardfile.version` (of another version) or `cardfile.damaged` (its checksum or its shape is wrong).
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise CardTrouble("cardfile.missing", path=str(path)) from None
    except OSError:
        raise CardTrouble("cardfile.unreadable", path=str(path)) from None
    if not raw.startswith(_BEGINNING):
        raise CardTrouble("cardfile.foreign", path=str(path))
    try:
        plain = json.loads(raw)
        version, content = plain[_MARK], _canonical(plain.get("card"))
    except (ValueError, RecursionError):
        raise CardTrouble("cardfile.damaged", path=str(path)) from None
    if isinstance(version, int) and version != VERSION:
        raise CardTrouble("cardfile.version", path=str(path), version=version, known=VERSION)
    intact = version == VERSION and plain.get("sha256") == _checksum(content)
    image = from_plain(plain.get("card")) if intact else None
    if image is None:
        raise CardTrouble("cardfile.damaged", path=str(path))
    return image


def save(path: Path, image: CardImage, *, passing: Passing = _pass_by) -> None:
    """Write the card in place of what was there: after a cut at any moment the file is the old or the new one.

    The file is readable by its owner only. `passing` is called at each WritePoint; what it raises comes through, and
    leaves the disk as a power cut there would. Raises CardTrouble `cardfile.unwritable`.
    """
    passing(WritePoint.BEFORE)
    content = _canonical(to_plain(image))
    raw = b'%s%d,"sha256":"%s","card":%s}\n' % (_BEGINNING, VERSION, _checksum(content).encode(), content)
    beside = path.with_name(path.name + ".new")
    try:
        _write(beside, raw)
        passing(WritePoint.WRITTEN)
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise CardTrouble("cardfile.unwritable", path=str(path)) from None
    passing(WritePoint.EXCHANGED)


def create(path: Path, image: CardImage) -> None:
    """Write a new card. Raises CardTrouble `cardfile.exists`, `cardfile.in-use` or `cardfile.unwritable`."""
    lock = _hold(path)
    try:
        if path.exists():
            raise CardTrouble("cardfile.exists", path=str(path))
        save(path, image)
    finally:
        lock.release()


class CardFile:
    """A card file that nobody else may use until `close`; `image` is what stood in it at first.

    Raises CardTrouble as `load` does, and `cardfile.in-use` while the card lies somewhere else.
    """

    def __init__(self, path: Path, *, passing: Passing = _pass_by) -> None:
        self._path = path.resolve()
        self._passing = passing
        if not self._path.exists():
            raise CardTrouble("cardfile.missing", path=str(path))
        self._lock = _hold(self._path)
        try:
            self.image = load(self._path)
        except BaseException:
            self._lock.release()
            raise

    def save(self, image: CardImage) -> None:
        """Write the card. Raises as the function `save`."""
        save(self._path, image, passing=self._passing)

    def close(self) -> None:
        """Let the file go. Closing twice is fine."""
        self._lock.release()


def open_card(path: Path, *, passing: Passing = _pass_by, **options: Any) -> VirtualCard:
    """Return the card in a file, powered; its `close` lets the file go.

    `options` are VirtualCard's `random` and `clears_on_reselect`; its place is the path. Raises as CardFile does.
    """
    store = CardFile(path, passing=passing)
    try:
        return VirtualCard(store.image, store=store, place=str(path), **options)
    except BaseException:
        store.close()
        raise


def _canonical(plain: Any) -> bytes:
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hold(path: Path) -> FileLock:
    lock = FileLock(path.with_name(path.name + ".lock"), timeout=0, mode=_OWNER_ONLY, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise CardTrouble("cardfile.in-use", path=str(path)) from None
    except OSError:
        raise CardTrouble("cardfile.unwritable", path=str(path)) from None
    return lock


def _write(path: Path, raw: bytes) -> None:
    path.unlink(missing_ok=True)  # a cut left it behind, perhaps with another mode
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened, and the exchange is kept by the file system
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
