"""Testing oneself without the card: a slow salted hash of the PIN, bound to a secret of this machine.

The card is never asked, so that no try is at stake. Misses are counted here, before the comparison, and cost a pause
that doubles; what is kept is for its owner alone. Four digits have 10,000 values: whoever takes hash *and* secret finds
them in about an hour of one processor; the hash alone tells nothing. docs/keep.md says so to the user.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from kaijo.card.pins import normalise
from kaijo.clock import Clock
from kaijo.errors import Refused, UsageProblem
from kaijo.facts.keeping import recall_intervals, recall_pause
from kaijo.facts.pins import PinKind

_COST, _BLOCK, _PARALLEL, _SIZE = 2**17, 8, 1, 32  # 128 MiB and some 0.4 s for each guess
_MEMORY = 192 * 1024 * 1024
_SALT = 16


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept of one PIN: never the PIN. `step` counts the tests passed in a row, `due` is the next one's time."""

    salt: str
    hash: str
    misses: int
    not_before: str
    step: int
    due: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """How a test ended: remembered or not, when the next is due, and until when no further answer is looked at."""

    remembered: bool
    due: datetime
    not_before: datetime | None


class RecallBook:
    """The memories of one person on one machine: `folder/recall.json`; the secret comes from the caller."""

    def __init__(self, folder: Path, secret: bytes, clock: Clock) -> None:
        self._file = folder / "recall.json"
        self._secret = secret
        self._clock = clock

    def learn(self, kind: PinKind, pin: str) -> datetime:
        """Keep the hash of a PIN in place of an older one; return when its first test is due.

        Raises GuardRefused `guard.wrong-form`, UsageProblem `keep.recall-damaged` or `usage.unwritable`.
        """
        salt = secrets.token_bytes(_SALT)
        now = self._clock.now()
        due = now + recall_intervals()[0]
        made = self._hash(kind, pin, salt)
        with self._opened() as memories:
            memories[kind.value] = Memory(salt.hex(), made.hex(), 0, now.isoformat(), 0, due.isoformat())
        return due

    def forget(self, kind: PinKind) -> None:
        """Take away what is kept of a PIN. Raises as `learn`, and Refused `keep.nothing-to-recall`."""
        with self._opened() as memories:
            if memories.pop(kind.value, None) is None:
                raise Refused("keep.nothing-to-recall", kind=kind)

    def check(self, kind: PinKind) -> None:
        """Raise what `test` would raise before any PIN: Refused `keep.nothing-to-recall` or `keep.recall-pause`."""
        self._waited(kind, self._read())

    def test(self, kind: PinKind, pin: str) -> Recalled:
        """Compare what was typed with what is kept. A text of the wrong form is refused and is no miss.

        Raises Refused `keep.nothing-to-recall`, `keep.recall-pause`, and as `learn`.
        """
        text = normalise(kind, pin)
        with self._opened() as memories:
            kept = self._waited(kind, memories)
            memories[kind.value] = missed = self._missed(kept)  # noted first: to stop the program is no way around
        right = hmac.compare_digest(self._hash(kind, text, bytes.fromhex(kept.salt)), bytes.fromhex(kept.hash))
        if right:
            missed = self._remembered(kept)
            with self._opened() as memories:
                memories[kind.value] = missed
        not_before = datetime.fromisoformat(missed.not_before)
        waits = None if not_before <= self._clock.now() else not_before
        return Recalled(right, datetime.fromisoformat(missed.due), waits)

    def due(self) -> Mapping[PinKind, datetime]:
        """Return when each PIN that is kept should be tested next."""
        return {PinKind(kind): datetime.fromisoformat(memory.due) for kind, memory in self._read().items()}

    def _waited(self, kind: PinKind, memories: Mapping[str, Memory]) -> Memory:
        kept = memories.get(kind.value)
        if kept is None:
            raise Refused("keep.nothing-to-recall", kind=kind)
        not_before = datetime.fromisoformat(kept.not_before)
        if self._clock.now() < not_before:
            raise Refused("keep.recall-pause", not_before=not_before)
        return kept

    def _missed(self, kept: Memory) -> Memory:
        pause, now = recall_pause(), self._clock.now()
        misses = kept.misses + 1
        beyond = misses - pause.misses
        doubled = min(pause.most, pause.first * 2 ** min(beyond - 1, 20)) if beyond > 0 else now - now
        due = now + recall_intervals()[0]
        return replace(kept, misses=misses, not_before=(now + doubled).isoformat(), step=0, due=due.isoformat())

    def _remembered(self, kept: Memory) -> Memory:
        intervals, now = recall_intervals(), self._clock.now()
        step = min(kept.step + 1, len(intervals) - 1)
        due = now + intervals[step]
        return replace(kept, misses=0, not_before=now.isoformat(), step=step, due=due.isoformat())

    def _hash(self, kind: PinKind, pin: str, salt: bytes) -> bytes:
        bound = hmac.digest(self._secret, f"{kind.value}\0{normalise(kind, pin)}".encode(), "sha256")
        return hashlib.scrypt(bound, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY, dklen=_SIZE)

    @contextmanager
    def _opened(self) -> Iterator[dict[str, Memory]]:
        from filelock import FileLock

        with FileLock(self._file.with_suffix(".lock"), mode=0o600):
            memories = self._read()
            yield memories
            self._write(memories)

    def _read(self) -> dict[str, Memory]:
        try:
            rows = json.loads(self._file.read_text("utf-8"))
            return {str(PinKind(kind).value): _memory(row) for kind, row in rows.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            raise UsageProblem("keep.recall-damaged", path=str(self._file)) from None

    def _write(self, memories: Mapping[str, Memory]) -> None:
        beside = self._file.with_suffix(".new")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({kind: asdict(memory) for kind, memory in memories.items()}, file, indent=1)
            beside.replace(self._file)
        except OSError:
            raise UsageProblem("usage.unwritable", path=str(self._file)) from None


def _memory(row: object) -> Memory:
    if not isinstance(row, dict):
        raise TypeError
    memory = Memory(**row)
    bytes.fromhex(memory.salt + memory.hash)
    for moment in (memory.not_before, memory.due):
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError
    return replace(memory, misses=int(memory.misses), step=int(memory.step))
