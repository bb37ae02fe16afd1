"""The audit trail's rows: what may be written down, how a row is spelled, and how it hangs on the one before it.

A partition is the keyed name of whom a row is about (a card, a clerk, a terminal), or the house itself; its rows are
numbered from 1 and each holds the hash of the one before. docs/audit.md describes the format for other programs.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, Self

from kaijo.clock import JST
from kaijo.errors import ServiceTrouble
from kaijo.reset.merkle import leaf_hash

HOUSE: Final = "house"
NOTHING_BEFORE: Final = bytes(32)
_MOST_LINE: Final = 2048
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_PARTITION: Final = re.compile(r"[0-9a-f]{64}|house(?: [a-z][a-z0-9.-]{0,63})?")
_ID: Final = re.compile(r"[0-9a-f]{32}")
_WORD: Final = re.compile(r"[a-z][a-z0-9.-]{0,63}")
_NUMBER: Final = re.compile(r"[0-9]{1,10}")


class Tag(Enum):
    """Everything that a row can tell of."""

    RESERVATION_MADE = "reservation-made"
    RESERVATION_REPLACED = "reservation-replaced"
    RESERVATION_CANCELLED = "reservation-cancelled"
    RESERVATION_EXPIRED = "reservation-expired"
    SESSION_OPENED = "session-opened"
    SESSION_EXTENDED = "session-extended"
    SESSION_ENDED = "session-ended"
    PROOF_ACCEPTED = "proof-accepted"
    PROOF_REFUSED = "proof-refused"
    GRANT_INTENDED = "grant-intended"
    GRANT_CONFIRMED = "grant-confirmed"
    RECEIPT_TAKEN = "receipt-taken"
    COUNTER_ACT = "counter-act"
    FACE_OPENED = "face-opened"
    FACE_DRAWN = "face-drawn"
    FACE_ANSWERED = "face-answered"
    FACE_PASSED = "face-passed"
    FACE_REFUSED = "face-refused"
    TERMINAL_ENROLLED = "terminal-enrolled"
    TERMINAL_REVOKED = "terminal-revoked"
    TERMINAL_REFUSED = "terminal-refused"
    CARD_STOPPED = "card-stopped"
    CARD_RELEASED = "card-released"
    CLERK_SIGNED_IN = "clerk-signed-in"
    CLERK_REFUSED = "clerk-refused"
    CLERK_LOCKED_OUT = "clerk-locked-out"
    CLERK_UNLOCKED = "clerk-unlocked"
    OPERATOR_ACT = "operator-act"
    REFUSED = "refused"


# Names and forms of all attributes: nothing that a person typed, and no place for a name, fits any of them.
FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "act": _WORD,
    "case": _ID,
    "check": _ID,
    "clerk": _HASH,
    "code": _WORD,
    "deed": _WORD,
    "helper": _HASH,
    "kind": _WORD,
    "number": _NUMBER,
    "outcome": _WORD,
    "place": _WORD,
    "reservation": _ID,
    "session": _ID,
    "state": _WORD,
    "terminal": _ID,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is about to be written down. Raises ServiceTrouble `audit.not-allowed` (name) for what no row may hold."""

    at: datetime
    partition: str
    tag: Tag
    attributes: Mapping[str, str]

    def __post_init__(self) -> None:
        if not _PARTITION.fullmatch(self.partition):
            raise ServiceTrouble("audit.not-allowed", name="partition")
        for name, value in self.attributes.items():
            if name not in FORMS or not FORMS[name].fullmatch(value):
                raise ServiceTrouble("audit.not-allowed", name=name)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row. `previous` is the hash of its partition's row before, zeros for the first."""

    entry: Entry
    sequence: int
    previous: bytes

    @property
    def partition(self) -> str:
        """Whose row it is."""
        return self.entry.partition

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from every other row, and where it stands among the rows of one checkpoint."""
        return self.entry.partition, self.sequence

    def plain(self) -> dict[str, Any]:
        """Return the row in JSON's types."""
        return {
            "at": spell_time(self.entry.at),
            "attributes": dict(self.entry.attributes),
            "partition": self.entry.partition,
            "previous": self.previous.hex(),
            "sequence": self.sequence,
            "tag": self.entry.tag.value,
        }

    @property
    def hash(self) -> bytes:
        """SHA-256 over a zero byte and the canonical encoding: the row's leaf in the tree as well [RFC 9162 2.1.1]."""
        return leaf_hash(canonical(self.plain()))

    @classmethod
    def read(cls, plain: Any) -> Self:
        """Return the row that `plain` spells. Raises ValueError when it is none."""
        if not isinstance(plain, dict) or not isinstance(plain.get("attributes"), dict):
            raise ValueError("row")  # noqa: TRY004 -- whoever reads a file asks for one kind of error
        try:
            entry = Entry(read_time(plain["at"]), str(plain["partition"]), Tag(plain["tag"]), dict(plain["attributes"]))
            row = cls(entry, plain["sequence"], bytes.fromhex(plain["previous"]))
        except (KeyError, TypeError, ValueError, ServiceTrouble):
            raise ValueError("row") from None
        if type(row.sequence) is not int or row.sequence < 1 or row.plain() != plain:
            raise ValueError("row")
        return row


def follow(entry: Entry, before: AuditRow | None) -> AuditRow:
    """Return the row that `entry` makes after `before`, the last of its partition."""
    if before is None:
        return AuditRow(entry, 1, NOTHING_BEFORE)
    return AuditRow(entry, before.sequence + 1, before.hash)


def canonical(plain: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a JSON object: ASCII, names sorted, no space, whole numbers only."""
    return json.dumps(plain, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")).encode("ascii")


def read_canonical(line: bytes) -> dict[str, Any]:
    """Return the object that a line spells, the line end left off. Raises ValueError unless it is its one spelling."""
    try:
        plain = json.loads(line) if len(line) <= _MOST_LINE else None
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or canonical(plain) != line:
        raise ValueError("line")
    return plain


def spell_time(at: datetime) -> str:
    """Return a moment as rows have it: UTC with its offset, always six digits of a second."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """Return the moment that `spell_time` spelled, in JST. Raises ValueError."""
    try:
        at = datetime.fromisoformat(text).astimezone(JST)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("time") from None
    if spell_time(at) != text:
        raise ValueError("time")
    return at
