"""The attributes application (券面事項入力補助): the four attributes and the number, as text."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from kaijo.card import tlv
from kaijo.card.files import Application, Attributes
from kaijo.card.session import Session
from kaijo.errors import CardTrouble


@dataclass(frozen=True, slots=True)
class HolderAttributes:
    """Name, address, birth date and sex (JIS X 0303: 1 male, 2 female, 9 not applicable). Kept out of `repr`."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: str = field(repr=False)


class AttributesSession(Session):
    """The attributes application of a card behind a guard. Reading needs the attributes PIN."""

    application: ClassVar[Application] = Application.ATTRIBUTES

    def my_number(self) -> str:
        """Return the twelve digits of the individual number. Raises Refused `card.pin-needed`."""
        return self._text(tlv.find(self._read_object(Attributes.MY_NUMBER), 0xFF10))

    def attributes(self) -> HolderAttributes:
        """Return the four attributes. Raises Refused `card.pin-needed`, CardTrouble `card.malformed-data`."""
        record = tlv.find(self._read_object(Attributes.ATTRIBUTES), 0xFF20)
        name, address, born, sex = (self._text(tlv.find(record, tag)) for tag in (0xDF22, 0xDF23, 0xDF24, 0xDF25))
        try:
            birth_date = date.fromisoformat(born)
        except ValueError:
            raise CardTrouble("card.malformed-data") from None
        return HolderAttributes(name, address, birth_date, sex)

    @staticmethod
    def _text(raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise CardTrouble("card.malformed-data") from None
