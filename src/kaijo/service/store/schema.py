"""The tables. Every key of a card's row begins with the card's pseudonym, so that the rows spread over machines by it.

Portable types only. Times are microseconds since 1970 in UTC, ids hexadecimal. Nothing here names a person or a card.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from kaijo.card.administration import Act
from kaijo.reset.records import Place

# What changes here needs a step in `migrations`: tests compare the two.
TABLES: Final = MetaData()

_PSEUDONYM = String(64)
_ID = String(32)
_SESSION_ID = String(97)
_WORD = String(16)

schema_versions = Table("schema_versions", TABLES, Column("version", Integer, primary_key=True))

challenges = Table(
    "challenges",
    TABLES,
    Column("id", String(64), primary_key=True),
    Column("purpose", _WORD, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("claimed_by", _PSEUDONYM),
)

# `slot` is act and kind while the reservation is active, else null: the database itself keeps one active for each.
reservations = Table(
    "reservations",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("id", _ID, primary_key=True),
    Column("kind", _WORD, nullable=False),
    Column("challenge", String(64), nullable=False),
    Column("state", _WORD, nullable=False),
    Column("slot", String(32)),
    Column("made_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("replaced_older", Boolean, nullable=False),
    Column("holder", _SESSION_ID),
    Column("held_until", BigInteger),
    Column("used_at", BigInteger),
    Column("act", _WORD, nullable=False, server_default=Act.RESET.value),
    Column("case_id", _SESSION_ID),
    UniqueConstraint("pseudonym", "slot"),
    UniqueConstraint("pseudonym", "challenge"),
)

sessions = Table(
    "sessions",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("id", _SESSION_ID, primary_key=True),
    Column("reservation", _ID, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("kiosk", String(64), nullable=False),
    Column("state", _WORD, nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("host_challenge", String(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("act", _WORD, nullable=False, server_default=Act.RESET.value),
    Column("place", _WORD, nullable=False, server_default=Place.KIOSK.value),
    ForeignKeyConstraint(["pseudonym", "reservation"], ["reservations.pseudonym", "reservations.id"]),
)

answers = Table(
    "answers",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("session", _SESSION_ID, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    ForeignKeyConstraint(["pseudonym", "session"], ["sessions.pseudonym", "sessions.id"]),
)

grants = Table(
    "grants",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("session", _SESSION_ID, primary_key=True),
    Column("reservation", _ID, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("reset_number", BigInteger, nullable=False),
    Column("intended_at", BigInteger, nullable=False),
    Column("outcome", _WORD, nullable=False),
    ForeignKeyConstraint(["pseudonym", "session"], ["sessions.pseudonym", "sessions.id"]),
    ForeignKeyConstraint(["pseudonym", "reservation"], ["reservations.pseudonym", "reservations.id"]),
)

Index("grants_of_reservation", grants.c.pseudonym, grants.c.reservation)
# By these retention finds what is over.
Index("challenges_by_end", challenges.c.expires_at)
Index("reservations_by_end", reservations.c.expires_at)
Index("sessions_by_end", sessions.c.expires_at)
