"""Reading BER-TLV [ISO 7816-4 5.2.2] and JICSAP simple TLV, and writing the former."""

from collections.abc import Iterator
from typing import NamedTuple

from kaijo.errors import CardTrouble


class Tlv(NamedTuple):
    """One data object: tag as its bytes read as a number (0xDF21), and value."""

    tag: int
    value: bytes


def header(raw: bytes) -> tuple[int, int, int]:
    """Return tag, size of the header and size of the value of the object that `raw` begins with.

    Raises CardTrouble `card.malformed-data` when `raw` ends inside the header or the form is not allowed.
    """
    size = 1
    if len(raw) > 1 and raw[0] & 0x1F == 0x1F:
        size = 2
        if raw[1] & 0x80:  # three-byte tags do not occur on this card
            raise CardTrouble("card.malformed-data")
    if len(raw) <= size:
        raise CardTrouble("card.malformed-data")
    tag, first = int.from_bytes(raw[:size]), raw[size]
    if first < 0x80:
        return tag, size + 1, first
    width = first & 0x7F
    if width not in {1, 2} or len(raw) < size + 1 + width:
        raise CardTrouble("card.malformed-data")
    return tag, size + 1 + width, int.from_bytes(raw[size + 1 : size + 1 + width])


def parse(raw: bytes) -> Iterator[Tlv]:
    """Yield the objects of `raw` one after the other, passing over filler (FF FF or 00) at the end.

    Raises CardTrouble `card.malformed-data` for a value that is cut off.
    """
    at = 0
    while at < len(raw) and raw[at : at + 2] not in {b"\xff\xff", b"\xff"} and raw[at]:
        tag, start, size = header(raw[at:])
        value = raw[at + start : at + start + size]
        if len(value) != size:
            raise CardTrouble("card.malformed-data")
        yield Tlv(tag, value)
        at += start + size


def find(raw: bytes, *path: int) -> bytes:
    """Return the value found by going down the tags of `path`. Raises CardTrouble `card.malformed-data` when absent."""
    for tag in path:
        for item in parse(raw):
            if item.tag == tag:
                raw = item.value
                break
        else:
            raise CardTrouble("card.malformed-data")
    return raw


def encode(tag: int, value: bytes) -> bytes:
    """Return the object as bytes, its length in the shortest form. The value may have up to 65,535 bytes."""
    size = len(value)
    if size < 0x80:
        length = bytes((size,))
    else:
        width = 1 if size <= 0xFF else 2
        length = bytes((0x80 | width,)) + size.to_bytes(width)
    return tag.to_bytes(2 if tag > 0xFF else 1) + length + value


def parse_simple(raw: bytes) -> Tlv:
    """Return the one JICSAP simple TLV of a record. Raises CardTrouble `card.malformed-data`."""
    if len(raw) < 2:
        raise CardTrouble("card.malformed-data")
    start, size = (4, int.from_bytes(raw[2:4])) if raw[1] == 0xFF else (2, raw[1])
    value = raw[start : start + size]
    if len(value) != size:
        raise CardTrouble("card.malformed-data")
    return Tlv(raw[0], value)
