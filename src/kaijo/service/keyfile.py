"""Key files: the operator's secrets at rest, encrypted under a passphrase, several versions side by side.

Layout, ours: 8 bytes KAIJOKEY, format (1), then three numbers of scrypt (log2 of the cost, block size, lanes), one byte
each, salt (16), nonce (12), and AES-256-GCM over the versions with all of that as additional data. A version is its
number (1 byte, 1 to 127) and its key (32). A file of 32 bytes alone is one key in clear, for practice.
"""

import os
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kaijo.errors import ServiceTrouble, UsageProblem

KEY_SIZE: Final = 32
FIRST_VERSION: Final = 1
LAST_VERSION: Final = 0x7F  # key version numbers of a card [GPC 11.8.2.2]
SHORTEST_PASSPHRASE: Final = 12
COST: Final = 17  # 128 MiB and about a third of a second for each guess
_MAGIC: Final = b"KAIJOKEY\x01"
_BLOCK_SIZE: Final = 8
_LANES: Final = 1
_LEAST_COST: Final = 10
_MOST_COST: Final = 20  # what a damaged header may ask of this machine: 1 GiB
_SALT: Final = 16
_NONCE: Final = 12
_HEADER: Final = len(_MAGIC) + 3 + _SALT + _NONCE
MOST_FILE: Final = _HEADER + LAST_VERSION * (1 + KEY_SIZE) + 16
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_MODE: Final = 0o600

Passphrase = Callable[[], bytes]
"""Asked only when there is something to open. Raises as whatever asks."""


def read_key_file(path: Path, passphrase: Passphrase, *, practice: bool = False) -> Mapping[int, bytes]:
    """Return the keys in a file by version, the oldest first.

    Raises ServiceTrouble as `read_private`; `keys.unprotected` (path) for a key in clear unless in practice;
    `keys.wrong-passphrase` (path); `service.key-damaged` (size) for anything else.
    """
    raw = read_private(path, MOST_FILE)
    if is_protected(raw):
        return _opened(raw, passphrase(), path)
    if len(raw) != KEY_SIZE:
        raise ServiceTrouble("service.key-damaged", size=len(raw))
    if not practice:
        raise ServiceTrouble("keys.unprotected", path=str(path))
    return {FIRST_VERSION: raw}


def is_protected(raw: bytes) -> bool:
    """Return whether the content of a key file is encrypted."""
    return raw.startswith(_MAGIC)


def protect(keys: Mapping[int, bytes], passphrase: bytes, *, cost: int = COST) -> bytes:
    """Return the content of a key file. Raises UsageProblem `keys.short-passphrase`, `keys.too-many-versions`."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise UsageProblem("keys.short-passphrase", least=SHORTEST_PASSPHRASE)
    if not keys or not all(FIRST_VERSION <= version <= LAST_VERSION for version in keys):
        raise UsageProblem("keys.too-many-versions", most=LAST_VERSION)
    numbers = bytes((cost, _BLOCK_SIZE, _LANES))
    header = _MAGIC + numbers + secrets.token_bytes(_SALT + _NONCE)
    plain = b"".join(bytes((version,)) + keys[version] for version in sorted(keys))
    return header + _cipher(header, passphrase).encrypt(header[-_NONCE:], plain, header)


def write_key_file(path: Path, content: bytes, *, new: bool) -> None:
    """Write a key file for its owner alone, whole or not at all.

    Raises UsageProblem `keys.exists` when it should be new and is not, `usage.unwritable`.
    """
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            if new:
                os.link(beside, path)  # unlike a rename it never takes the place of another file
            else:
                beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise UsageProblem("keys.exists", path=str(path)) from None
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def read_private(path: Path, most: int) -> bytes:
    """Return the content of a file that only its owner may read, at most `most` bytes and one more.

    Raises ServiceTrouble `service.key-missing` (path, reason), `service.key-exposed` (path) when others may touch it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            content = file.read(most + 1)
    except OSError as error:
        raise ServiceTrouble("service.key-missing", path=str(path), reason=error.strerror or "") from None
    if mode & _OTHERS:
        raise ServiceTrouble("service.key-exposed", path=str(path))
    return content


def _opened(raw: bytes, passphrase: bytes, path: Path) -> Mapping[int, bytes]:
    header, sealed = raw[:_HEADER], raw[_HEADER:]
    cost, block_size, lanes = raw[len(_MAGIC) : len(_MAGIC) + 3].ljust(3, b"\x00")
    if not _LEAST_COST <= cost <= _MOST_COST or (block_size, lanes) != (_BLOCK_SIZE, _LANES) or len(sealed) <= KEY_SIZE:
        raise ServiceTrouble("service.key-damaged", size=len(raw))
    try:
        plain = _cipher(header, passphrase).decrypt(header[-_NONCE:], sealed, header)
    except InvalidTag:
        raise ServiceTrouble("keys.wrong-passphrase", path=str(path)) from None
    step = 1 + KEY_SIZE
    return {plain[at]: plain[at + 1 : at + step] for at in range(0, len(plain), step)}


def _cipher(header: bytes, passphrase: bytes) -> AESGCM:
    salt = header[-_NONCE - _SALT : -_NONCE]
    cost = header[len(_MAGIC)]
    return AESGCM(Scrypt(salt=salt, length=KEY_SIZE, n=1 << cost, r=_BLOCK_SIZE, p=_LANES).derive(passphrase))
