"""A small card made by hand, and short ways to talk to it, for every test of the card's engine."""

from functools import cache
from random import Random

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kaijo.card.administration import Grant, authorise_reset
from kaijo.card.apdu import Command
from kaijo.card.files import Application, Attributes, Common, Jpki, Resident, Surface
from kaijo.card.link import Link
from kaijo.facts.pins import PinKind
from kaijo.securechannel.handshake import CardHello, SecurityLevel, initialize_update
from kaijo.securechannel.host import HostEnd
from kaijo.securechannel.keys import StaticKeys, derive_session_keys
from kaijo.securechannel.messages import Command as SecureCommand
from kaijo.securechannel.messages import Response as SecureResponse
from kaijo.virtualcard.image import AdministrationEnd, CardImage, Directory, File, Key, Pin

MANAGER = "00A4040C07A0000001510000"
JPKI = "00A4040C0AD392F000260100000001"
SURFACE = "00A4040C0AD3921000310001010402"
ATTRIBUTES = "00A4040C0AD3921000310001010408"
RESIDENT = "00A4040C0AD3921000310001010401"
COMMON = "00A4040C0AD3921000310001010100"

RIGHT_AUTHENTICATION = "002000980431323334"
WRONG_AUTHENTICATION = "002000980439393939"
RIGHT_SIGNATURE = "0020009B06414243313233"
RIGHT_RESIDENT = "0020009C0434333231"
RIGHT_ATTRIBUTES = "002000910435363738"

CERTIFICATE = bytes.fromhex("30820200") + bytes(index % 251 for index in range(0x200))
FILLED = CERTIFICATE + b"\xff" * 84
RECORDS = bytes.fromhex("0110") + b"K" * 16, bytes.fromhex("0203") + b"two"
RESERVATION = bytes(range(16))
KEY_ENC, KEY_MAC, KEY_DEK, KEY_RECEIPT = (bytes([number]) * 16 for number in (1, 2, 3, 4))


@cache
def private_key(name: str) -> RSAPrivateKey:
    assert name in {"authentication", "signature", "card"}
    return generate_private_key(65537, 2048)


def encoded(name: str) -> bytes:
    return private_key(name).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def handmade_image() -> CardImage:
    """Return a fresh card: authentication PIN 1234, signature PIN ABC123, resident PIN 4321, attributes PIN 5678."""
    jpki = Directory(
        files={
            Jpki.SIGNATURE_CERTIFICATE: File(FILLED, opened_by=frozenset({Jpki.SIGNATURE_PIN})),
            Jpki.TOKEN_INFO: File(b"JPKIAPICCTOKEN2".ljust(160)),
            Jpki.CERTIFICATE_AVAILABILITY: File(bytes.fromhex("8F8F00")),
            0x09: File(b"nobody", opened_by=None),
            Jpki.AUTHENTICATION_CERTIFICATE: File(FILLED),
        },
        pins={Jpki.AUTHENTICATION_PIN: Pin(b"1234", 3, 3), Jpki.SIGNATURE_PIN: Pin(b"ABC123", 5, 5)},
        keys={
            Jpki.AUTHENTICATION_KEY: Key(encoded("authentication"), frozenset({Jpki.AUTHENTICATION_PIN})),
            Jpki.SIGNATURE_KEY: Key(encoded("signature"), frozenset({Jpki.SIGNATURE_PIN})),
        },
    )
    attributes = Directory(
        files={
            Attributes.MY_NUMBER: File(b"FF10", opened_by=frozenset({Attributes.PIN, Attributes.CODE_A})),
            Attributes.ATTRIBUTES: File(b"FF20", opened_by=frozenset({Attributes.PIN, Attributes.CODE_B})),
        },
        pins={
            Attributes.PIN: Pin(b"5678", 3, 3),
            Attributes.BLOCKED_PIN: Pin(None, 0, 3),
            Attributes.CODE_A: Pin(b"123456789018", 10, 10),
        },
        keys={Attributes.CARD_KEY: Key(encoded("card"))},
    )
    surface = Directory(
        files={Surface.CARD_FACE: File(b"face", opened_by=frozenset({Surface.CODE_B}))},
        pins={Surface.CODE_B: Pin(b"55021720352285", 10, 10)},
        keys={0x1A: Key(encoded("card"))},
    )
    resident = Directory(
        files={
            Resident.KEY_ID: File(records=RECORDS),
            0x03: File(records=RECORDS, opened_by=frozenset({Resident.PIN})),
        },
        pins={Resident.PIN: Pin(b"4321", 3, 3)},
    )
    common = Directory(
        files={Common.CARD_INFO: File(records=(bytes.fromhex("011C") + b"9" * 28,))},
        pins={Common.PIN: Pin(b"4321", 3, 3)},
        keys={
            0x17: Key(encoded("signature"), frozenset({Common.PIN})),
            Common.INTERNAL_AUTHENTICATION_KEY: Key(encoded("card")),
        },
    )
    return CardImage(
        person="handmade",
        issuer="test",
        directories={
            Application.JPKI: jpki,
            Application.SURFACE: surface,
            Application.ATTRIBUTES: attributes,
            Application.RESIDENT: resident,
            Application.COMMON: common,
        },
        data_objects={0x00F0: b"13221", 0x00F2: b"20350217", 0x00F8: b"C" * 558},
        administration=AdministrationEnd(b"KAIJO00001", KEY_ENC, KEY_MAC, KEY_DEK, KEY_RECEIPT),
        atr=bytes.fromhex("3BE000FF8131FE4514"),
    )


def drawn(seed: int) -> Random:
    return Random(seed)


def talk(card: Link, *commands: str) -> list[str]:
    """Send commands and return the answers, both in hexadecimal capitals."""
    return [card.transmit(bytes.fromhex(command)).hex().upper() for command in commands]


def say(card: Link, command: str) -> str:
    """Send one command and return the answer."""
    return talk(card, command)[0]


def spell(command: SecureCommand) -> bytes:
    return Command(command.cla, command.ins, command.p1, command.p2, command.data, command.le).encode()


def unspell(raw: bytes) -> SecureResponse:
    return SecureResponse(raw[:-2], int.from_bytes(raw[-2:]))


class Office:
    """The operator's end of the channel to one card, opened when it is made."""

    def __init__(self, card: Link, level: SecurityLevel = SecurityLevel.C_ENC_R_ENC) -> None:
        self._card = card
        assert say(card, MANAGER) == "9000"
        challenge = bytes(range(100, 116))
        hello = CardHello.parse(self._pass(initialize_update(challenge)).data)
        keys = derive_session_keys(StaticKeys(KEY_ENC, KEY_MAC, KEY_DEK), challenge, hello.challenge)
        self._host = HostEnd(keys, challenge, hello, level)
        self._host.unwrap(self._pass(self._host.external_authenticate()))

    def ask(self, command: Command) -> SecureResponse:
        """Send one command inside the channel."""
        plain = SecureCommand(command.cla, command.ins, command.p1, command.p2, command.data, command.le or 256)
        return self._host.unwrap(self._pass(self._host.wrap(plain)))

    def grant(self, kind: PinKind, reset_number: int = 0) -> int:
        """Authorise a reset and return the status word."""
        return self.ask(authorise_reset(Grant(kind, RESERVATION, reset_number))).sw

    def _pass(self, command: SecureCommand) -> SecureResponse:
        return unspell(self._card.transmit(spell(command)))
