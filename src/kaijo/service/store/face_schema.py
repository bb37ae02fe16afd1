"""The tables of face checks. No picture, no measure of one; a device is named by a keyed hash, as a card is."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from kaijo.service.store.schema import TABLES

_NAME = String(64)
_WORD = String(16)

face_checks = Table(
    "face_checks",
    TABLES,
    Column("pseudonym", _NAME, primary_key=True),
    Column("id", String(97), primary_key=True),
    Column("challenge", _NAME, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("device", _NAME, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("nonce", _NAME),
    Column("poses", String(128)),
    Column("ends_at", BigInteger),
    UniqueConstraint("pseudonym", "challenge"),
)

# `subject` is a card's pseudonym or a device's; both count in the same way.
face_tries = Table(
    "face_tries",
    TABLES,
    Column("subject", _NAME, primary_key=True),
    Column("nonce", _NAME, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("passed", Boolean, nullable=False),
)

face_pictures = Table(
    "face_pictures",
    TABLES,
    Column("pseudonym", _NAME, primary_key=True),
    Column("name", _NAME, primary_key=True),
)

Index("face_tries_of_subject", face_tries.c.subject, face_tries.c.at)
Index("face_checks_by_end", face_checks.c.expires_at)
