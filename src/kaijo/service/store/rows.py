"""Between the domain's values and table rows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, overload

from kaijo.clock import JST
from kaijo.facts.pins import PinKind
from kaijo.reset.records import Challenge, GrantRow, KioskSession, Purpose, Reservation
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
        row["id"], Purpose(row["purpose"]), PinKind(row["kind"]), _moment(row["expires_at"]), row["claimed_by"]
    )


def reservation_row(reservation: Reservation) -> Row:
    """Return the row of a reservation."""
    return {
        "pseudonym": reservation.pseudonym,
        "id": reservation.id.hex(),
        "kind": reservation.kind.value,
        "challenge": reservation.challenge,
        "state": reservation.state.value,
        "slot": reservation.kind.value if reservation.state in ACTIVE else None,
        "made_at": ticks(reservation.made_at),
        "expires_at": ticks(reservation.expires_at),
        "replaced_older": reservation.replaced_older,
        "holder": reservation.holder,
        "held_until": ticks(reservation.held_until),
        "used_at": ticks(reservation.used_at),
    }


def reservation_of(row: Row) -> Reservation:
    """Return the reservation of a row."""
    return Reservation(
        pseudonym=row["pseudonym"],
        id=bytes.fromhex(row["id"]),
        kind=PinKind(row["kind"]),
        challenge=row["challenge"],
        state=ReservationState(row["state"]),
        made_at=_moment(row["made_at"]),
        expires_at=_moment(row["expires_at"]),
        replaced_older=row["replaced_older"],
        holder=row["holder"],
        held_until=None if row["held_until"] is None else _moment(row["held_until"]),
        used_at=None if row["used_at"] is None else _moment(row["used_at"]),
    )


def session_row(session: KioskSession) -> Row:
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
    }


def session_of(row: Row) -> KioskSession:
    """Return the kiosk session of a row."""
    return KioskSession(
        pseudonym=row["pseudonym"],
        id=row["id"],
        reservation=bytes.fromhex(row["reservation"]),
        kind=PinKind(row["kind"]),
        kiosk=row["kiosk"],
        state=SessionState(row["state"]),
        nonce=row["nonce"],
        host_challenge=bytes.fromhex(row["host_challenge"]),
        sealed=row["sealed"],
        opened_at=_moment(row["opened_at"]),
        expires_at=_moment(row["expires_at"]),
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
        intended_at=_moment(row["intended_at"]),
        outcome=GrantOutcome(row["outcome"]),
    )


def _moment(count: int) -> datetime:
    return (_EPOCH + count * _TICK).astimezone(JST)
