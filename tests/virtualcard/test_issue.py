from datetime import date
from functools import reduce
from operator import xor

import pytest

from kaijo.card import tlv
from kaijo.card.files import PIN_REFERENCES, Application, Attributes, Common, Resident, Surface
from kaijo.facts.pins import PinKind
from kaijo.securechannel.keys import derive_card_key, derive_card_keys
from kaijo.virtualcard.administration_end import OPTIONS
from kaijo.virtualcard.encoding import from_plain, to_plain
from kaijo.virtualcard.hierarchy import Role
from kaijo.virtualcard.image import CardImage, Pin
from kaijo.virtualcard.issue import drawn_photo, personalise
from kaijo.virtualcard.material import CardCertificates
from kaijo.virtualcard.persons import TestPerson, identity, person, persons
from kaijo.virtualcard.verifiable import key_id

from .issued import NOW, hierarchy, issue_certificate, keys

CARD_ID = b"0123456789"


def make(one: TestPerson) -> CardImage:
    certificates = CardCertificates(issue_certificate(PinKind.AUTHENTICATION), issue_certificate(PinKind.SIGNATURE))
    return personalise(
        one,
        identity(one, NOW),
        hierarchy(),
        keys(),
        certificates,
        card_id=CARD_ID,
        expiry=date(2035, 5, 20),
        photo=drawn_photo(one),
    )


@pytest.fixture(scope="module")
def image() -> CardImage:
    return make(person("fresh"))


@pytest.mark.parametrize("one", persons(), ids=lambda one: one.id)
def test_pins_of_the_card_are_those_of_the_person(one: TestPerson) -> None:
    image, who = make(one), identity(one, NOW)
    for kind, places in PIN_REFERENCES.items():
        value = None if kind in one.unset_pins else who.pins[kind].encode()
        maximum = 5 if kind is PinKind.SIGNATURE else 3
        found = [image.directories[place.application].pins[place.file] for place in places]
        assert found == [Pin(value, one.tries_left[kind], maximum)] * len(places)
    assert (image.person, image.issuer) == (one.id, hierarchy().id)


def test_halves_of_the_resident_pin_are_two_counters(image: CardImage) -> None:
    resident, common = (
        image.directories[Application.RESIDENT].pins[Resident.PIN],
        image.directories[Application.COMMON].pins[Common.PIN],
    )
    assert resident == common
    assert resident is not common


def test_codes_have_ten_tries_and_come_from_what_is_printed(image: CardImage) -> None:
    who = identity(person("fresh"), NOW)
    code_a, code_b = who.my_number.encode(), ("6005202035" + who.security_code).encode()
    surface, attributes = image.directories[Application.SURFACE].pins, image.directories[Application.ATTRIBUTES].pins
    assert surface == {
        Surface.BIRTH_DATE: Pin(b"600520", 10, 10),
        Surface.CODE_A: Pin(code_a, 10, 10),
        Surface.CODE_B: Pin(code_b, 10, 10),
    }
    assert {key: attributes[key] for key in (Attributes.CODE_A, Attributes.CODE_B)} == {
        Attributes.CODE_A: Pin(code_a, 10, 10),
        Attributes.CODE_B: Pin(code_b, 10, 10),
    }


def test_records_of_common_and_resident_applications(image: CardImage) -> None:
    who = identity(person("fresh"), NOW)
    common, resident = image.directories[Application.COMMON], image.directories[Application.RESIDENT]
    (info,) = common.files[Common.CARD_INFO].records
    assert tlv.parse_simple(info) == tlv.Tlv(0x01, f"{who.serial}1499920350520".encode())
    (key,) = common.files[Common.KEY_ID].records
    assert tlv.parse_simple(key) == tlv.Tlv(0x01, key_id("6000021"))
    assert resident.files[Resident.KEY_ID].records == (key,)
    assert set(common.keys) == {Common.INTERNAL_AUTHENTICATION_KEY}


def test_data_objects_of_the_card_manager(image: CardImage) -> None:
    who = identity(person("fresh"), NOW)
    objects = dict(image.data_objects)
    recognition, certificate = objects.pop(0x0066), objects.pop(0x00F8)
    assert objects == {
        0x0042: key_id("6000020"),
        0x0045: who.serial.encode(),
        0x00F0: b"14999",
        0x00F2: b"20350520",
        0x00F7: key_id("6000021"),
        0x5F51: image.atr[1:],
    }
    assert tlv.find(certificate, 0x5F4E)[16:32] == hierarchy().keys[Role.CARD].id
    parts = {item.tag: item.value for item in tlv.parse(tlv.find(recognition, 0x66, 0x73))}
    assert {tag: value.hex() for tag, value in parts.items()} == {
        0x06: "2a864886fc6b01",
        0x60: "060a2a864886fc6b02020301",
        0x63: "06072a864886fc6b03",
        0x64: f"06092a864886fc6b0403{OPTIONS:02x}",
    }


def test_answer_to_reset_ends_in_its_check_byte(image: CardImage) -> None:
    assert image.atr[0] == 0x3B
    assert reduce(xor, image.atr[1:]) == 0


def test_administration_keys_come_from_the_master(image: CardImage) -> None:
    end, master = image.administration, hierarchy().administration_master
    static = derive_card_keys(master, CARD_ID)
    assert (end.key_enc, end.key_mac, end.key_dek) == (static.enc, static.mac, static.dek)
    assert end.key_receipt == derive_card_key(master, CARD_ID, "receipt")
    assert (end.card_id, end.reset_number, end.last_receipt) == (CARD_ID, 0, None)
    assert len({end.key_enc, end.key_mac, end.key_dek, end.key_receipt}) == 4


def test_every_application_is_there_and_every_own_key_is_another(image: CardImage) -> None:
    assert set(image.directories) == set(Application) - {Application.CARD_MANAGER}
    every = [key.private for one in image.directories.values() for key in one.keys.values()]
    assert len(set(every)) == len(every) == 5


def test_image_survives_the_card_file_format(image: CardImage) -> None:
    assert from_plain(to_plain(image)) == image


def test_no_pin_shows_in_repr(image: CardImage) -> None:
    who, text = identity(person("fresh"), NOW), repr(image)
    told = [who.name, who.address, *(f"'{pin}'" for pin in who.pins.values()), who.my_number]
    assert [one for one in told if one in text] == []
