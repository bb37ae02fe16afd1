"""An export of the audit trail, line by line, and what a reader who trusts nobody finds wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kaijo.errors import UsageProblem
from kaijo.reset.audit import NOTHING_BEFORE, AuditRow, canonical, read_canonical
from kaijo.reset.checkpoints import Checkpoint, read_public_key
from kaijo.reset.merkle import Frontier

FORMAT: Final = "kaijo-audit-1"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `line` counts from 1; `partition` and `sequence` name the row where one is known."""

    code: str
    line: int
    partition: str | None = None
    sequence: int | None = None
    since_line: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return the finding in JSON's types."""
        return {
            "code": self.code,
            "line": self.line,
            "since_line": self.since_line,
            "partition": self.partition,
            "sequence": self.sequence,
        }


@dataclass(slots=True)
class Verdict:
    """What reading an export came to: nothing is wrong with it exactly when there is no finding."""

    rows: int = 0
    checkpoints: int = 0
    last: Checkpoint | None = None
    findings: list[Finding] = field(default_factory=list)


def header_line(key: Ed25519PublicKey) -> bytes:
    """Return an export's first line."""
    return canonical({"format": FORMAT, "key": key.public_bytes_raw().hex()}) + b"\n"


def row_line(row: AuditRow) -> bytes:
    """Return a row as a line. Its hash stands beside it so that a changed row betrays itself."""
    return canonical({"hash": row.hash.hex(), "row": row.plain()}) + b"\n"


def checkpoint_line(checkpoint: Checkpoint) -> bytes:
    """Return a checkpoint as a line."""
    return canonical(checkpoint.plain()) + b"\n"


def verify(lines: Iterable[bytes], *, key: Ed25519PublicKey | None = None, since: Checkpoint | None = None) -> Verdict:
    """Return what is wrong with an export, given as lines with their ends.

    Without `key` the export's own is believed, which shows that it is whole but not whose it is. `since` is a
    checkpoint that was kept elsewhere: without one, rows cut off behind a checkpoint leave no trace.
    """
    reading = _Reading(key, since)
    for number, line in enumerate(lines, 1):
        reading.take(number, line)
    return reading.end()


class _Reading:
    """Reads on after a finding, and says once that what follows from it cannot be judged."""

    def __init__(self, key: Ed25519PublicKey | None, since: Checkpoint | None) -> None:
        self._given, self._key, self._since = key, key, since
        self._verdict = Verdict()
        self._tree = Frontier()
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._batch_line = 2
        self._batch_key: tuple[str, int] | None = None
        self._line = 0

    def take(self, number: int, line: bytes) -> None:
        self._line = number
        try:
            if not line.endswith(b"\n"):
                raise ValueError("line")  # noqa: TRY301 -- the same end as any other line that is none of ours
            plain = read_canonical(line[:-1])
            if number == 1:
                self._take_header(plain)
            elif plain.keys() == {"checkpoint", "signature"}:
                self._take_checkpoint(Checkpoint.read(plain))
            elif plain.keys() == {"hash", "row"}:
                self._take_row(AuditRow.read(plain["row"]), str(plain["hash"]))
            else:
                raise ValueError("line")  # noqa: TRY301 -- as above
        except (ValueError, UsageProblem):
            self._find("audit.unreadable-line")

    def end(self) -> Verdict:
        verdict = self._verdict
        if self._line == 0:
            self._find("audit.unreadable-line")
        elif self._batch_key is not None or verdict.last is None:
            self._find("audit.not-sealed", since_line=self._batch_line)
        if self._since is not None:
            if self._key is None or not self._since.is_signed_by(self._key):
                self._find("audit.kept-not-ours")
            elif verdict.last is None or verdict.last.size < self._since.size:
                self._find("audit.cut-short")
        return verdict

    def _take_header(self, plain: dict[str, Any]) -> None:
        own = read_public_key(str(plain.get("key")))
        if header_line(own)[:-1] != canonical(plain):
            raise ValueError("header")
        if self._given is not None and own != self._given:
            self._find("audit.another-key")
        self._key = self._given or own

    def _take_row(self, row: AuditRow, noted: str) -> None:
        hashed, told = row.hash, bytes.fromhex(noted)
        self._verdict.rows += 1
        number, before = self._heads.get(row.partition, (0, NOTHING_BEFORE))
        if noted != hashed.hex():
            self._find("audit.row-changed", partition=row.partition, sequence=row.sequence)
        elif row.sequence <= number:
            self._find("audit.row-repeated", partition=row.partition, sequence=row.sequence)
        elif row.sequence > number + 1:
            self._find("audit.row-missing", partition=row.partition, sequence=number + 1)
        elif row.previous != before:
            # The chain says that it is the row before this one that is not what it was.
            self._find("audit.row-changed", partition=row.partition, sequence=max(number, 1))
        elif self._batch_key is not None and row.key <= self._batch_key:
            self._find("audit.row-moved", partition=row.partition, sequence=row.sequence)
        # The next row says whether a changed one was what its own hash still tells.
        self._heads[row.partition] = (row.sequence, told)
        self._batch_key = row.key
        self._tree = self._tree.grown(hashed)
        kept = self._since
        differs = kept is not None and self._tree.size == kept.size and self._tree.root != kept.root
        if differs and not self._verdict.findings:
            self._find("audit.history-differs")

    def _take_checkpoint(self, checkpoint: Checkpoint) -> None:
        verdict, whole = self._verdict, not self._verdict.findings
        before = NOTHING_BEFORE if verdict.last is None else verdict.last.hash
        if self._key is None or not checkpoint.is_signed_by(self._key):
            self._find("audit.bad-signature")
        elif checkpoint.previous != before:
            self._find("audit.checkpoint-missing")
        elif self._batch_key is None or (verdict.last is not None and checkpoint.at < verdict.last.at):
            self._find("audit.checkpoint-misplaced")
        elif whole and (checkpoint.size, checkpoint.root) != (self._tree.size, self._tree.root):
            # No row contradicts itself: the fault lies somewhere among the rows since the last checkpoint.
            code = "audit.rows-differ" if checkpoint.size == self._tree.size else "audit.count-differs"
            self._find(code, since_line=self._batch_line)
        verdict.checkpoints += 1
        verdict.last = checkpoint
        self._batch_key, self._batch_line = None, self._line + 1

    def _find(
        self, code: str, *, partition: str | None = None, sequence: int | None = None, since_line: int | None = None
    ) -> None:
        self._verdict.findings.append(Finding(code, self._line, partition, sequence, since_line))
