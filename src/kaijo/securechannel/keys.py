"""Keys of a secure channel: static keys of a card, session keys, and how each is derived."""

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFCMAC, CounterLocation, Mode

from kaijo.errors import CardTrouble

BLOCK: Final = 16
_KEY_LENGTHS: Final = (16, 24, 32)

# Derivation constants [GPC Amendment D 4.1.5, Table 4-1].
CARD_CRYPTOGRAM: Final = 0x00
HOST_CRYPTOGRAM: Final = 0x01
CARD_CHALLENGE: Final = 0x02
_SESSION_ENC: Final = 0x04
_SESSION_MAC: Final = 0x06
_SESSION_RMAC: Final = 0x07


def _check_lengths(*keys: bytes) -> None:
    lengths = {len(key) for key in keys}
    if len(lengths) != 1 or not lengths <= set(_KEY_LENGTHS):
        raise CardTrouble("channel.bad-key")


@dataclass(frozen=True)
class StaticKeys:
    """The three AES keys a card was issued with: 16, 24 or 32 bytes, all of one length [GPC Amendment D 6.1].

    Never shown by `repr`. Raises `channel.bad-key` for any other length.
    """

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    dek: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_lengths(self.enc, self.mac, self.dek)


@dataclass(frozen=True)
class SessionKeys:
    """The three AES keys of one session, as long as the static keys they come from [GPC Amendment D 6.2.1].

    Never shown by `repr`. Raises `channel.bad-key` for any other length.
    """

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    rmac: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_lengths(self.enc, self.mac, self.rmac)


def derive(key: bytes, constant: int, length: int, context: bytes) -> bytes:
    """Return `length` bytes of the protocol's own derivation.

    SP 800-108 in counter mode with AES-CMAC; the one-byte counter stands between the length in bits and the
    context [GPC Amendment D 4.1.5].
    """
    before = bytes(11) + bytes([constant, 0x00]) + (8 * length).to_bytes(2)
    return KBKDFCMAC(
        algorithm=algorithms.AES,
        mode=Mode.CounterMode,
        length=length,
        rlen=1,
        llen=None,
        location=CounterLocation.MiddleFixed,
        label=None,
        context=None,
        fixed=before + context,
        break_location=len(before),
    ).derive(key)


def derive_session_keys(keys: StaticKeys, host_challenge: bytes, card_challenge: bytes) -> SessionKeys:
    """Return the keys of the session that these two challenges belong to.

    This is the only step of a session that needs static keys, so a key vault can do it and give out session keys
    alone [GPC Amendment D 6.2.1].
    """
    context = host_challenge + card_challenge
    length = len(keys.enc)
    return SessionKeys(
        enc=derive(keys.enc, _SESSION_ENC, length, context),
        mac=derive(keys.mac, _SESSION_MAC, length, context),
        rmac=derive(keys.mac, _SESSION_RMAC, length, context),
    )


def derive_card_key(master: bytes, card_id: bytes, label: str) -> bytes:
    """Return the key called `label` of one card, as long as `master` (16, 24 or 32 bytes).

    `card_id` is what the card sends as key diversification data. `label` is printable ASCII, one per use of a
    key. The method is our own choice, GlobalPlatform leaves it to the issuer: SP 800-108 in counter mode with
    AES-CMAC, counter first, label and card separated by a zero byte, counter and length 32 bits each.
    Raises `channel.bad-key`.
    """
    _check_lengths(master)
    if not (card_id and label and label.isascii() and label.isprintable()):
        raise CardTrouble("channel.bad-key")
    return KBKDFCMAC(
        algorithm=algorithms.AES,
        mode=Mode.CounterMode,
        length=len(master),
        rlen=4,
        llen=4,
        location=CounterLocation.BeforeFixed,
        label=label.encode(),
        context=card_id,
        fixed=None,
    ).derive(master)


def derive_card_keys(master: bytes, card_id: bytes) -> StaticKeys:
    """Return the static keys of one card, by `derive_card_key` (our own method) under three labels of ours.

    Raises `channel.bad-key`.
    """
    enc, mac, dek = (derive_card_key(master, card_id, f"kaijo scp03 {name}") for name in ("enc", "mac", "dek"))
    return StaticKeys(enc, mac, dek)
