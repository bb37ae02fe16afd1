"""Whatever is done to an export, its reader finds: edits, deletions, insertions, moves, truncation, forgery."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kaijo.reset.audit import AuditRow, canonical, follow
from kaijo.reset.audit_file import Finding, Verdict, checkpoint_line, header_line, row_line, verify
from kaijo.reset.checkpoints import Checkpoint, sign_checkpoint
from kaijo.reset.merkle import Frontier, frontier_of

from .bench import NOON
from .trails import KEY, OTHER_KEY, PARTITIONS, ROWS, batches, checkpoints_of, entry, lines_of

Rows = list[list[AuditRow]]
A, B = PARTITIONS[:2]
THREE = batches([[A, B, A], [B, A], [A]])  # lines 2 to 4 and 6 to 7 and 9 are rows; 5, 8 and 10 checkpoints
LINES = lines_of(THREE)


def checkpoint_after(rows: Rows) -> Checkpoint:
    return checkpoints_of(rows)[-1]


KEPT = checkpoint_after(THREE)


def codes(lines: list[bytes], **options: object) -> list[str]:
    return [one.code for one in checked(lines, **options).findings]


def checked(lines: list[bytes], **options: object) -> Verdict:
    return verify(lines, **({"key": KEY.public_key(), "since": KEPT} | options))  # type: ignore[arg-type]


@given(ROWS)
def test_export_as_it_was_made_is_whole(rows: Rows) -> None:
    verdict = verify(lines_of(rows), key=KEY.public_key(), since=checkpoint_after(rows))
    assert verdict.findings == []
    assert (verdict.rows, verdict.checkpoints) == (sum(map(len, rows)), len(rows))
    assert verdict.last == checkpoint_after(rows)


@given(ROWS, st.data())
def test_every_checkpoint_kept_on_the_way_is_found_again(rows: Rows, data: st.DataObject) -> None:
    kept = checkpoint_after(rows[: data.draw(st.integers(1, len(rows)))])
    assert verify(lines_of(rows), key=KEY.public_key(), since=kept).findings == []


@settings(max_examples=150)
@given(ROWS, st.data())
def test_any_byte_changed_taken_out_or_put_in_is_found(rows: Rows, data: st.DataObject) -> None:
    whole = b"".join(lines_of(rows))
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = bytes((data.draw(st.integers(0, 255)),))
    changed = data.draw(
        st.sampled_from(
            [whole[:at] + byte + whole[at + 1 :], whole[:at] + whole[at + 1 :], whole[:at] + byte + whole[at:]]
        )
    )
    assume(changed != whole)
    assert verify(changed.splitlines(keepends=True), key=KEY.public_key(), since=checkpoint_after(rows)).findings


@given(ROWS, st.data())
def test_any_line_taken_out_doubled_or_moved_is_found(rows: Rows, data: st.DataObject) -> None:
    lines = lines_of(rows)
    place = st.integers(0, len(lines) - 1)
    taken, to = data.draw(place), data.draw(place)
    shorter = lines[:taken] + lines[taken + 1 :]
    for changed in (shorter, [*lines[:to], lines[taken], *lines[to:]], [*shorter[:to], lines[taken], *shorter[to:]]):
        if changed != lines:
            assert verify(changed, key=KEY.public_key(), since=checkpoint_after(rows)).findings


@given(ROWS, st.data())
def test_any_end_cut_off_is_found_with_the_last_checkpoint_kept(rows: Rows, data: st.DataObject) -> None:
    lines = lines_of(rows)
    left = lines[: data.draw(st.integers(0, len(lines) - 1))]
    assert verify(left, key=KEY.public_key(), since=checkpoint_after(rows)).findings


def test_end_cut_off_at_a_checkpoint_shows_against_a_kept_one_alone() -> None:
    assert codes(LINES[:5], since=None) == []
    assert codes(LINES[:5]) == ["audit.cut-short"]
    assert codes(LINES[:5], since=checkpoint_after(THREE[:1])) == []


@given(ROWS, st.data())
def test_row_rewritten_with_its_hash_and_all_that_follows_in_its_chain_is_found(
    rows: Rows, data: st.DataObject
) -> None:
    """Who can write the file but not sign: the chain is made good again, the signed root is not."""
    flat = [row for batch in rows for row in batch]
    target = data.draw(st.sampled_from(flat)).key
    heads: dict[str, AuditRow] = {}
    forged = []
    for batch in rows:
        made = []
        for row in batch:
            told = entry(row.partition, code="reset.other-card") if row.key == target else row.entry
            heads[row.partition] = follow(told, heads.get(row.partition))
            made.append(heads[row.partition])
        forged.append(made)
    lines = [LINES[0]]
    for batch, checkpoint in zip(forged, checkpoints_of(rows), strict=True):
        lines += [*map(row_line, batch), checkpoint_line(checkpoint)]
    found = verify(lines, key=KEY.public_key()).findings
    assert [one.code for one in found] == ["audit.rows-differ"]


def test_trail_signed_anew_by_somebody_else_shows_against_the_operators_key() -> None:
    forged = lines_of(THREE, OTHER_KEY)
    assert codes(forged, key=None, since=None) == []
    assert codes(forged, since=None) == ["audit.another-key", *["audit.bad-signature"] * 3]
    assert codes(forged, key=None) == ["audit.kept-not-ours"]


def test_history_signed_anew_with_the_stolen_key_shows_against_a_kept_checkpoint() -> None:
    other = batches([[A, B, A], [B, A], [B]])
    assert codes(lines_of(other), since=None) == []
    assert codes(lines_of(other)) == ["audit.history-differs"]


Change = Callable[[list[bytes]], list[bytes]]


def upper(line: bytes) -> bytes:
    """Return the line with another spelling of the same bytes: the first long hexadecimal number in capitals."""
    found = re.search(rb'"[0-9a-f]{64,}"', line)
    assert found is not None
    return line.replace(found.group(), found.group().upper())


def edited(lines: list[bytes], at: int, **changes: object) -> bytes:
    plain = json.loads(lines[at - 1])
    return canonical(plain | {"row": plain["row"] | changes}) + b"\n"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda lines: [*lines[:2], edited(lines, 3, tag="party"), *lines[3:]], Finding("audit.unreadable-line", 3)),
        (
            lambda lines: [*lines[:2], edited(lines, 3, attributes={"code": "reset.x"}), *lines[3:]],
            Finding("audit.row-changed", 3, A, 2),
        ),
        (lambda lines: [*lines[:2], *lines[3:]], Finding("audit.count-differs", 4, since_line=2)),
        (lambda lines: [lines[0], *lines[2:]], Finding("audit.row-missing", 2, A, 1)),
        (lambda lines: [*lines[:5], *lines[6:]], Finding("audit.count-differs", 7, since_line=6)),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], Finding("audit.row-repeated", 4, A, 2)),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], Finding("audit.row-missing", 2, A, 1)),
        (lambda lines: [lines[0], lines[3], lines[1], *lines[2:3], *lines[4:]], Finding("audit.row-moved", 3, A, 1)),
        (lambda lines: [*lines[:4], *lines[5:]], Finding("audit.row-moved", 5, A, 3)),
        (lambda lines: [*lines[:7], *lines[8:]], Finding("audit.row-moved", 8, A, 4)),
        (lambda lines: [*lines[:5], lines[4], *lines[5:]], Finding("audit.checkpoint-missing", 6)),
        (lambda lines: [*lines[:4], lines[7], *lines[5:]], Finding("audit.checkpoint-missing", 5)),
        (lambda lines: lines[1:], Finding("audit.unreadable-line", 1)),
        (lambda lines: [upper(lines[0]), *lines[1:]], Finding("audit.unreadable-line", 1)),
        (lambda lines: [*lines[:1], upper(lines[1]), *lines[2:]], Finding("audit.row-changed", 2, A, 1)),
        (lambda lines: [*lines[:4], upper(lines[4]), *lines[5:]], Finding("audit.unreadable-line", 5)),
        (lambda lines: lines[:-1], Finding("audit.not-sealed", 9, since_line=9)),
        (lambda lines: [*lines[:-1], lines[-1][:-1]], Finding("audit.unreadable-line", 10)),
        (lambda lines: [*lines, b"\n"], Finding("audit.unreadable-line", 11)),
        (lambda _lines: [], Finding("audit.unreadable-line", 0)),
        (lambda lines: [header_line(OTHER_KEY.public_key()), *lines[1:]], Finding("audit.another-key", 1)),
    ],
)
def test_finding_tells_which_row_or_line(change: Change, finding: Finding) -> None:
    assert checked(change(LINES)).findings[0] == finding


def test_missing_row_is_named_by_the_next_one_of_its_partition() -> None:
    found = checked([*LINES[:5], *LINES[6:]]).findings
    assert found == [Finding("audit.count-differs", 7, since_line=6), Finding("audit.row-missing", 8, A, 3)]


def test_missing_checkpoint_is_named_by_the_next_one() -> None:
    lines = lines_of(batches([[A], [A], [A]]))
    assert checked(lines[:4] + lines[5:], since=None).findings == [Finding("audit.checkpoint-missing", 6)]


def test_changed_row_whose_own_hash_was_mended_is_named_by_the_row_after_it() -> None:
    """Line 2 is row 1 of its partition; line 3 says what row 1 was."""
    changed = follow(entry(A, code="reset.x"), None)
    found = checked([LINES[0], row_line(changed), *LINES[2:]]).findings
    assert found[0] == Finding("audit.row-changed", 3, A, 1)


def test_first_row_that_does_not_begin_a_chain_is_itself_the_changed_one() -> None:
    row = AuditRow(entry(A), 1, b"\x01" * 32)
    tree = frontier_of([row.hash])
    lines = [LINES[0], row_line(row), checkpoint_line(sign_checkpoint(tree, NOON, KEY, None))]
    assert checked(lines, since=None).findings == [Finding("audit.row-changed", 2, A, 1)]


def test_checkpoint_older_than_the_one_before_is_out_of_place() -> None:
    (first, second), tree = batches([[A], [A]]), Frontier()
    lines, before = [LINES[0]], None
    for batch, back in ((first, 0), (second, 1)):
        tree = tree.grown(batch[0].hash)
        before = sign_checkpoint(tree, NOON - timedelta(minutes=back), KEY, before)
        lines += [row_line(batch[0]), checkpoint_line(before)]
    assert checked(lines, since=None).findings == [Finding("audit.checkpoint-misplaced", 5)]


def test_header_alone_seals_nothing() -> None:
    assert codes(LINES[:1], since=None) == ["audit.not-sealed"]


def test_lines_of_an_export_are_all_different() -> None:
    assert all(one != other for one, other in pairwise(LINES))
