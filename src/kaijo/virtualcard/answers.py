"""Status words the card in software answers with, and the refusal that carries one up to where it is answered."""

from enum import IntEnum, unique

from kaijo.card.apdu import Response
from kaijo.errors import CardTrouble


@unique
class Sw(IntEnum):
    """Status words [ISO 7816-4 5.1.3; card notes 8.8]."""

    OK = 0x9000
    TRIES = 0x63C0
    KEY_UNUSABLE = 0x6400
    SECURITY_ELEMENT = 0x66F1
    WRONG_LENGTH = 0x6700
    NO_LOGICAL_CHANNEL = 0x6881
    NO_SECURE_MESSAGING = 0x6882
    WRONG_STRUCTURE = 0x6981
    SECURITY_STATUS = 0x6982
    LOCKED = 0x6984
    CONDITIONS = 0x6985
    NO_CURRENT_FILE = 0x6986
    WRONG_DATA = 0x6A80
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_PARAMETERS = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00


class Refusal(CardTrouble):
    """The card says no with a status word. It never leaves `VirtualCard`, which answers with the word."""

    def __init__(self, sw: Sw) -> None:
        super().__init__("virtualcard.refusal", status=f"{sw:04X}")
        self.sw = sw


def answer(sw: int, data: bytes = b"") -> Response:
    """Return a response of status word and data."""
    return Response(data, sw)


def require(condition: object, sw: Sw) -> None:
    """Raise Refusal with `sw` unless `condition` holds."""
    if not condition:
        raise Refusal(sw)
