"""How a card appears in the service's rows: by a keyed name, and with what belongs to it sealed."""

import hmac
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kaijo.errors import ServiceTrouble
from kaijo.reset.ports import Randomness

_NONCE: Final = 12
_NAME_DIGITS: Final = 64


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

    def device(self, name: bytes) -> str:
        """Return the name of a device, or of what it sent, in every table: 64 hex digits, never a card's name."""
        return hmac.digest(self._key, b"KAIJO DEVICE 1 " + name, sha256).hex()

    def derived(self, place: str) -> bytes:
        """Return 32 bytes that only this service can find out, always the same for the same `place`."""
        return hmac.digest(self._key, b"KAIJO IDEMPOTENCY 1 " + place.encode(), sha256)

    def cancel_token(self, pseudonym: str, reservation: bytes) -> str:
        """Return what lets its bearer cancel that reservation, 160 hex digits beginning with the pseudonym.

        It is made from the secret each time and stored nowhere: a stolen database cancels nothing.
        """
        row = pseudonym + reservation.hex()
        return row + hmac.digest(self._key, b"KAIJO CANCEL 1 " + row.encode(), sha256).hex()

    def read_cancel_token(self, token: str) -> tuple[str, bytes] | None:
        """Return pseudonym and reservation of a token that this service made, None for any other text."""
        pseudonym, reservation = token[:_NAME_DIGITS], token[_NAME_DIGITS : -2 * sha256().digest_size]
        try:
            known = self.cancel_token(pseudonym, bytes.fromhex(reservation))
        except ValueError:
            return None
        matches = hmac.compare_digest(known.encode(), token.encode("utf-8", "replace"))
        return (pseudonym, bytes.fromhex(reservation)) if matches else None

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
