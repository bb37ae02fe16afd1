"""The file that stands for a phone's secure element: keys behind locks, tries counted, one writer at a time.

Each private key is sealed under a secret of its own, and that secret once more under each lock that opens it.
"""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, unique
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock

from kaijo.errors import CardTrouble, UsageProblem
from kaijo.facts.pins import PinKind

KINDS = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
_FORMAT = "kaijo-practice-phone-2"
_INFO = b"Kaijo practice phone lock"
_SALT, _NONCE, _KEY = 16, 12, 32
_SCRYPT = {"length": _KEY, "n": 2**15, "r": 8, "p": 1}


@unique
class Opener(Enum):
    """What opens a lock: the key's own PIN, what resets that PIN, or the device for a finger or face."""

    PIN = "pin"
    RESET = "reset"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something that only one secret opens."""

    salt: bytes
    content: bytes

    @classmethod
    def under(cls, secret: bytes, content: bytes, bound_to: bytes, *, slow: bool = False) -> Self:
        """Seal `content`; it opens beside the same `bound_to` only, and slowly where few secrets are possible."""
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        return cls(salt, nonce + AESGCM(_derived(secret, salt, slow=slow)).encrypt(nonce, content, bound_to))

    def open(self, secret: bytes, bound_to: bytes, *, slow: bool = False) -> bytes | None:
        """Return the content; None for another secret."""
        cipher = AESGCM(_derived(secret, self.salt, slow=slow))
        try:
            return cipher.decrypt(self.content[:_NONCE], self.content[_NONCE:], bound_to)
        except InvalidTag:
            return None

    @classmethod
    def read(cls, row: Mapping[str, str]) -> Self:
        """Return what `as_dict` wrote. Raises ValueError, KeyError, TypeError."""
        return cls(bytes.fromhex(row["salt"]), base64.b64decode(row["sealed"], validate=True))

    def as_dict(self) -> dict[str, str]:
        """Return it for the file."""
        return {"salt": self.salt.hex(), "sealed": base64.b64encode(self.content).decode()}


@dataclass(slots=True)
class Row:
    """One key of the phone. `key` opens with the secret that each of the `locks` holds."""

    certificate: bytes
    key: Sealed
    locks: dict[Opener, Sealed]
    tries_left: int

    def lock(self, opener: Opener, secret: bytes, content: bytes) -> None:
        """Let `secret` open `content` as that opener from now on."""
        self.locks[opener] = Sealed.under(secret, content, self.certificate, slow=opener is Opener.PIN)

    def opened(self, opener: Opener, secret: bytes) -> bytes | None:
        """Return what a lock holds; None for another secret."""
        return self.locks[opener].open(secret, self.certificate, slow=opener is Opener.PIN)

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises ValueError, KeyError, TypeError."""
        locks = {Opener(name): Sealed.read(one) for name, one in row["locks"].items()}
        if not {Opener.PIN, Opener.RESET} <= set(locks):
            raise ValueError
        certificate = base64.b64decode(row["certificate"], validate=True)
        return cls(certificate, Sealed.read(row["key"]), locks, _count(row["tries_left"]))

    def as_dict(self) -> dict[str, object]:
        """Return it for the file."""
        return {
            "certificate": base64.b64encode(self.certificate).decode(),
            "key": self.key.as_dict(),
            "locks": {opener.value: one.as_dict() for opener, one in self.locks.items()},
            "tries_left": self.tries_left,
        }


@dataclass(slots=True)
class Held:
    """What the phone holds; `presses_left` counts the tries of a finger or face."""

    rows: dict[PinKind, Row]
    presses_left: int

    @classmethod
    def read(cls, whole: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises ValueError, KeyError, TypeError."""
        if whole["format"] != _FORMAT:
            raise ValueError
        return cls({kind: Row.read(whole["keys"][kind.value]) for kind in KINDS}, _count(whole["presses_left"]))

    def as_dict(self) -> dict[str, object]:
        """Return it for the file."""
        keys = {kind.value: row.as_dict() for kind, row in self.rows.items()}
        return {"format": _FORMAT, "keys": keys, "presses_left": self.presses_left}


class PhoneFile:
    """The file of one phone, and beside it the secret that a real phone's biometrics would guard."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._device = path.with_name(path.name + ".device")

    def read(self) -> Held:
        """Return what the phone holds. Raises CardTrouble `phonecert.damaged`, UsageProblem `phonecert.none`."""
        try:
            return Held.read(json.loads(self.path.read_text("ascii")))
        except FileNotFoundError:
            raise UsageProblem("phonecert.none", path=str(self.path)) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise self.damaged() from None

    def write(self, held: Held) -> None:
        """Write it, whole or not at all. Raises UsageProblem `usage.unwritable`."""
        _write(self.path, json.dumps(held.as_dict(), indent=1).encode("ascii"))

    @contextmanager
    def alone(self) -> Iterator[Held]:
        """Give what the phone holds, to nobody else meanwhile. Raises as `read`."""
        with FileLock(self.path.with_name(self.path.name + ".lock"), mode=0o600):
            yield self.read()

    def device_secret(self) -> bytes | None:
        """Return the device's secret, None where there is none."""
        try:
            return self._device.read_bytes() or None
        except OSError:
            return None

    def new_device_secret(self) -> bytes:
        """Make the device's secret anew and return it. Raises UsageProblem `usage.unwritable`."""
        secret = os.urandom(_KEY)
        _write(self._device, secret)
        return secret

    def forget_device_secret(self) -> None:
        """Remove the device's secret. Raises UsageProblem `usage.unwritable`."""
        try:
            self._device.unlink(missing_ok=True)
        except OSError:
            raise UsageProblem("usage.unwritable", path=str(self._device)) from None

    def damaged(self) -> CardTrouble:
        """Return the error that names this file."""
        return CardTrouble("phonecert.damaged", path=str(self.path))


def _derived(secret: bytes, salt: bytes, *, slow: bool) -> bytes:
    if slow:
        return Scrypt(salt=salt, **_SCRYPT).derive(secret)
    return HKDF(SHA256(), _KEY, salt, _INFO).derive(secret)


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    try:
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
