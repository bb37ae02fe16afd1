"""What the PC/SC service answers when it cannot do what it was asked, as troubles of ours."""

from collections.abc import Mapping
from enum import IntEnum, unique
from types import MappingProxyType

from kaijo.errors import CardTrouble


@unique
class Answer(IntEnum):
    """The result codes of PC/SC that mean something to us [PC/SC part 5; pcsc-lite pcsclite.h]."""

    SUCCESS = 0
    CANCELLED = 0x80100002
    INVALID_HANDLE = 0x80100003
    INVALID_PARAMETER = 0x80100004
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    SYSTEM_CANCELLED = 0x80100012
    COMM_ERROR = 0x80100013
    INVALID_ATR = 0x80100015
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    SHUTDOWN = 0x80100018
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_ACCESS = 0x80100027
    NO_READERS_AVAILABLE = 0x8010002E
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069
    SECURITY_VIOLATION = 0x8010006A


CODES: Mapping[int, str] = MappingProxyType(
    {
        Answer.INVALID_HANDLE: "reader.daemon-restarted",
        Answer.SYSTEM_CANCELLED: "reader.daemon-restarted",
        Answer.COMM_ERROR: "reader.daemon-restarted",
        Answer.SHUTDOWN: "reader.daemon-restarted",
        Answer.SERVICE_STOPPED: "reader.daemon-restarted",
        Answer.NO_SERVICE: "reader.no-daemon",
        Answer.NO_READERS_AVAILABLE: "reader.none",
        Answer.UNKNOWN_READER: "reader.unknown",
        Answer.NO_SMARTCARD: "reader.no-card",
        Answer.SHARING_VIOLATION: "reader.in-use",
        Answer.PROTO_MISMATCH: "reader.protocol-mismatch",
        Answer.READER_UNAVAILABLE: "reader.gone",
        Answer.NO_ACCESS: "reader.access-denied",
        Answer.SECURITY_VIOLATION: "reader.access-denied",
        Answer.REMOVED_CARD: "card.removed",
        Answer.NOT_TRANSACTED: "card.removed",
        Answer.RESET_CARD: "card.was-reset",
        Answer.UNPOWERED_CARD: "card.unpowered",
        Answer.UNRESPONSIVE_CARD: "card.unresponsive",
        Answer.UNSUPPORTED_CARD: "card.unresponsive",
        Answer.INVALID_ATR: "card.unresponsive",
    }
)

# pcsc-lite gives these before the command leaves for the card; whatever else a transmission ends with may have come
# after the card obeyed [pcsc-lite winscard.c SCardTransmit, winscard_clnt.c MessageSend].
_NOT_SENT: Mapping[int, str] = MappingProxyType(
    {
        Answer.INVALID_HANDLE: "reader.daemon-restarted",
        Answer.NO_SERVICE: "reader.daemon-restarted",
        Answer.INVALID_PARAMETER: "reader.trouble",
        Answer.SHARING_VIOLATION: "reader.in-use",
        Answer.PROTO_MISMATCH: "reader.protocol-mismatch",
        Answer.UNPOWERED_CARD: "card.unpowered",
        Answer.RESET_CARD: "card.was-reset",
    }
)


def trouble(number: int, *, reader: str = "") -> CardTrouble:
    """Return what result code `number` means before a command was under way; `reader.trouble` for an unlisted one."""
    return _trouble(CODES.get(number, "reader.trouble"), number, reader)


def transmission_trouble(number: int, *, reader: str) -> CardTrouble:
    """Return what result code `number` of a transmission means: `card.removed` unless the command surely never left."""
    return _trouble(_NOT_SENT.get(number, "card.removed"), number, reader)


def _trouble(code: str, number: int, reader: str) -> CardTrouble:
    from smartcard.scard import SCardGetErrorMessage

    return CardTrouble(code, reader=reader, number=f"{number:08X}", text=str(SCardGetErrorMessage(number)))
