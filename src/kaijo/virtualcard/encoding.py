"""A card image as JSON's types and back. Bytes are hexadecimal, file ids and tags four hexadecimal digits."""

from typing import Any

from kaijo.card.administration import Receipt
from kaijo.card.files import Application
from kaijo.errors import CardTrouble
from kaijo.virtualcard.image import AdministrationEnd, CardImage, Directory, File, Key, Pin

_MOST_TRIES = 15
_MOST_RESETS = 0xFFFF_FFFF
_MOST_VERSION = 0x7F


def to_plain(image: CardImage) -> dict[str, Any]:
    """Return the whole card, secrets included, in JSON's types."""
    return {
        "person": image.person,
        "issuer": image.issuer,
        "atr": image.atr.hex(),
        "directories": {one.name.lower(): _directory(image.directories[one]) for one in image.directories},
        "data_objects": {_id(tag): content.hex() for tag, content in image.data_objects.items()},
        "administration": _administration(image.administration),
    }


def from_plain(plain: Any) -> CardImage | None:
    """Return the card that `plain` describes, None when it describes none."""
    try:
        return CardImage(
            person=str(plain["person"]),
            issuer=str(plain["issuer"]),
            directories={Application[name.upper()]: _read_directory(one) for name, one in plain["directories"].items()},
            data_objects={int(tag, 16): bytes.fromhex(content) for tag, content in plain["data_objects"].items()},
            administration=_read_administration(plain["administration"]),
            atr=bytes.fromhex(plain["atr"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError, CardTrouble):
        return None


def _id(number: int) -> str:
    return f"{number:04X}"


def _opened_by(references: frozenset[int] | None) -> list[str] | None:
    return None if references is None else [_id(one) for one in sorted(references)]


def _read_opened_by(plain: Any) -> frozenset[int]:
    return frozenset(int(one, 16) for one in plain)


def _directory(directory: Directory) -> dict[str, Any]:
    return {
        "files": {
            _id(number): {
                "content": file.content.hex(),
                "records": [record.hex() for record in file.records],
                "opened_by": _opened_by(file.opened_by),
            }
            for number, file in directory.files.items()
        },
        "pins": {
            _id(number): {
                "value": None if pin.value is None else pin.value.hex(),
                "tries_left": pin.tries_left,
                "tries_max": pin.tries_max,
            }
            for number, pin in directory.pins.items()
        },
        "keys": {
            _id(number): {"private": key.private.hex(), "opened_by": _opened_by(key.opened_by)}
            for number, key in directory.keys.items()
        },
    }


def _read_directory(plain: Any) -> Directory:
    return Directory(
        files={
            int(number, 16): File(
                content=bytes.fromhex(file["content"]),
                records=tuple(bytes.fromhex(record) for record in file["records"]),
                opened_by=None if file["opened_by"] is None else _read_opened_by(file["opened_by"]),
            )
            for number, file in plain["files"].items()
        },
        pins={int(number, 16): _read_pin(pin) for number, pin in plain["pins"].items()},
        keys={
            int(number, 16): Key(bytes.fromhex(key["private"]), _read_opened_by(key["opened_by"]))
            for number, key in plain["keys"].items()
        },
    )


def _read_pin(plain: Any) -> Pin:
    most = _count(plain["tries_max"], _MOST_TRIES)
    left = _count(plain["tries_left"], most)
    return Pin(None if plain["value"] is None else bytes.fromhex(plain["value"]), left, most)


def _count(plain: Any, most: int) -> int:
    if type(plain) is not int or not 0 <= plain <= most:
        raise CardTrouble("card.malformed-data")
    return plain


def _administration(end: AdministrationEnd) -> dict[str, Any]:
    return {
        "card_id": end.card_id.hex(),
        "key_enc": end.key_enc.hex(),
        "key_mac": end.key_mac.hex(),
        "key_dek": end.key_dek.hex(),
        "key_receipt": end.key_receipt.hex(),
        "key_version": end.key_version,
        "reset_number": end.reset_number,
        "last_receipt": None if end.last_receipt is None else end.last_receipt.encode().hex(),
    }


def _read_administration(plain: Any) -> AdministrationEnd:
    last = plain["last_receipt"]
    return AdministrationEnd(
        card_id=bytes.fromhex(plain["card_id"]),
        key_enc=bytes.fromhex(plain["key_enc"]),
        key_mac=bytes.fromhex(plain["key_mac"]),
        key_dek=bytes.fromhex(plain["key_dek"]),
        key_receipt=bytes.fromhex(plain["key_receipt"]),
        reset_number=_count(plain["reset_number"], _MOST_RESETS),
        last_receipt=None if last is None else Receipt.decode(bytes.fromhex(last)),
        key_version=_count(plain.get("key_version", 1), _MOST_VERSION),
    )
