"""Clerks' passwords, kept as scrypt hashes [RFC 7914] with the parameters and the salt beside them."""

import hashlib
import hmac
from typing import Final

from kaijo.errors import ServiceTrouble

LONGEST: Final = 128
_COST, _BLOCK, _PARALLEL, _SIZE = 2**14, 8, 1, 32  # 16 MiB and some 40 ms
_SALT: Final = 16
_MEMORY: Final = 64 * 1024 * 1024


def protect(password: str, salt: bytes) -> str:
    """Return what may be kept of a password: `scrypt$n$r$p$salt$hash`, the last two hexadecimal; `salt` is 16 bytes."""
    hashed = _hash(password, salt, _COST, _BLOCK, _PARALLEL)
    return "$".join(("scrypt", str(_COST), str(_BLOCK), str(_PARALLEL), salt.hex(), hashed.hex()))


def matches(password: str, kept: str) -> bool:
    """Return whether `kept` was made of this password. Raises ServiceTrouble `store.damaged` for text of another form.

    With "" for `kept` it takes as long and says no, so that nobody learns by the time which clerks there are.
    """
    if not kept:
        _hash(password, bytes(_SALT), _COST, _BLOCK, _PARALLEL)
        return False
    try:
        name, cost, block, parallel, salt, hashed = kept.split("$")
        if name != "scrypt":
            raise ServiceTrouble("store.damaged")
        made = _hash(password, bytes.fromhex(salt), int(cost), int(block), int(parallel))
        return hmac.compare_digest(made, bytes.fromhex(hashed))
    except ValueError:
        raise ServiceTrouble("store.damaged") from None


def _hash(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY, dklen=_SIZE
    )
