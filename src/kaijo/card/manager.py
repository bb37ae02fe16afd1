"""The card manager: what the card tells about itself before any application, and its resets (ours)."""

from datetime import date
from typing import ClassVar

from kaijo.card.administration import ResetState, read_receipt
from kaijo.card.apdu import Command, Ins
from kaijo.card.files import Application
from kaijo.card.session import Session
from kaijo.errors import CardTrouble

_EXPIRY = 0x00F2
_MUNICIPALITY = 0x00F0


class CardManagerSession(Session):
    """The card manager of a card behind a guard."""

    application: ClassVar[Application] = Application.CARD_MANAGER

    def expiry(self) -> date:
        """Return the card's date of expiry [card notes 7]. Raises CardTrouble `card.malformed-data`."""
        try:
            return date.fromisoformat(self._data_object(_EXPIRY).decode("ascii"))
        except ValueError:
            raise CardTrouble("card.malformed-data") from None

    def municipality(self) -> str:
        """Return the five-digit code of the issuing municipality."""
        return self._data_object(_MUNICIPALITY).decode("ascii", "replace")

    def reset_state(self) -> ResetState:
        """Return reset number and last receipt. Only the virtual card knows this command: CardTrouble otherwise."""
        self._guard.select(self.application)
        answer = self._guard.transmit(read_receipt())
        self._check(answer, 0)
        return ResetState.decode(answer.data)

    def _data_object(self, tag: int) -> bytes:
        self._guard.select(self.application)
        answer = self._guard.transmit(Command(0x00, Ins.GET_DATA, tag >> 8, tag & 0xFF, le=256))
        self._check(answer, tag)
        return answer.data
