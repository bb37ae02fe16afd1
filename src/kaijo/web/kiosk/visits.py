"""What one visit to the kiosk can be: its five screens, and how it stands with the reservation when it is over."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from typing import Final

from kaijo.errors import KaijoError
from kaijo.terminals.kiosk import Completion, Proved, Visit
from kaijo.web.places import Place
from kaijo.web.ways import Stake


@unique
class Fate(Enum):
    """What is true of the reservation now."""

    UNTOUCHED = "untouched"  # nothing was done with it here
    KEPT = "kept"
    HELD = "held"  # kept, but the service could not be told, and frees it by itself
    USED = "used"
    NONE = "none"
    UNKNOWN = "unknown"  # the card knows


@unique
class Way(Enum):
    """Where the way goes on after a failure."""

    AGAIN = "again"
    PHONE = "phone"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Asking:
    """The card was read and its reservation found; the proof PIN is asked for."""

    place: Place
    visit: Visit
    stake: Stake


@dataclass(frozen=True, slots=True)
class Choosing:
    """The holder has proved to be there and chooses the new PIN; `half` of one waits for the word to write it."""

    place: Place
    proved: Proved
    half: bytes | None = field(default=None, repr=False)

    @property
    def visit(self) -> Visit:
        """The visit that was proved."""
        return self.proved.visit


@unique
class Trial(Enum):
    """What came of the test signature, if one was wanted."""

    NOT_WANTED = "not-wanted"
    GOOD = "good"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finished:
    """The PIN is new. `trouble` is why a test signature that was wanted did not come about."""

    place: Place
    done: Completion
    trial: Trial
    trouble: KaijoError | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The visit ended with an error. `until` is the end of the reservation, or of the hold on it."""

    place: Place
    error: KaijoError
    fate: Fate
    until: datetime | None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        """Return where the way goes on, the best first; none where it has come to its end."""
        for ways, codes, beginnings in _WAYS:
            if self.error.code in codes or self.error.code.startswith(beginnings):
                return ways
        return (Way.AGAIN, Way.COUNTER)


Stage = Asking | Choosing | Finished | Failed

_WAYS: Final[tuple[tuple[tuple[Way, ...], AbstractSet[str], tuple[str, ...]], ...]] = (
    ((Way.PHONE, Way.COUNTER), {"reset.no-reservation", "reset.reservation-expired"}, ()),
    ((), {"reset.already-done", "terminal.real-card", "reset.kiosk-closed", "trust.production-card"}, ()),
    ((Way.AGAIN,), {"terminal.receipt-waiting", "card.reset-unknown"}, ("table.", "service.", "store.")),
    (
        (Way.COUNTER,),
        {"reset.unknown-card", "reset.no-signature-certificate", "reset.counter-only", "card.locked",
         "card.wrong-pin-locked", "reset.certificate-expired", "reset.certificate-revoked",
         "reset.certificate-not-yet-valid"},
        ("terminal.", "trust."),
    ),
)  # fmt: skip
_FATES: Final = {
    "reset.already-done": Fate.USED,
    "terminal.receipt-waiting": Fate.USED,
    "reset.no-reservation": Fate.NONE,
    "reset.reservation-expired": Fate.NONE,
    "card.reset-unknown": Fate.UNKNOWN,
}


def failed(place: Place, error: KaijoError, visit: Visit | None, *, held: bool, told: bool) -> Failed:
    """Return the end of a visit that broke off with `error`.

    `held` says that the service held the reservation for it, `told` that the service knows it is over.
    """
    if error.code in _FATES or visit is None:
        return Failed(place, error, _FATES.get(error.code, Fate.UNTOUCHED))
    if held and not told:
        return Failed(place, error, Fate.HELD, visit.expires_at)
    return Failed(place, error, Fate.KEPT, visit.reserved_until)


def fate_of(stage: Stage) -> Fate:
    """Return what is true of the reservation when a visit is left at this stage."""
    if isinstance(stage, Failed):
        return stage.fate
    return Fate.USED if isinstance(stage, Finished) else Fate.KEPT
