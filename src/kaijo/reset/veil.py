"""How a card appears in the service's rows: by a keyed name, and with what belongs to it sealed."""

import hmac
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kaijo.errors import ServiceTrouble
from kaijo.reset.ports import Randomness

_NONCE: Final = 12


class Veil:
    """Names and seals under one secret of at least 32 bytes: a stolen database without it names no card.

    Raises ServiceTrouble `service.key-damaged` for a shorter secret.
    """

    def __init__(self, key: bytes, *, randomness: Randomness) -> None:
        if len(key) < 32:
            raise ServiceTrouble("service.key-damaged", size=len(key))
        self._key = key
        # Card ids have 10 bytes, so that no card's name is ever this key.
        self._cipher = AESGCM(hmac.digest(key, b"KAIJO SEAL 1", sha256))
        self._randomness = randomness

    def pseudonym(self, card_id: bytes) -> str:
        """Return the card's name in every table: HMAC-SHA-256 of its id, 64 hex digits."""
        return hmac.digest(self._key, card_id, sha256).hex()

    def seal(self, plain: bytes, place: str) -> bytes:
        """Return `plain` encrypted and bound to `place`."""
        nonce = self._randomness(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed at `place`. Raises ServiceTrouble `store.damaged` for anything else."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise ServiceTrouble("store.damaged") from None
