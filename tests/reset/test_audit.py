from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from kaijo.errors import ServiceTrouble
from kaijo.reset.audit import NOTHING_BEFORE, AuditRow, Entry, Tag, canonical, follow, read_canonical, spell_time
from kaijo.reset.merkle import leaf_hash

from .bench import NOON
from .trails import PARTITIONS, ROWS, entry

LINE = (
    b'{"at":"2027-03-15T03:00:00.000000+00:00","attributes":{"code":"reset.bad-proof"},"partition":"'
    + b"a" * 64
    + b'","previous":"'
    + b"0" * 64
    + b'","sequence":1,"tag":"refused"}'
)


def test_row_has_the_documented_spelling_and_hash() -> None:
    row = follow(entry(), None)
    assert canonical(row.plain()) == LINE
    assert row.hash == leaf_hash(LINE)
    assert row.previous == NOTHING_BEFORE


def test_row_follows_the_one_before_it() -> None:
    first = follow(entry(), None)
    second = follow(entry(minute=1), first)
    assert (second.sequence, second.previous) == (2, first.hash)


@given(ROWS)
def test_every_row_reads_back_from_its_spelling(rows: list[list[AuditRow]]) -> None:
    for row in (row for batch in rows for row in batch):
        assert AuditRow.read(read_canonical(canonical(row.plain()))) == row


@pytest.mark.parametrize(
    ("partition", "attributes", "name"),
    [
        ("山田", {}, "partition"),
        ("A" * 64, {}, "partition"),
        ("house ", {}, "partition"),
        ("house reset.bad-proof\n", {}, "partition"),
        (PARTITIONS[0], {"name": "x"}, "name"),
        (PARTITIONS[0], {"code": "山田 太郎"}, "code"),
        (PARTITIONS[0], {"code": "reset.bad-proof\n"}, "code"),
        (PARTITIONS[0], {"kind": "1234"}, "kind"),
        (PARTITIONS[0], {"session": "abc"}, "session"),
        (PARTITIONS[0], {"number": "12345678901"}, "number"),
        (PARTITIONS[0], {"clerk": "clerk-1"}, "clerk"),
    ],
)
def test_entry_has_no_room_for_anything_typed(partition: str, attributes: dict[str, str], name: str) -> None:
    with pytest.raises(ServiceTrouble) as trouble:
        Entry(NOON, partition, Tag.REFUSED, attributes)
    assert trouble.value.diagnostics() == {"code": "audit.not-allowed", "data": {"name": name}}


PLAIN = follow(entry(), None).plain()


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        PLAIN | {"attributes": None},
        PLAIN | {"attributes": {"code": 1}},
        PLAIN | {"attributes": {"name": "x"}},
        PLAIN | {"partition": 1},
        PLAIN | {"partition": "somebody"},
        PLAIN | {"tag": "party"},
        PLAIN | {"tag": []},
        PLAIN | {"sequence": "1"},
        PLAIN | {"sequence": True},
        PLAIN | {"sequence": 1.0},
        PLAIN | {"sequence": 0},
        PLAIN | {"previous": "0" * 63},
        PLAIN | {"previous": "A" * 64},
        PLAIN | {"previous": 0},
        PLAIN | {"at": "2027-03-15T03:00:00+00:00"},
        PLAIN | {"at": "2027-03-15T12:00:00.000000+09:00"},
        PLAIN | {"at": "2027-03-15T03:00:00.000000"},
        PLAIN | {"at": "0001-01-01T00:00:00.000000+23:00"},
        PLAIN | {"at": "noon"},
        PLAIN | {"at": 5},
        PLAIN | {"more": 1},
        {name: value for name, value in PLAIN.items() if name != "tag"},
    ],
)
def test_read_takes_nothing_but_a_row(plain: Any) -> None:
    with pytest.raises(ValueError, match="row"):
        AuditRow.read(plain)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b'{"a": 1}',
        b'{"b":1,"a":1}',
        b'{"a":1,"a":1}',
        b'{"a":1}\n',
        b'{"a":"\xe5\xb1\xb1"}',
        b'{"a":1e2}',
        b"\xff",
        b'{"a":' + b"[" * 1500 + b"]" * 500 + b"}",
        b'{"a":"' + b"x" * 2048 + b'"}',
        b'{"a":' + b"9" * 2000 + b"}" + b" " * 100,
    ],
)
def test_read_canonical_takes_the_one_spelling_only(line: bytes) -> None:
    with pytest.raises(ValueError, match="line"):
        read_canonical(line)


def test_time_is_told_in_utc_to_the_microsecond() -> None:
    assert spell_time(NOON + timedelta(microseconds=1)) == "2027-03-15T03:00:00.000001+00:00"
    row = follow(replace(entry(), at=NOON + timedelta(microseconds=1)), None)
    assert AuditRow.read(row.plain()).entry.at == NOON + timedelta(microseconds=1)
