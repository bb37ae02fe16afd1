"""The administration keys from a key file: the adapter of `CardKeys` for practice and for one machine."""

import os
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from kaijo.card.administration import RECEIPT_KEY_LABEL
from kaijo.errors import ServiceTrouble
from kaijo.securechannel.keys import SessionKeys, derive_card_key, derive_card_keys, derive_session_keys

MASTER_SIZE: Final = 32
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyFileCardKeys:
    """Derives every card's keys from one master of 32 bytes."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def session_keys(self, card_id: bytes, host_challenge: bytes, card_challenge: bytes) -> SessionKeys:
        """Return the keys of one SCP03 session with that card."""
        return derive_session_keys(derive_card_keys(self._master, card_id), host_challenge, card_challenge)

    def receipt_mac(self, card_id: bytes, message: bytes) -> bytes:
        """Return AES-CMAC (16 bytes) over `message` under that card's receipt key."""
        mac = CMAC(AES(derive_card_key(self._master, card_id, RECEIPT_KEY_LABEL)))
        mac.update(message)
        return mac.finalize()


def load_master(path: Path) -> bytes:
    """Return the 32 secret bytes in a file that only its owner may read.

    Raises ServiceTrouble `service.key-missing` (path, reason), `service.key-exposed` (path) when others may read it,
    `service.key-damaged` (size) for another length.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            master = file.read(MASTER_SIZE + 1)
    except OSError as error:
        raise ServiceTrouble("service.key-missing", path=str(path), reason=error.strerror or "") from None
    if mode & _OTHERS:
        raise ServiceTrouble("service.key-exposed", path=str(path))
    if len(master) != MASTER_SIZE:
        raise ServiceTrouble("service.key-damaged", size=len(master))
    return master
