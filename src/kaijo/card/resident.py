"""The resident (住民基本台帳) and common (共通カード) applications: record files. Their PINs are two halves of one."""

from datetime import date
from typing import ClassVar, NamedTuple

from kaijo.card import tlv
from kaijo.card.apdu import Command, Ins
from kaijo.card.files import Application, Common, Resident
from kaijo.card.session import Session
from kaijo.errors import CardTrouble


class CardInfo(NamedTuple):
    """What the common application says of the card without a PIN. `municipality` is the five-digit code."""

    serial: str
    municipality: str
    expiry: date


class _RecordSession(Session):
    def _record(self, file: int) -> bytes:
        """Return the value of the file's first record [ISO 7816-4 11.4.3, P2 = SFI with 100: the record P1]."""
        self._guard.select(self.application)
        answer = self._guard.transmit(Command(0x00, Ins.READ_RECORD, 1, file << 3 | 0x04, le=256))
        self._check(answer, file)
        return tlv.parse_simple(answer.data).value


class ResidentSession(_RecordSession):
    """The resident application of a card behind a guard. Nothing readable is known to be opened by its PIN."""

    application: ClassVar[Application] = Application.RESIDENT

    def key_id(self) -> bytes:
        """Return the 16-byte key identifier of the card's key."""
        return self._record(Resident.KEY_ID)


class CommonSession(_RecordSession):
    """The common application of a card behind a guard."""

    application: ClassVar[Application] = Application.COMMON

    def card_info(self) -> CardInfo:
        """Return serial, municipality and expiry [card notes 6]. Raises CardTrouble `card.malformed-data`."""
        raw = self._record(Common.CARD_INFO)
        try:
            text = raw.decode("ascii")
            return CardInfo(text[:15], text[15:20], date.fromisoformat(text[20:28]))
        except ValueError:
            raise CardTrouble("card.malformed-data") from None
