"""Personalising a card: everything a new virtual card holds, put together."""

from datetime import date
from functools import cache

from kaijo.card.administration import RECEIPT_KEY_LABEL
from kaijo.card.files import Application, Common, Resident
from kaijo.card.tlv import encode
from kaijo.facts.pins import PinKind, code_tries, pin_rule
from kaijo.securechannel.keys import derive_card_key, derive_card_keys
from kaijo.virtualcard.administration_end import OPTIONS
from kaijo.virtualcard.attributes_data import attributes_directory
from kaijo.virtualcard.faces import photo as draw_photo
from kaijo.virtualcard.hierarchy import Hierarchy, Role, private_key_der
from kaijo.virtualcard.identity import Identity, Sex
from kaijo.virtualcard.image import AdministrationEnd, CardImage, Directory, File, Key, Pin
from kaijo.virtualcard.jpki_data import jpki_directory
from kaijo.virtualcard.material import CardCertificates, CardKeys
from kaijo.virtualcard.persons import TestPerson
from kaijo.virtualcard.surface_data import surface_directory

# A contact interface's answer to reset, the one that OpenSC knows without asking further [card notes 1, number 01].
ATR = bytes.fromhex("3BE000FF8131FE4514")
_SIMPLE_TAG = 0x01


def personalise(
    person: TestPerson,
    holder: Identity,
    hierarchy: Hierarchy,
    keys: CardKeys,
    certificates: CardCertificates,
    *,
    card_id: bytes,
    expiry: date,
    photo: bytes,
) -> CardImage:
    """Return the card of a test person with the tries left that the person's story begins with."""
    return CardImage(
        person=person.id,
        issuer=hierarchy.id,
        directories={
            Application.JPKI: jpki_directory(
                hierarchy,
                keys,
                certificates,
                serial=holder.serial,
                signature_pin=_pin(person, holder, PinKind.SIGNATURE),
                authentication_pin=_pin(person, holder, PinKind.AUTHENTICATION),
            ),
            Application.SURFACE: surface_directory(
                hierarchy,
                keys,
                holder,
                photo=photo,
                expiry=expiry,
                birth_code=_code(holder.birth_code),
                code_a=_code(holder.my_number),
                code_b=_code(holder.code_b(expiry)),
            ),
            Application.ATTRIBUTES: attributes_directory(
                hierarchy,
                keys,
                holder,
                pin=_pin(person, holder, PinKind.ATTRIBUTES),
                code_a=_code(holder.my_number),
                code_b=_code(holder.code_b(expiry)),
            ),
            Application.RESIDENT: Directory(
                files={Resident.KEY_ID: _record(hierarchy.keys[Role.CARD].id)},
                pins={Resident.PIN: _pin(person, holder, PinKind.RESIDENT)},
            ),
            Application.COMMON: Directory(
                files={
                    Common.CARD_INFO: _record(f"{holder.serial}{holder.municipality}{expiry:%Y%m%d}".encode()),
                    Common.KEY_ID: _record(hierarchy.keys[Role.CARD].id),
                },
                pins={Common.PIN: _pin(person, holder, PinKind.RESIDENT)},
                keys={Common.INTERNAL_AUTHENTICATION_KEY: Key(private_key_der(keys.common))},
            ),
        },
        data_objects=_data_objects(hierarchy, holder, expiry),
        administration=_administration_end(hierarchy.administration_master, card_id),
        atr=ATR,
    )


@cache
def _drawn(seed: int, age: int, sex: Sex) -> bytes:
    return draw_photo(seed, age, sex)


def drawn_photo(person: TestPerson) -> bytes:
    """Return the photo that we draw for a person: a JPEG 2000 file, the same each time."""
    return _drawn(person.seed, person.age, person.sex)


def _pin(person: TestPerson, holder: Identity, kind: PinKind) -> Pin:
    value = None if kind in person.unset_pins else holder.pins[kind].encode()
    return Pin(value, person.tries_left[kind], pin_rule(kind).tries_max)


def _code(value: str) -> Pin:
    return Pin(value.encode(), code_tries(), code_tries())


def _record(value: bytes) -> File:
    return File(records=(bytes((_SIMPLE_TAG, len(value))) + value,))


def _administration_end(master: bytes, card_id: bytes) -> AdministrationEnd:
    static = derive_card_keys(master, card_id)
    return AdministrationEnd(
        card_id=card_id,
        key_enc=static.enc,
        key_mac=static.mac,
        key_dek=static.dek,
        key_receipt=derive_card_key(master, card_id, RECEIPT_KEY_LABEL),
    )


def _data_objects(hierarchy: Hierarchy, holder: Identity, expiry: date) -> dict[int, bytes]:
    """Return what GET DATA answers at the card manager [card notes 7]."""
    root, intermediate = hierarchy.keys[Role.CARD_CA], hierarchy.keys[Role.CARD]
    return {
        0x0042: root.id,
        0x0045: holder.serial.encode(),
        0x0066: _recognition_data(),
        0x00F0: holder.municipality.encode(),
        0x00F2: f"{expiry:%Y%m%d}".encode(),
        0x00F7: intermediate.id,
        0x00F8: root.certify(intermediate),
        0x5F51: ATR[1:],
    }


def _recognition_data() -> bytes:
    """Return card recognition data: GlobalPlatform 2.3.1 with SCP03 and our options [GPC 2.3.1 H.2]."""
    arc = bytes.fromhex("2A864886FC6B")  # 1.2.840.114283
    version, scheme = b"\x02\x02\x03\x01", b"\x04\x03" + bytes((OPTIONS,))
    return encode(
        0x66,
        encode(
            0x73,
            encode(0x06, arc + b"\x01")
            + encode(0x60, encode(0x06, arc + version))
            + encode(0x63, encode(0x06, arc + b"\x03"))
            + encode(0x64, encode(0x06, arc + scheme)),
        ),
    )
