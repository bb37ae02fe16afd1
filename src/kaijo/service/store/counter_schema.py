"""The counter's tables. Those about a card begin with its pseudonym; clerks, numbers and days belong to no card."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Table

from kaijo.service.store.schema import TABLES

_PSEUDONYM = String(64)
_DIGEST = String(64)
_CASE_ID = String(97)
_WORD = String(24)
_CODE = String(64)
_CLERK = String(64)
_DAY = String(10)

clerks = Table(
    "clerks",
    TABLES,
    Column("id", _CLERK, primary_key=True),
    Column("password", String(255), nullable=False),
    Column("misses", Integer, nullable=False),
    Column("own_card", _PSEUDONYM),
)

sign_ins = Table(
    "sign_ins",
    TABLES,
    Column("digest", _DIGEST, primary_key=True),
    Column("clerk", _CLERK, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    ForeignKeyConstraint(["clerk"], ["clerks.id"]),
)

tickets = Table(
    "tickets",
    TABLES,
    Column("day", _DAY, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", _WORD, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("called_at", BigInteger),
    Column("done_at", BigInteger),
    Column("clerk", _CLERK),
)

# Which number a repeated wish for one was answered with, by the keyed name of the wish.
ticket_wishes = Table(
    "ticket_wishes",
    TABLES,
    Column("day", _DAY, primary_key=True),
    Column("wish", String(32), primary_key=True),
    Column("number", Integer, nullable=False),
)

cases = Table(
    "cases",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("id", _CASE_ID, primary_key=True),
    Column("visitor", _WORD, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("documents", String(255), nullable=False),
    Column("clerk", _CLERK, nullable=False),
    Column("ticket", Integer),
    Column("has_signature", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
)

asked = Table(
    "asked",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("case_id", _CASE_ID, primary_key=True),
    Column("act", _WORD, primary_key=True),
    Column("kind", _WORD, primary_key=True),
    Column("clerk", _CLERK, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("second", _CLERK),
    ForeignKeyConstraint(["pseudonym", "case_id"], ["cases.pseudonym", "cases.id"]),
)

letters = Table(
    "letters",
    TABLES,
    Column("pseudonym", _PSEUDONYM, primary_key=True),
    Column("digest", _DIGEST, primary_key=True),
    Column("sent_at", BigInteger, nullable=False),
    Column("used_by", _CASE_ID),
)

journal = Table(
    "journal",
    TABLES,
    Column("day", _DAY, primary_key=True),
    Column("id", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("deed", _WORD, nullable=False),
    Column("outcome", _CODE, nullable=False),
    Column("clerk", _CLERK),
    Column("second", _CLERK),
    Column("case_id", _CASE_ID),
    Column("pseudonym", _PSEUDONYM),
    Column("visitor", _WORD),
    Column("ticket", Integer),
    Column("act", _WORD),
    Column("kind", _WORD),
)

# How often the service said no, by day and cause; of whom is not kept.
refusals = Table(
    "refusals",
    TABLES,
    Column("day", _DAY, primary_key=True),
    Column("code", _CODE, primary_key=True),
    Column("count", Integer, nullable=False),
)

Index("journal_by_time", journal.c.day, journal.c.at)
Index("cases_by_end", cases.c.expires_at)
Index("sign_ins_by_end", sign_ins.c.expires_at)
