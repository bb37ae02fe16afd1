"""The tables of limits. A mark is the moment at which all of a subject's tries are free again; nothing else is kept."""

from sqlalchemy import BigInteger, Column, Index, String, Table

from kaijo.service.store.schema import TABLES

_NAME = String(64)

# `subject` is the keyed name of a phone or a terminal; `name` says which of its limits.
limit_marks = Table(
    "limit_marks",
    TABLES,
    Column("subject", _NAME, primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("mark", BigInteger, nullable=False),
)

failed_channels = Table(
    "failed_channels",
    TABLES,
    Column("pseudonym", _NAME, primary_key=True),
    Column("session", String(97), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

Index("limit_marks_by_age", limit_marks.c.mark)
