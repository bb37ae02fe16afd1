"""The administration keys from a key file: the adapter of `CardKeys` for practice and for one machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.cmac import CMAC

from kaijo.card.administration import RECEIPT_KEY_LABEL
from kaijo.errors import ServiceTrouble
from kaijo.securechannel.keys import BLOCK, SessionKeys, derive_card_key, derive_card_keys, derive_session_keys
from kaijo.service.keyfile import FIRST_VERSION, KEY_SIZE, read_private

_CHECK_SIZE: Final = 3


class KeyFileCardKeys:
    """Derives every card's keys from masters of 32 bytes, by key version; one master alone is the first version."""

    at_hand = True

    def __init__(self, masters: bytes | Mapping[int, bytes]) -> None:
        self._masters = {FIRST_VERSION: masters} if isinstance(masters, bytes) else dict(masters)
        self.versions = tuple(sorted(self._masters, reverse=True))

    def session_keys(
        self, card_id: bytes, host_challenge: bytes, card_challenge: bytes, version: int = FIRST_VERSION
    ) -> SessionKeys:
        """Return the keys of one SCP03 session with that card. Raises ServiceTrouble `keys.unknown-version`."""
        return derive_session_keys(derive_card_keys(self._master(version), card_id), host_challenge, card_challenge)

    def receipt_mac(self, card_id: bytes, message: bytes, version: int = FIRST_VERSION) -> bytes:
        """Return AES-CMAC (16 bytes) over `message` under that card's receipt key. Raises as `session_keys`."""
        mac = CMAC(AES(derive_card_key(self._master(version), card_id, RECEIPT_KEY_LABEL)))
        mac.update(message)
        return mac.finalize()

    def check_values(self) -> Mapping[int, str]:
        """Return what each version is compared by: three bytes that say nothing of the key [GPC B.5]."""
        return {version: check_value(self._masters[version]) for version in sorted(self._masters)}

    def _master(self, version: int) -> bytes:
        if version not in self._masters:
            raise ServiceTrouble("keys.unknown-version", version=version)
        return self._masters[version]


def check_value(master: bytes) -> str:
    """Return the key check value of an AES key: the first bytes of a block of ones, encrypted [GPC B.5]."""
    encryptor = Cipher(AES(master), ECB()).encryptor()  # noqa: S305 -- one block, as the standard wants it
    return encryptor.update(b"\x01" * BLOCK)[:_CHECK_SIZE].hex()


def load_master(path: Path) -> bytes:
    """Return the 32 secret bytes in a file that only its owner may read.

    Raises ServiceTrouble as `read_private`, `service.key-damaged` (size) for another length.
    """
    master = read_private(path, KEY_SIZE)
    if len(master) != KEY_SIZE:
        raise ServiceTrouble("service.key-damaged", size=len(master))
    return master
