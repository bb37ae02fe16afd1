"""The audit trail's tables. Rows are only ever inserted; `audit_unsealed` alone is emptied again.

`partition` is the keyed name of whom a row is about: a card's rows lie where its other rows lie. The tree's tables
belong to no card and are written by whoever makes checkpoints, never by an act.
"""

from sqlalchemy import BigInteger, Column, String, Table, Text

from kaijo.service.store.schema import TABLES

_PARTITION = String(97)
_HASH = String(64)

audit_rows = Table(
    "audit_rows",
    TABLES,
    Column("partition", _PARTITION, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("tag", String(24), nullable=False),
    Column("attributes", Text, nullable=False),
    Column("previous", _HASH, nullable=False),
)

# Rows that no checkpoint covers yet, so that finding them needs neither a clock nor a search.
audit_unsealed = Table(
    "audit_unsealed",
    TABLES,
    Column("partition", _PARTITION, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
)

audit_leaves = Table(
    "audit_leaves",
    TABLES,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("partition", _PARTITION, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

# `peaks` is the tree's frontier in hexadecimal, the largest part first.
audit_checkpoints = Table(
    "audit_checkpoints",
    TABLES,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", _HASH, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("previous", _HASH, nullable=False),
    Column("key", _HASH, nullable=False),
    Column("signature", String(128), nullable=False),
    Column("peaks", Text, nullable=False),
)
