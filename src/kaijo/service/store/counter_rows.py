"""Between the counter's values and table rows."""

from datetime import date

from kaijo.card.administration import Act
from kaijo.facts.counter import Visitor
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.records import Asked, Case, Clerk, Deed, Entry, Letter, SignIn, Ticket, TicketState
from kaijo.service.store.rows import Row, moment, ticks


def clerk_row(clerk: Clerk) -> Row:
    """Return the row of a clerk."""
    return {"id": clerk.id, "password": clerk.password, "misses": clerk.misses, "own_card": clerk.own_card}


def clerk_of(row: Row) -> Clerk:
    """Return the clerk of a row."""
    return Clerk(row["id"], row["password"], row["misses"], row["own_card"])


def sign_in_row(sign_in: SignIn) -> Row:
    """Return the row of a sign-in."""
    return {"digest": sign_in.digest, "clerk": sign_in.clerk, "expires_at": ticks(sign_in.expires_at)}


def sign_in_of(row: Row) -> SignIn:
    """Return the sign-in of a row."""
    return SignIn(row["digest"], row["clerk"], moment(row["expires_at"]))


def ticket_row(ticket: Ticket) -> Row:
    """Return the row of a waiting number."""
    return {
        "day": ticket.day.isoformat(),
        "number": ticket.number,
        "state": ticket.state.value,
        "taken_at": ticks(ticket.taken_at),
        "called_at": ticks(ticket.called_at),
        "done_at": ticks(ticket.done_at),
        "clerk": ticket.clerk,
    }


def ticket_of(row: Row) -> Ticket:
    """Return the waiting number of a row."""
    return Ticket(
        day=date.fromisoformat(row["day"]),
        number=row["number"],
        state=TicketState(row["state"]),
        taken_at=moment(row["taken_at"]),
        called_at=moment(row["called_at"]),
        done_at=moment(row["done_at"]),
        clerk=row["clerk"],
    )


def case_row(case: Case) -> Row:
    """Return the row of a case."""
    return {
        "pseudonym": case.pseudonym,
        "id": case.id,
        "visitor": case.visitor.value,
        "visit": case.visit,
        "documents": " ".join(case.documents),
        "clerk": case.clerk,
        "ticket": case.ticket,
        "has_signature": case.has_signature,
        "sealed": case.sealed,
        "opened_at": ticks(case.opened_at),
        "expires_at": ticks(case.expires_at),
        "closed_at": ticks(case.closed_at),
    }


def case_of(row: Row) -> Case:
    """Return the case of a row."""
    return Case(
        pseudonym=row["pseudonym"],
        id=row["id"],
        visitor=Visitor(row["visitor"]),
        visit=row["visit"],
        documents=tuple(row["documents"].split()),
        clerk=row["clerk"],
        ticket=row["ticket"],
        has_signature=row["has_signature"],
        sealed=row["sealed"],
        opened_at=moment(row["opened_at"]),
        expires_at=moment(row["expires_at"]),
        closed_at=moment(row["closed_at"]),
    )


def asked_row(asked: Asked) -> Row:
    """Return the row of an act asked for."""
    return {
        "pseudonym": asked.pseudonym,
        "case_id": asked.case,
        "act": asked.act.value,
        "kind": asked.kind.value,
        "clerk": asked.clerk,
        "asked_at": ticks(asked.asked_at),
        "second": asked.second,
    }


def asked_of(row: Row) -> Asked:
    """Return the act of a row."""
    return Asked(
        pseudonym=row["pseudonym"],
        case=row["case_id"],
        act=Act(row["act"]),
        kind=PinKind(row["kind"]),
        clerk=row["clerk"],
        asked_at=moment(row["asked_at"]),
        second=row["second"],
    )


def letter_row(letter: Letter) -> Row:
    """Return the row of a letter."""
    return {
        "pseudonym": letter.pseudonym,
        "digest": letter.digest,
        "sent_at": ticks(letter.sent_at),
        "used_by": letter.used_by,
    }


def letter_of(row: Row) -> Letter:
    """Return the letter of a row."""
    return Letter(row["pseudonym"], row["digest"], moment(row["sent_at"]), row["used_by"])


def entry_row(entry: Entry) -> Row:
    """Return the row of a line of the journal."""
    return {
        "day": entry.day.isoformat(),
        "id": entry.id,
        "at": ticks(entry.at),
        "deed": entry.deed.value,
        "outcome": entry.outcome,
        "clerk": entry.clerk,
        "second": entry.second,
        "case_id": entry.case,
        "pseudonym": entry.pseudonym,
        "visitor": None if entry.visitor is None else entry.visitor.value,
        "ticket": entry.ticket,
        "act": None if entry.act is None else entry.act.value,
        "kind": None if entry.kind is None else entry.kind.value,
    }


def entry_of(row: Row) -> Entry:
    """Return the line of a row."""
    return Entry(
        day=date.fromisoformat(row["day"]),
        id=row["id"],
        at=moment(row["at"]),
        deed=Deed(row["deed"]),
        outcome=row["outcome"],
        clerk=row["clerk"],
        second=row["second"],
        case=row["case_id"],
        pseudonym=row["pseudonym"],
        visitor=None if row["visitor"] is None else Visitor(row["visitor"]),
        ticket=row["ticket"],
        act=None if row["act"] is None else Act(row["act"]),
        kind=None if row["kind"] is None else PinKind(row["kind"]),
    )
