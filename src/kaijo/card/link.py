"""What every way to a card looks like from above: a reader, a card file, a recorder, a fault injector."""

from typing import NamedTuple, Protocol


class LinkFacts(NamedTuple):
    """What a link tells of itself; None where it does not. `simulated` says that its times are computed, not taken."""

    atr: bytes | None = None
    protocol: str | None = None
    bits_per_second: int | None = None
    simulated: bool = False


class Link(Protocol):
    """A card that lies somewhere and answers command APDUs.

    `place` names where it lies (a reader's name, a file's path), for people.
    """

    @property
    def place(self) -> str:
        """Where the card lies."""
        ...

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU and return data and status word.

        Raises CardTrouble `card.removed` when the card left before or during the command: whether it was
        executed is then unknown. Other `reader.*` codes mean that the command did not reach the card.
        """
        ...

    def power_cycle(self) -> None:
        """Take power from the card and give it back: every security status is gone. Raises as `transmit`."""
        ...

    def close(self) -> None:
        """Power the card off and let it go. Never raises; closing twice is fine."""
        ...
