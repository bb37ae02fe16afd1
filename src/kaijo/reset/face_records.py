"""What the service remembers of a face check: never a picture, never a measure of a face."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final

from kaijo.facts.pins import PinKind


class Pose(Enum):
    """What the holder is asked to do with the head; left and right are the holder's own."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    CLOSER = "closer"


class FaceState(Enum):
    """Open: no poses wait. Drawn: poses wait for their pictures. Passed: the face is the holder's."""

    OPEN = "open"
    DRAWN = "drawn"
    PASSED = "passed"


TURNS: Final = frozenset({Pose.LEFT, Pose.RIGHT})


@dataclass(frozen=True, slots=True)
class Draw:
    """Poses in order, the number that their pictures must come with, and the end of their time (excluded)."""

    nonce: str
    poses: tuple[Pose, ...]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """The face check of one answered challenge. Its id begins with the card's pseudonym, so that the id finds the row.

    `device` is the device's pseudonym. `sealed` hides the hash of the surface key that the photo must stand beside.
    """

    pseudonym: str
    id: str
    challenge: str
    kind: PinKind
    state: FaceState
    device: str
    sealed: bytes = field(repr=False)
    expires_at: datetime
    draw: Draw | None = None

    def drawn(self, draw: Draw) -> "FaceCheck":
        """Return it with poses that wait for their pictures."""
        return replace(self, state=FaceState.DRAWN, draw=draw)

    def closed(self) -> "FaceCheck":
        """Return it with the draw spent: its nonce is kept, so that a retold decision is known as such."""
        return replace(self, state=FaceState.OPEN)

    def passed(self) -> "FaceCheck":
        """Return it with the face confirmed."""
        return replace(self, state=FaceState.PASSED)

    def waits(self, at: datetime) -> bool:
        """Return whether drawn poses may still be answered at `at`."""
        return self.state is FaceState.DRAWN and self.draw is not None and at < self.draw.ends_at
