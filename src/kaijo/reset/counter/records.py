"""What the counter remembers: frozen rows. Cards appear by their pseudonym, persons not at all, passwords as hashes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from kaijo.card.administration import Act
from kaijo.facts.counter import Visitor
from kaijo.facts.pins import PinKind


@dataclass(frozen=True, slots=True)
class Clerk:
    """An operator's account. `misses` counts wrong passwords in a row; `own_card` is the pseudonym of the clerk's card.

    `password` is what `passwords.protect` made.
    """

    id: str
    password: str = field(repr=False)
    misses: int = 0
    own_card: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A clerk who is signed in. `digest` is the SHA-256 of the token that the terminal has, in hexadecimal."""

    digest: str = field(repr=False)
    clerk: str
    expires_at: datetime


class TicketState(Enum):
    """Waiting: taken. Serving: called to a clerk. Done: that visit is over."""

    WAITING = "waiting"
    SERVING = "serving"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One waiting number of one day, counted from 1. `clerk` is who called it."""

    day: date
    number: int
    state: TicketState
    taken_at: datetime
    called_at: datetime | None = None
    done_at: datetime | None = None
    clerk: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One visit with its papers. The id begins with the card's pseudonym, so that it alone finds the card's rows.

    `sealed` hides the card id; `has_signature` says that the card has a signature certificate to go with the PIN.
    """

    pseudonym: str
    id: str
    visitor: Visitor
    visit: int
    documents: tuple[str, ...]
    clerk: str
    ticket: int | None
    has_signature: bool
    sealed: bytes = field(repr=False)
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An act asked for in a case, by which clerk, and which second clerk agreed to it."""

    pseudonym: str
    case: str
    act: Act
    kind: PinKind
    clerk: str
    asked_at: datetime
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """An inquiry letter on its way. `digest` is the keyed hash of the code in it; `used_by` the case it was used in."""

    pseudonym: str
    digest: str = field(repr=False)
    sent_at: datetime
    used_by: str | None = None


class Deed(Enum):
    """What the journal tells of."""

    SIGN_IN = "sign-in"
    UNLOCK = "unlock"
    OWN_CARD = "own-card"
    CALL = "call"
    CASE = "case"
    LETTER = "letter"
    ASK = "ask"
    APPROVE = "approve"
    RESET = "reset"
    RENEW = "renew"
    CLOSE = "close"


DONE = "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a day's journal. `outcome` is DONE or the code of the refusal; `act` and `kind` what it was about."""

    day: date
    id: str
    at: datetime
    deed: Deed
    outcome: str
    clerk: str | None
    second: str | None = None
    case: str | None = None
    pseudonym: str | None = None
    visitor: Visitor | None = None
    ticket: int | None = None
    act: Act | None = None
    kind: PinKind | None = None
