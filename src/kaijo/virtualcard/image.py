"""Everything a virtual card holds: files, PINs, keys, the administration end. `issue` fills it, `card` runs it."""

from dataclasses import dataclass, field

from kaijo.card.administration import Receipt
from kaijo.card.files import Application

FREE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Pin:
    """One PIN or code reference: value (None: never set, always locked), and the card's own count of tries."""

    value: bytes | None = field(repr=False)
    tries_left: int
    tries_max: int


@dataclass(slots=True)
class File:
    """A transparent file (`content`) or record file (`records`).

    `opened_by` lists the PIN references of the same application of which any one, verified, allows reading;
    FREE needs none; None allows nobody.
    """

    content: bytes = field(default=b"", repr=False)
    records: tuple[bytes, ...] = field(default=(), repr=False)
    opened_by: frozenset[int] | None = FREE


@dataclass(slots=True)
class Key:
    """An RSA private key (PKCS#8 DER) and the PIN references of the same application that allow its use."""

    private: bytes = field(repr=False)
    opened_by: frozenset[int] = FREE


@dataclass(slots=True)
class Directory:
    """One application: its files, PIN references and private keys, by file id."""

    files: dict[int, File] = field(default_factory=dict)
    pins: dict[int, Pin] = field(default_factory=dict)
    keys: dict[int, Key] = field(default_factory=dict)


@dataclass(slots=True)
class AdministrationEnd:
    """The card's end of administration (ours): its identity, its SCP03 static keys, and its resets so far.

    `card_id` is the 10-byte key diversification data of INITIALIZE UPDATE [GPC Amendment D 7.1.1]; `key_version` names
    the master that the keys come from.
    """

    card_id: bytes
    key_enc: bytes = field(repr=False)
    key_mac: bytes = field(repr=False)
    key_dek: bytes = field(repr=False)
    key_receipt: bytes = field(repr=False)
    reset_number: int = 0
    last_receipt: Receipt | None = None
    key_version: int = 1


@dataclass(slots=True)
class CardImage:
    """The whole card. `data_objects` are what GET DATA answers at the card manager, by tag."""

    person: str
    issuer: str
    directories: dict[Application, Directory]
    data_objects: dict[int, bytes]
    administration: AdministrationEnd
    atr: bytes
