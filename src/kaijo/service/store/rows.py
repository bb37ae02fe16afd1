"""Between the domain's values and table rows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, overload

from kaijo.card.administration import Act
from kaijo.clock import JST
from kaijo.facts.pins import PinKind
from kaijo.reset.records import Challenge, GrantRow, Place, Purpose, Reservation, TerminalSession
from kaijo.reset.states import ACTIVE, GrantOutcome, ReservationState, SessionState

Row = Mapping[str, Any]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


@overload
def ticks(moment: datetime) -> int: ...
@overload
def ticks(moment: None) -> None: ...
def ticks(moment: datetime | None) -> int | None:
    """Return microseconds since 1970 in UTC, exactly."""
    return None if moment is None else (moment - _EPOCH) // _TICK


def challenge_row(challenge: Challenge) -> Row:
    """Return the row of a challenge."""
    return {
        "id": challenge.id,
        "purpose": challenge.purpose.value,
        "kind": challenge.kind.value,
        "expires_at": ticks(challenge.expires_at),
        "claimed_by": challenge.claimed_by,
    }


def challenge_of(row: Row) -> Challenge:
    """Return the challenge of a row."""
    return Challenge(
        row["id"], Purpose(row["purpose"]), PinKind(row["kind"]), moment(row["expires_at"]), row["claimed_by"]
    )


def reservation_row(reservation: Reservation) -> Row:
    """Return the row of a reservation."""
    return {
        "pseudonym": reservation.pseudonym,
        "id": reservation.id.hex(),
        "kind": reservation.kind.value,
        "challenge": reservation.challenge,
        "state": reservation.state.value,
        "slot": _slot(reservation) if reservation.state in ACTIVE else None,
        "made_at": ticks(reservation.made_at),
        "expires_at": ticks(reservation.expires_at),
        "replaced_older": reservation.replaced_older,
        "holder": reservation.holder,
        "held_until": ticks(reservation.held_until),
        "used_at": ticks(reservation.used_at),
        "act": reservation.act.value,
        "case_id": reservation.case,
    }


def reservation_of(row: Row) -> Reservation:
    """Return the reservation of a row."""
    return Reservation(
        pseudonym=row["pseudonym"],
        id=bytes.fromhex(row["id"]),
        kind=PinKind(row["kind"]),
        challenge=row["challenge"],
        state=ReservationState(row["state"]),
        made_at=moment(row["made_at"]),
        expires_at=moment(row["expires_at"]),
        replaced_older=row["replaced_older"],
        holder=row["holder"],
        held_until=moment(row["held_until"]),
        used_at=moment(row["used_at"]),
        act=Act(row["act"]),
        case=row["case_id"],
    )


def session_row(session: TerminalSession) -> Row:
    """Return the row of a kiosk session."""
    return {
        "pseudonym": session.pseudonym,
        "id": session.id,
        "reservation": session.reservation.hex(),
        "kind": session.kind.value,
        "kiosk": session.kiosk,
        "state": session.state.value,
        "nonce": session.nonce,
        "host_challenge": session.host_challenge.hex(),
        "sealed": session.sealed,
        "opened_at": ticks(session.opened_at),
        "expires_at": ticks(session.expires_at),
        "act": session.act.value,
        "place": session.place.value,
    }


def session_of(row: Row) -> TerminalSession:
    """Return the kiosk session of a row."""
    return TerminalSession(
        pseudonym=row["pseudonym"],
        id=row["id"],
        reservation=bytes.fromhex(row["reservation"]),
        kind=PinKind(row["kind"]),
        kiosk=row["kiosk"],
        state=SessionState(row["state"]),
        nonce=row["nonce"],
        host_challenge=bytes.fromhex(row["host_challenge"]),
        sealed=row["sealed"],
        opened_at=moment(row["opened_at"]),
        expires_at=moment(row["expires_at"]),
        act=Act(row["act"]),
        place=Place(row["place"]),
    )


def grant_row(grant: GrantRow) -> Row:
    """Return the row of a grant."""
    return {
        "pseudonym": grant.pseudonym,
        "session": grant.session,
        "reservation": grant.reservation.hex(),
        "kind": grant.kind.value,
        "reset_number": grant.reset_number,
        "intended_at": ticks(grant.intended_at),
        "outcome": grant.outcome.value,
    }


def grant_of(row: Row) -> GrantRow:
    """Return the grant of a row."""
    return GrantRow(
        pseudonym=row["pseudonym"],
        session=row["session"],
        reservation=bytes.fromhex(row["reservation"]),
        kind=PinKind(row["kind"]),
        reset_number=row["reset_number"],
        intended_at=moment(row["intended_at"]),
        outcome=GrantOutcome(row["outcome"]),
    )


def _slot(reservation: Reservation) -> str:
    """Return what the card may have one of: a reset keeps the bare kind, as rows of the first version have it."""
    kind = reservation.kind.value
    return kind if reservation.act is Act.RESET else f"{reservation.act.value} {kind}"


@overload
def moment(count: int) -> datetime: ...
@overload
def moment(count: None) -> None: ...
def moment(count: int | None) -> datetime | None:
    """Return the moment, in JST, of that many microseconds since 1970 in UTC."""
    return None if count is None else (_EPOCH + count * _TICK).astimezone(JST)
