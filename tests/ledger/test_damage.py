"""Damaged files end in an answer or in a refusal with a code, never in anything else."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaijo.errors import UsageProblem
from kaijo.ledger.books import keep_books
from kaijo.ledger.corrected import read_corrections
from kaijo.ledger.layout import known_layouts
from kaijo.ledger.reading import read_statement
from kaijo.ledger.rules import Rules
from kaijo.ledger.workbook import workbook
from tests.ledger.samples import SAMPLES, mufg

quick = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
DAMAGE = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=3), st.integers(0, 4)), max_size=4)


def damaged(content: bytes, damage: list[tuple[int, bytes, int]]) -> bytes:
    """Put bytes in and take some out at places within the content."""
    for place, put_in, taken_out in damage:
        at = place % (len(content) + 1)
        content = content[:at] + put_in + content[at + taken_out :]
    return content


@quick
@given(layout=st.sampled_from(sorted(SAMPLES)), damage=DAMAGE)
def test_damaged_statement_is_read_or_refused(
    tmp_path: Path, layout: str, damage: list[tuple[int, bytes, int]]
) -> None:
    file = tmp_path / "s.csv"
    file.write_bytes(damaged(SAMPLES[layout].text.encode(SAMPLES[layout].encoding), damage))
    try:
        read = read_statement(file, known_layouts())
    except UsageProblem as refused:
        assert refused.code.startswith("ledger.")
    else:
        lines = [*(entry.line for entry in read.entries), *(one.line for one in read.skipped)]
        assert len(lines) == len(set(lines))


@quick
@given(damage=DAMAGE)
def test_damaged_workbook_is_read_or_refused(tmp_path: Path, damage: list[tuple[int, bytes, int]]) -> None:
    whole = tmp_path / "whole.xlsx"
    if not whole.exists():
        books = keep_books(
            [mufg(tmp_path, "m.csv", "2027/1/5,家賃,,1,,")], known_layouts(), Rules(()), keep_duplicates=True
        )
        whole.write_bytes(workbook(books, "ja"))
    file = tmp_path / "damaged.xlsx"
    file.write_bytes(damaged(whole.read_bytes(), damage))
    try:
        assert isinstance(read_corrections(file), list)
    except UsageProblem as refused:
        assert refused.code.startswith("ledger.")


@quick
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "s.csv"
    file.write_bytes(content)
    try:
        assert read_statement(file, known_layouts()).entries == []
    except UsageProblem as refused:
        assert refused.code.startswith("ledger.")
