"""The surface application of a new card: what is printed on it, signed by the issuer [card notes 5]."""

import hashlib
import secrets
from datetime import date

from kaijo.card.files import Surface
from kaijo.card.tlv import encode
from kaijo.virtualcard.attributes_data import with_offsets
from kaijo.virtualcard.hierarchy import Hierarchy, Role, private_key_der
from kaijo.virtualcard.identity import Identity
from kaijo.virtualcard.image import Directory, File, Key, Pin
from kaijo.virtualcard.material import CardKeys
from kaijo.virtualcard.pictures import digits_png, text_png
from kaijo.virtualcard.verifiable import NamedKey, key_id, public_key_objects

# The application has one own key; the file id of the real one is not public.
CARD_KEY = 0x1A
_BOTH_CODES = frozenset({Surface.CODE_A, Surface.CODE_B})
_UNKNOWN = 0x06  # sixteen FF on every card
_LAYOUT = bytes.fromhex("06030E01")
_BASIC_INFO_KEY = key_id("6000024")
_REFERENCE_KEY = key_id("5900025")


def surface_directory(
    hierarchy: Hierarchy,
    keys: CardKeys,
    holder: Identity,
    *,
    photo: bytes,
    expiry: date,
    birth_code: Pin,
    code_a: Pin,
    code_b: Pin,
) -> Directory:
    """Return the application; `photo` is a JPEG 2000 file."""
    issuer = hierarchy.keys[Role.SURFACE]
    card_key = public_key_objects(keys.surface.public_key())
    born = f"{holder.birth_date:%Y%m%d}".encode()
    age = encode(0xDF11, born) + encode(0xDF12, card_key)
    number = encode(0xDF41, digits_png(holder.my_number)) + encode(0xDF42, card_key)
    return Directory(
        files={
            Surface.AGE: File(
                encode(0xFF10, age + encode(0xDF13, issuer.sign(age))), opened_by=frozenset({Surface.BIRTH_DATE})
            ),
            Surface.CARD_FACE: File(_card_face(issuer, card_key, holder, photo, expiry), opened_by=_BOTH_CODES),
            Surface.BASIC_INFO: File(_basic_info(holder)),
            Surface.CERTIFICATE: File(encode(0x7F21, hierarchy.keys[Role.SURFACE_CA].certify(issuer))),
            Surface.MY_NUMBER_IMAGE: File(
                encode(0xFF40, number + encode(0xDF43, issuer.sign(number))), opened_by=frozenset({Surface.CODE_A})
            ),
            _UNKNOWN: File(b"\xff" * 16, opened_by=_BOTH_CODES),
        },
        pins={Surface.BIRTH_DATE: birth_code, Surface.CODE_A: code_a, Surface.CODE_B: code_b},
        keys={CARD_KEY: Key(private_key_der(keys.surface))},
    )


def _card_face(issuer: NamedKey, card_key: bytes, holder: Identity, photo: bytes, expiry: date) -> bytes:
    who = (
        encode(0xDF22, f"{holder.birth_date:%Y%m%d}".encode()),
        encode(0xDF23, holder.sex.digit.encode()),
        encode(0xDF24, card_key),
    )
    printed = (
        encode(0xDF25, text_png(holder.name, holder.name_romaji)),
        encode(0xDF26, text_png(holder.address, holder.address_romaji)),
    )
    picture = encode(0xDF27, photo)
    # Each group is hashed as it is written, tags and lengths included.
    groups = (b"".join(who), b"".join(printed), picture)
    digests = b"".join(hashlib.sha256(group).digest() for group in groups)
    return with_offsets(
        0xFF20,
        0xDF21,
        (
            *who,
            *printed,
            picture,
            encode(0xDF28, issuer.sign_three(digests)),
            encode(0xDF29, f"{expiry:%Y%m%d}".encode()),
            encode(0xDF2A, digits_png(holder.security_code)),
        ),
    )


def _basic_info(holder: Identity) -> bytes:
    # What the last 256 bytes hold is not public.
    return encode(
        0xFF30,
        encode(0xDF31, _LAYOUT)
        + encode(0xDF32, _BASIC_INFO_KEY)
        + encode(0xDF33, b"\x00")
        + encode(0xDF34, holder.municipality.encode())
        + encode(0xDF35, _REFERENCE_KEY + secrets.token_bytes(256)),
    )
