"""Cards that are stopped: the secure channel failed too often in a row, and an operator must look before it goes on.

Only a session whose holder has proved to be there can fail, so that nobody without card and PIN can stop it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kaijo.errors import Refused
from kaijo.facts.limits import failed_channels
from kaijo.reset.ports import Records, Store
from kaijo.reset.records import TerminalSession


class StoppedDesk(Protocol):
    """What these verbs need; the operator's desk is one."""

    @property
    def store(self) -> Store:
        """Durable memory."""
        ...


@dataclass(frozen=True, slots=True)
class StoppedCard:
    """A card that is stopped, by its pseudonym, and since when."""

    pseudonym: str
    since: datetime


def is_stopped(records: Records, pseudonym: str) -> bool:
    """Return whether the card is stopped [fact: limit-failed-channels]."""
    return records.count_failed_channels(pseudonym) >= failed_channels()


def note_failed_channel(records: Records, session: TerminalSession, at: datetime) -> None:
    """Count that the channel with the card of this session could not be opened; the last one allowed stops the card."""
    if (
        records.add_failed_channel(session, at)
        and records.count_failed_channels(session.pseudonym) == failed_channels()
    ):
        records.note_stopped(session.pseudonym)


def stopped_cards(desk: StoppedDesk) -> tuple[StoppedCard, ...]:
    """Return every card that is stopped, the latest first."""
    with desk.store.look() as records:
        found = records.failed_channels(failed_channels())
    return tuple(StoppedCard(*one) for one in found)


def release_card(desk: StoppedDesk, *, pseudonym: str) -> None:
    """Let a stopped card go on: the operator looked at it. Raises Refused `reset.not-stopped`."""
    with desk.store.begin() as records:
        if not is_stopped(records, pseudonym):
            raise Refused("reset.not-stopped")
        records.forget_failed_channels(pseudonym)
        records.note_released(pseudonym)
