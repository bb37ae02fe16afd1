"""What the counter and the operations page say over the wire; closed and bounded, as in `models`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kaijo.card.administration import Act
from kaijo.facts.counter import Visitor
from kaijo.facts.pins import PinKind
from kaijo.reset.audit_state import Fit
from kaijo.reset.counter.journal import Journal
from kaijo.reset.counter.passwords import LONGEST
from kaijo.reset.counter.records import Case, Clerk, Deed, Entry, Ticket, TicketState
from kaijo.reset.counter.standing import AskedState, Standing, needs_second
from kaijo.reset.records import Place
from kaijo.reset.states import SessionState
from kaijo.service.models import CardBytes, CertificateBytes, HexText, Moment

ClerkName = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$", max_length=64)]
Password = Annotated[str, Field(min_length=1, max_length=LONGEST, json_schema_extra={"format": "password"})]
DocumentName = Annotated[str, Field(pattern="^[a-z][a-z-]*$", max_length=40)]
TicketNumber = Annotated[int, Field(ge=1, le=99_999, strict=True)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class SignInRequest(_Request):
    """A clerk with the password."""

    clerk: ClerkName
    password: Password


class SignInAnswer(_Answer):
    """`token` goes into the header `Authorization: Bearer …` of everything that follows."""

    token: str
    clerk: str
    expires_at: Moment


class EmptyRequest(_Request):
    """Nothing more is to be said."""


class SignOutAnswer(_Answer):
    """Nobody is signed in with that token now."""

    state: Literal["signed-out"] = "signed-out"


class ClerkAnswer(_Answer):
    """A clerk. `own_card` says that the clerk's own card is known to the counter."""

    clerk: str
    locked: bool
    own_card: bool

    @classmethod
    def of(cls, clerk: Clerk, *, locked: bool) -> "ClerkAnswer":
        """Return what is told of a clerk."""
        return cls(clerk=clerk.id, locked=locked, own_card=clerk.own_card is not None)


class ClerksAnswer(_Answer):
    """Every clerk."""

    clerks: list[ClerkAnswer]


class OwnCardRequest(_Request):
    """The clerk's own card, by its authentication certificate."""

    authentication_certificate: CertificateBytes


class TicketAnswer(_Answer):
    """A waiting number. `ahead` is how many waited before it when it was taken."""

    number: int
    state: TicketState
    taken_at: Moment
    called_at: Moment | None = None
    done_at: Moment | None = None
    clerk: str | None = None
    ahead: int | None = None

    @classmethod
    def of(cls, ticket: Ticket, ahead: int | None = None) -> "TicketAnswer":
        """Return what is told of a waiting number."""
        return cls(
            number=ticket.number,
            state=ticket.state,
            taken_at=ticket.taken_at,
            called_at=ticket.called_at,
            done_at=ticket.done_at,
            clerk=ticket.clerk,
            ahead=ahead,
        )


class TicketsAnswer(_Answer):
    """Today's waiting numbers in order."""

    day: date
    tickets: list[TicketAnswer]


class Checklist(_Answer):
    """What must be seen of that visitor at that visit; the ids have their words in the catalogue as `document.…`."""

    visitor: Visitor
    visit: int
    documents: list[str]
    letter: bool


class ChecklistsAnswer(_Answer):
    """The checklist of every visit."""

    checklists: list[Checklist]


class CaseRequest(_Request):
    """A card lies at the counter and the papers were seen. `letter` is the code in the answered inquiry letter."""

    visitor: Visitor
    visit: Annotated[int, Field(ge=1, le=9, strict=True)]
    documents: Annotated[list[DocumentName], Field(max_length=16)]
    authentication_certificate: CertificateBytes
    reset_state: CardBytes | None = None
    letter: Annotated[str, Field(pattern="^[0-9 -]*$", max_length=24)] | None = None
    ticket: TicketNumber | None = None


class ActAnswer(_Answer):
    """One act of a case and how it stands."""

    act: Act
    kind: PinKind
    state: AskedState
    clerk: str
    second: str | None = None
    done_at: Moment | None = None

    @classmethod
    def of(cls, standing: Standing) -> "ActAnswer":
        """Return what is told of an act."""
        asked = standing.asked
        return cls(
            act=asked.act,
            kind=asked.kind,
            state=standing.state,
            clerk=asked.clerk,
            second=asked.second,
            done_at=standing.done_at,
        )


class CaseAnswer(_Answer):
    """A case and everything asked for in it. `seconds` are the acts that need a second clerk in this case."""

    case_id: str
    visitor: Visitor
    visit: int
    documents: list[str]
    clerk: str
    ticket: int | None = None
    has_signature: bool
    opened_at: Moment
    expires_at: Moment
    closed_at: Moment | None = None
    seconds: list[Act]
    acts: list[ActAnswer]

    @classmethod
    def of(cls, case: Case, standings: tuple[Standing, ...] = ()) -> "CaseAnswer":
        """Return what is told of a case."""
        return cls(
            case_id=case.id,
            visitor=case.visitor,
            visit=case.visit,
            documents=list(case.documents),
            clerk=case.clerk,
            ticket=case.ticket,
            has_signature=case.has_signature,
            opened_at=case.opened_at,
            expires_at=case.expires_at,
            closed_at=case.closed_at,
            seconds=[act for act in Act if needs_second(case, act)],
            acts=[ActAnswer.of(one) for one in standings],
        )


