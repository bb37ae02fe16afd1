"""Applications, elementary files and keys of the card, named as its public descriptions name them.

Every application numbers its files for itself: 0001 of JPKI is not 0001 of the surface. A file id below 001F is its
own short file id [card notes 2]; where a PIN is two references, both are listed and must be kept the same.
"""

from enum import Enum, IntEnum, unique
from typing import NamedTuple

from kaijo.facts.pins import PinKind


@unique
class Application(bytes, Enum):
    """Application identifiers (AID)."""

    JPKI = bytes.fromhex("D392F000260100000001")
    SURFACE = bytes.fromhex("D3921000310001010402")
    ATTRIBUTES = bytes.fromhex("D3921000310001010408")
    RESIDENT = bytes.fromhex("D3921000310001010401")
    COMMON = bytes.fromhex("D3921000310001010100")
    CARD_MANAGER = bytes.fromhex("A0000001510000")


@unique
class Jpki(IntEnum):
    """Files and keys of the JPKI application (公的個人認証)."""

    SIGNATURE_CERTIFICATE = 0x01
    SIGNATURE_CA_CERTIFICATE = 0x02
    TOKEN_INFO = 0x06
    CERTIFICATE_AVAILABILITY = 0x08
    AUTHENTICATION_CERTIFICATE = 0x0A
    AUTHENTICATION_CA_CERTIFICATE = 0x0B
    AUTHENTICATION_KEY = 0x17
    AUTHENTICATION_PIN = 0x18
    SIGNATURE_KEY = 0x1A
    SIGNATURE_PIN = 0x1B


@unique
class Attributes(IntEnum):
    """Files and keys of the attributes application (券面事項入力補助)."""

    MY_NUMBER = 0x01
    ATTRIBUTES = 0x02
    INTEGRITY = 0x03
    CERTIFICATE = 0x04
    BASIC_INFO = 0x05
    SESSION_PUBLIC_KEY = 0x06
    CARD_PUBLIC_KEY = 0x07
    PIN = 0x11
    BLOCKED_PIN = 0x12
    CARD_KEY = 0x13
    CODE_A = 0x14
    CODE_B = 0x15


@unique
class Surface(IntEnum):
    """Files and keys of the surface application (券面事項確認)."""

    AGE = 0x01
    CARD_FACE = 0x02
    BASIC_INFO = 0x03
    CERTIFICATE = 0x04
    MY_NUMBER_IMAGE = 0x05
    BIRTH_DATE = 0x11
    CODE_B = 0x12
    CODE_A = 0x13


@unique
class Resident(IntEnum):
    """Files and keys of the resident application (住民基本台帳)."""

    KEY_ID = 0x02
    PIN = 0x1C


@unique
class Common(IntEnum):
    """Files and keys of the common application (共通カード)."""

    CARD_INFO = 0x01
    KEY_ID = 0x02
    INTERNAL_AUTHENTICATION_KEY = 0x19
    PIN = 0x1C


@unique
class Code(Enum):
    """Codes that open the surface data: printed on the card or known to its holder, but counted like PINs."""

    CODE_A = "code-a"
    CODE_B = "code-b"
    BIRTH_DATE = "birth-date"


class PinReference(NamedTuple):
    """Where one PIN, one half of the resident PIN, or one code lives on the card."""

    kind: PinKind | Code
    application: Application
    file: int


REFERENCES: dict[PinKind | Code, tuple[PinReference, ...]] = {
    PinKind.SIGNATURE: (PinReference(PinKind.SIGNATURE, Application.JPKI, Jpki.SIGNATURE_PIN),),
    PinKind.AUTHENTICATION: (PinReference(PinKind.AUTHENTICATION, Application.JPKI, Jpki.AUTHENTICATION_PIN),),
    PinKind.RESIDENT: (
        PinReference(PinKind.RESIDENT, Application.RESIDENT, Resident.PIN),
        PinReference(PinKind.RESIDENT, Application.COMMON, Common.PIN),
    ),
    PinKind.ATTRIBUTES: (PinReference(PinKind.ATTRIBUTES, Application.ATTRIBUTES, Attributes.PIN),),
    Code.CODE_A: (PinReference(Code.CODE_A, Application.SURFACE, Surface.CODE_A),),
    Code.CODE_B: (PinReference(Code.CODE_B, Application.SURFACE, Surface.CODE_B),),
    Code.BIRTH_DATE: (PinReference(Code.BIRTH_DATE, Application.SURFACE, Surface.BIRTH_DATE),),
}

PIN_REFERENCES: dict[PinKind, tuple[PinReference, ...]] = {kind: REFERENCES[kind] for kind in PinKind}

# Every counter of the card, application by application. The attributes application counts codes of its own.
COUNTERS: tuple[PinReference, ...] = (
    *REFERENCES[PinKind.SIGNATURE],
    *REFERENCES[PinKind.AUTHENTICATION],
    *REFERENCES[PinKind.ATTRIBUTES],
    PinReference(Code.CODE_A, Application.ATTRIBUTES, Attributes.CODE_A),
    PinReference(Code.CODE_B, Application.ATTRIBUTES, Attributes.CODE_B),
    *(reference for code in Code for reference in REFERENCES[code]),
    *REFERENCES[PinKind.RESIDENT],
)
