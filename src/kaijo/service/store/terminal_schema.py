"""The tables of terminals; they belong to no card. `slot` is the name while the terminal is not revoked, else null."""

from sqlalchemy import BigInteger, Column, String, Table, UniqueConstraint

from kaijo.service.store.schema import TABLES

_ID = String(32)
_NAME = String(64)

terminals = Table(
    "terminals",
    TABLES,
    Column("id", _ID, primary_key=True),
    Column("name", _NAME, nullable=False),
    Column("slot", _NAME),
    Column("place", String(16), nullable=False),
    Column("code", _NAME, nullable=False),
    Column("code_ends_at", BigInteger, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("public_key", String(64)),
    Column("revoked_at", BigInteger),
    UniqueConstraint("slot"),
    UniqueConstraint("code"),
)

# Each terminal writes its own rows alone, and takes away the old ones as it goes.
terminal_numbers = Table(
    "terminal_numbers",
    TABLES,
    Column("terminal", _ID, primary_key=True),
    Column("number", _ID, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