class WantedAct(_Request):
    """One act on one PIN kind."""

    act: Act
    kind: PinKind


class AskRequest(_Request):
    """What is to be done."""

    acts: Annotated[list[WantedAct], Field(min_length=1, max_length=8)]


class ActsAnswer(_Answer):
    """Everything asked for in the case, and how it stands."""

    acts: list[ActAnswer]


class ApprovalRequest(_Request):
    """The second clerk, in person."""

    clerk: ClerkName
    password: Password


class LetterAnswer(_Answer):
    """The letter is on its way. `code`, in practice alone, is what stands in it: there nothing is mailed."""

    sent_at: Moment
    code: str | None = None


class BeginRequest(_Request):
    """Begin an act that is ready."""

    act: Act
    kind: PinKind
    terminal: Annotated[str, Field(min_length=1, max_length=64, pattern="^[!-~]+( [!-~]+)*$")]


class CounterSessionAnswer(_Answer):
    """Give `command` to the card as step `step`."""

    session_id: str
    expires_at: Moment
    state: Literal[SessionState.RELAYING] = SessionState.RELAYING
    step: int
    command: HexText


class CounterRelayAnswer(_Answer):
    """Relaying: give `command` to the card. Granted: it will obey one reset. Completed: its certificate is renewed."""

    state: Literal[SessionState.RELAYING, SessionState.GRANTED, SessionState.COMPLETED]
    step: int
    command: HexText | None = None


class DoneAnswer(_Answer):
    """The act is done. `usable_from`, of a renewed certificate, is when e-Tax takes it."""

    state: Literal[SessionState.COMPLETED] = SessionState.COMPLETED
    act: Act
    kind: PinKind
    completed_at: Moment
    usable_from: Moment | None = None


class EntryAnswer(_Answer):
    """One line of the journal. `card` is the keyed pseudonym; `outcome` is `done` or the code of the refusal."""

    at: Moment
    deed: Deed
    outcome: str
    clerk: str | None = None
    second: str | None = None
    case_id: str | None = None
    card: str | None = None
    visitor: Visitor | None = None
    ticket: int | None = None
    act: Act | None = None
    kind: PinKind | None = None

    @classmethod
    def of(cls, entry: Entry) -> "EntryAnswer":
        """Return what is told of a line."""
        return cls(
            at=entry.at,
            deed=entry.deed,
            outcome=entry.outcome,
            clerk=entry.clerk,
            second=entry.second,
            case_id=entry.case,
            card=entry.pseudonym,
            visitor=entry.visitor,
            ticket=entry.ticket,
            act=entry.act,
            kind=entry.kind,
        )


class JournalAnswer(_Answer):
    """A day's journal with its totals by deed."""

    day: date
    entries: list[EntryAnswer]
    done: dict[str, int]
    refused: dict[str, int]

    @classmethod
    def of(cls, journal: Journal) -> "JournalAnswer":
        """Return a journal as it is told."""
        return cls(
            day=journal.day,
            entries=[EntryAnswer.of(one) for one in journal.entries],
            done={deed.value: count for deed, count in journal.done.items()},
            refused={deed.value: count for deed, count in journal.refused.items()},
        )


class OperationsDay(_Answer):
    """The reservations made on one day, by what became of them."""

    day: date
    made: int
    used: int
    expired: int
    replaced: int
    cancelled: int
    waiting: int


class Completions(_Answer):
    """How many who started came out with a card that works, and where the others stopped."""

    started: int
    completed: int
    under_way: int
    given_up: int
    stopped: dict[str, int]


class CounterFigures(_Answer):
    """The counter; `tickets` are today's waiting numbers by state."""

    cases: int
    asked: int
    done: int
    tickets: dict[str, int]
    longest_wait_seconds: int


class RefusalCount(_Answer):
    """How often the service said no for that cause."""

    code: str
    count: int


class TerminalSeen(_Answer):
    """A terminal, whether the operator let it in, and when it was last heard of; null is never."""

    name: str
    place: Place
    enrolled: bool
    seen_at: Moment | None


class AuditFigures(_Answer):
    """The audit trail: rows under the last checkpoint, when it was signed, rows that wait, and whether they fit.

    `due` raises the alarm. `fit` large: more rows than this answer looks through; `kaijo audit verify` does.
    """

    size: int
    signed_at: Moment | None
    uncovered: int
    due: bool
    fit: Fit


class OperationsAnswer(_Answer):
    """The figures of the operations page; `kaijo.reset.operations` shows an example."""

    at: Moment
    first: Annotated[date, Field(alias="from")]
    until: date
    reservations: list[OperationsDay]
    completions: Completions
    counter: CounterFigures
    refusals: list[RefusalCount]
    sessions_open: dict[str, int]
    terminals: list[TerminalSeen]
    audit: AuditFigures
