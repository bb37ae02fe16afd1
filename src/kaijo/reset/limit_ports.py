"""What the limits need of the store."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from kaijo.reset.records import TerminalSession


class LimitRecords(Protocol):
    """The rows of limits inside one transaction."""

    def marks(self, subject: str) -> Mapping[str, datetime]:
        """Return the subject's marks by the name of the limit."""
        ...

    def put_marks(self, subject: str, marks: Mapping[str, datetime]) -> None:
        """Keep the subject's marks in the place of those of before."""
        ...

    def drop_marks(self, before: datetime) -> None:
        """Forget the marks of everybody that lie before a moment: they limit nobody any more."""
        ...

    def add_failed_channel(self, session: TerminalSession, at: datetime) -> bool:
        """Note that the channel of this session failed; False when that was noted."""
        ...

    def count_failed_channels(self, pseudonym: str) -> int:
        """Return how many channels with the card failed since one was opened."""
        ...

    def forget_failed_channels(self, pseudonym: str) -> None:
        """Forget the card's failed channels."""
        ...

    def failed_channels(self, least: int) -> tuple[tuple[str, datetime], ...]:
        """Return the cards with so many failed channels or more, and when the last was, the latest first."""
        ...

    def note_stopped(self, pseudonym: str) -> None:
        """Write down that the card is stopped."""
        ...

    def note_released(self, pseudonym: str) -> None:
        """Write down that the operator released the card."""
        ...
