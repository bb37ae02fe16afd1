"""The attributes application of a new card: number, four attributes, and what proves them [card notes 4]."""

import hashlib
import secrets

from kaijo.card.files import Attributes
from kaijo.card.tlv import encode
from kaijo.facts.pins import code_tries
from kaijo.virtualcard.hierarchy import Hierarchy, Role, private_key_der
from kaijo.virtualcard.identity import Identity
from kaijo.virtualcard.image import Directory, File, Key, Pin
from kaijo.virtualcard.jpki_data import filled
from kaijo.virtualcard.material import CardKeys
from kaijo.virtualcard.verifiable import key_id, public_key_objects

_ANY = frozenset({Attributes.PIN, Attributes.CODE_A, Attributes.CODE_B})
_UNKNOWN = 0x08  # sixteen FF on every card; which reference opens it is not public
_LAYOUT = bytes.fromhex("01030E01")
_BASIC_INFO_KEY = key_id("6000034")
_ATTRIBUTES_SIZE, _BASIC_INFO_SIZE = 512, 256


def attributes_directory(
    hierarchy: Hierarchy, keys: CardKeys, holder: Identity, *, pin: Pin, code_a: Pin, code_b: Pin
) -> Directory:
    """Return the application. 0012 is blocked as issued, and nothing is known that it would open.

    The key for session keys (0006) is the card's own: secure messaging here is not part of the virtual card.
    """
    issuer = hierarchy.keys[Role.ATTRIBUTES]
    card_key = public_key_objects(keys.attributes.public_key())
    my_number = encode(0xFF10, holder.my_number.encode()) + b"\xff\xff"
    attributes = attribute_objects(holder)
    hashes = encode(0xDF31, hashlib.sha256(my_number).digest()) + encode(
        0xDF32, hashlib.sha256(b"".join(attributes)).digest()
    )
    signed_key = encode(0xDF51, card_key)
    return Directory(
        files={
            Attributes.MY_NUMBER: File(my_number, opened_by=frozenset({Attributes.PIN, Attributes.CODE_A})),
            Attributes.ATTRIBUTES: File(
                filled(with_offsets(0xFF20, 0xDF21, attributes), _ATTRIBUTES_SIZE),
                opened_by=frozenset({Attributes.PIN, Attributes.CODE_B}),
            ),
            Attributes.INTEGRITY: File(
                encode(0xFF30, hashes + encode(0xDF33, issuer.sign(hashes))),
                opened_by=_ANY,
            ),
            Attributes.CERTIFICATE: File(encode(0x7F21, hierarchy.keys[Role.ATTRIBUTES_CA].certify(issuer))),
            Attributes.BASIC_INFO: File(filled(_basic_info(), _BASIC_INFO_SIZE)),
            Attributes.SESSION_PUBLIC_KEY: File(encode(0xA1, card_key), opened_by=_ANY),
            Attributes.CARD_PUBLIC_KEY: File(
                encode(0xFF50, signed_key + encode(0xDF52, issuer.sign(signed_key))),
                opened_by=_ANY,
            ),
            _UNKNOWN: File(b"\xff" * 16, opened_by=_ANY),
        },
        pins={
            Attributes.PIN: pin,
            Attributes.BLOCKED_PIN: Pin(None, 0, code_tries()),
            Attributes.CODE_A: code_a,
            Attributes.CODE_B: code_b,
        },
        keys={Attributes.CARD_KEY: Key(private_key_der(keys.attributes))},
    )


def attribute_objects(holder: Identity) -> tuple[bytes, bytes, bytes, bytes]:
    """Return name, address, birth date and sex as the objects DF22 to DF25."""
    return (
        encode(0xDF22, holder.name.encode()),
        encode(0xDF23, holder.address.encode()),
        encode(0xDF24, f"{holder.birth_date:%Y%m%d}".encode()),
        encode(0xDF25, holder.sex.digit.encode()),
    )


def with_offsets(tag: int, offsets_tag: int, objects: tuple[bytes, ...]) -> bytes:
    """Return the objects under `tag`, led by a table of where each begins, from the start of the file (u16 each)."""
    table_size = len(encode(offsets_tag, bytes(2 * len(objects))))
    header_size = len(encode(tag, bytes(table_size + sum(map(len, objects))))) - table_size - sum(map(len, objects))
    starts = [header_size + table_size + sum(map(len, objects[:number])) for number in range(len(objects))]
    table = encode(offsets_tag, b"".join(start.to_bytes(2) for start in starts))
    return encode(tag, table + b"".join(objects))


def _basic_info() -> bytes:
    # What the 32 bytes are is not public; real cards have 96 FF after them.
    return encode(
        0xFF40,
        encode(0xDF41, _LAYOUT)
        + encode(0xDF42, _BASIC_INFO_KEY)
        + encode(0xDF43, secrets.token_bytes(32) + b"\xff" * 96),
    )
