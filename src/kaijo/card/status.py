"""What a status word means: a total function over all 65,536 values [ISO 7816-4 5.3.4; card notes 8.8].

Nothing maps to a number of tries unless the card itself said the number.
"""

from dataclasses import dataclass
from enum import Enum, unique


@unique
class Outcome(Enum):
    """What a status word says, as far as a caller acts on it."""

    DONE = "done"
    MORE_DATA = "more-data"  # 61xx: GET RESPONSE
    WRONG_LE = "wrong-le"  # 6Cxx: repeat with the exact length
    END_OF_FILE = "end-of-file"
    WARNING = "warning"
    TRIES = "tries"  # 63Cx: x tries are left
    NOT_VERIFIED = "not-verified"  # 6300: wrong, and no count is given
    LOCKED = "locked"
    NOT_ALLOWED = "not-allowed"  # a PIN has to be verified first
    CONDITIONS = "conditions"  # not now: nothing selected, key not usable
    NOT_FOUND = "not-found"
    WRONG_LENGTH = "wrong-length"
    WRONG_PARAMETERS = "wrong-parameters"
    WRONG_DATA = "wrong-data"
    NOT_SUPPORTED = "not-supported"
    SECURE_MESSAGING = "secure-messaging"
    MEMORY = "memory"
    CARD_FAULT = "card-fault"
    INVALID = "invalid"  # SW1 outside 6x and 9x: no status word at all [ISO 7816-3]
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """A status word and its meaning. `tries_left` is set only where the card counted, `count` for 61xx and 6Cxx."""

    sw: int
    outcome: Outcome
    tries_left: int | None = None
    count: int | None = None

    @property
    def done(self) -> bool:
        """True for 9000 and nothing else."""
        return self.outcome is Outcome.DONE


_EXACT: dict[int, Outcome] = {
    0x9000: Outcome.DONE,
    0x6281: Outcome.WARNING,
    0x6282: Outcome.END_OF_FILE,
    0x6283: Outcome.WARNING,
    0x6300: Outcome.NOT_VERIFIED,
    0x6381: Outcome.MEMORY,
    0x66F1: Outcome.CARD_FAULT,
    0x6700: Outcome.WRONG_LENGTH,
    0x6881: Outcome.NOT_SUPPORTED,
    0x6882: Outcome.SECURE_MESSAGING,
    0x6884: Outcome.NOT_SUPPORTED,
    0x6981: Outcome.WRONG_PARAMETERS,
    0x6982: Outcome.NOT_ALLOWED,
    0x6983: Outcome.LOCKED,
    0x6984: Outcome.LOCKED,
    0x6985: Outcome.CONDITIONS,
    0x6986: Outcome.CONDITIONS,
    0x6987: Outcome.SECURE_MESSAGING,
    0x6988: Outcome.SECURE_MESSAGING,
    0x69FC: Outcome.SECURE_MESSAGING,
    0x6A80: Outcome.WRONG_DATA,
    0x6A81: Outcome.NOT_SUPPORTED,
    0x6A82: Outcome.NOT_FOUND,
    0x6A83: Outcome.NOT_FOUND,
    0x6A84: Outcome.MEMORY,
    0x6A85: Outcome.WRONG_DATA,
    0x6A86: Outcome.WRONG_PARAMETERS,
    0x6A87: Outcome.WRONG_DATA,
    0x6A88: Outcome.NOT_FOUND,
    0x6B00: Outcome.END_OF_FILE,
    0x6D00: Outcome.NOT_SUPPORTED,
    0x6E00: Outcome.NOT_SUPPORTED,
    0x6F00: Outcome.CARD_FAULT,
}

_BY_SW1: dict[int, Outcome] = {
    0x61: Outcome.MORE_DATA,
    0x62: Outcome.WARNING,
    0x63: Outcome.WARNING,
    0x64: Outcome.CARD_FAULT,
    0x65: Outcome.MEMORY,
    0x66: Outcome.CARD_FAULT,
    0x67: Outcome.WRONG_LENGTH,
    0x68: Outcome.NOT_SUPPORTED,
    0x6C: Outcome.WRONG_LE,
    0x6D: Outcome.NOT_SUPPORTED,
    0x6E: Outcome.NOT_SUPPORTED,
    0x6F: Outcome.CARD_FAULT,
}


def read_status(sw: int) -> Status:
    """Return the meaning of `sw` (0..FFFF). Every value has one."""
    sw1, sw2 = sw >> 8, sw & 0xFF
    if sw1 == 0x63 and sw2 & 0xF0 == 0xC0:
        return Status(sw, Outcome.TRIES, tries_left=sw2 & 0x0F)
    if sw in _EXACT:
        return Status(sw, _EXACT[sw])
    if sw1 in {0x61, 0x6C}:
        return Status(sw, _BY_SW1[sw1], count=sw2 or 256)
    if sw1 in _BY_SW1:
        return Status(sw, _BY_SW1[sw1])
    return Status(sw, Outcome.UNKNOWN if sw1 >> 4 in {0x6, 0x9} else Outcome.INVALID)
