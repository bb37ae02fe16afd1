"""The scribe: what each act of this room is written down as. Persons and cards appear by keyed names alone."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from kaijo.clock import Clock
from kaijo.reset.audit import HOUSE, Entry, Tag
from kaijo.reset.counter.records import DONE, Clerk, Deed
from kaijo.reset.counter.records import Entry as Line
from kaijo.reset.face_records import FaceCheck, FaceState
from kaijo.reset.records import GrantRow, Reservation, TerminalSession
from kaijo.reset.states import GrantOutcome, ReservationState, SessionState
from kaijo.reset.terminal_records import Terminal
from kaijo.reset.veil import Veil

_RESERVATION_TAGS: Final[Mapping[ReservationState, Tag]] = {
    ReservationState.REPLACED: Tag.RESERVATION_REPLACED,
    ReservationState.CANCELLED: Tag.RESERVATION_CANCELLED,
    ReservationState.EXPIRED: Tag.RESERVATION_EXPIRED,
}
_SESSION_TAGS: Final[Mapping[SessionState, Tag]] = {
    SessionState.RELAYING: Tag.PROOF_ACCEPTED,
    SessionState.COMPLETED: Tag.SESSION_ENDED,
    SessionState.ENDED: Tag.SESSION_ENDED,
}
_GRANT_TAGS: Final[Mapping[GrantOutcome, Tag]] = {
    GrantOutcome.GRANTED: Tag.GRANT_CONFIRMED,
    GrantOutcome.USED: Tag.RECEIPT_TAKEN,
}
_FACE_TAGS: Final[Mapping[FaceState, Tag]] = {
    FaceState.OPEN: Tag.FACE_ANSWERED,
    FaceState.DRAWN: Tag.FACE_DRAWN,
    FaceState.PASSED: Tag.FACE_PASSED,
}
_CLERK_TAGS: Final[Mapping[Deed, Tag]] = {Deed.SIGN_IN: Tag.CLERK_SIGNED_IN, Deed.UNLOCK: Tag.CLERK_UNLOCKED}
_NAME_DIGITS: Final = 32


class Scribe:
    """Makes entries, stamped with the time of the clock. None means that the act stands in another row already."""

    def __init__(self, veil: Veil, clock: Clock) -> None:
        self._veil = veil
        self._clock = clock

    def clerk(self, clerk_id: str) -> str:
        """Return the keyed name of a clerk, 64 hexadecimal digits."""
        return self._veil.device(b"clerk " + clerk_id.encode())

    def reservation_made(self, made: Reservation) -> Entry:
        """Return what a new reservation is written down as."""
        return self._entry(made.pseudonym, Tag.RESERVATION_MADE, _of_reservation(made))

    def reservation_moved(self, after: Reservation) -> Entry | None:
        """Return what its move to this state is written down as; held and used show in other rows."""
        tag = _RESERVATION_TAGS.get(after.state)
        return None if tag is None else self._entry(after.pseudonym, tag, _of_reservation(after))

    def session_opened(self, session: TerminalSession) -> Entry:
        """Return what a new session is written down as. The terminal's name is free text: only a hash of it stays."""
        terminal = sha256(session.kiosk.encode()).hexdigest()[:_NAME_DIGITS]
        return self._entry(session.pseudonym, Tag.SESSION_OPENED, _of_session(session) | {"terminal": terminal})

    def session_extended(self, session: TerminalSession) -> Entry:
        """Return what more time for a session is written down as."""
        return self._entry(session.pseudonym, Tag.SESSION_EXTENDED, _of_session(session))

    def session_moved(self, after: TerminalSession) -> Entry | None:
        """Return what its move to this state is written down as; that the grant is there shows in the grant's row."""
        tag = _SESSION_TAGS.get(after.state)
        if tag is None:
            return None
        return self._entry(after.pseudonym, tag, _of_session(after) | {"state": after.state.value})

    def grant_intended(self, grant: GrantRow) -> Entry:
        """Return what the intent of a grant is written down as."""
        return self._entry(grant.pseudonym, Tag.GRANT_INTENDED, _of_grant(grant))

    def grant_moved(self, after: GrantRow) -> Entry | None:
        """Return what the card's yes, or its receipt, is written down as."""
        tag = _GRANT_TAGS.get(after.outcome)
        return None if tag is None else self._entry(after.pseudonym, tag, _of_grant(after))

    def face_opened(self, check: FaceCheck) -> Entry:
        """Return what a new face check is written down as."""
        return self._entry(check.pseudonym, Tag.FACE_OPENED, _of_face(check))

    def face_moved(self, after: FaceCheck) -> Entry:
        """Return what the move of a face check is written down as; answered is one whose pictures are being judged."""
        return self._entry(after.pseudonym, _FACE_TAGS[after.state], _of_face(after))

    def counter_line(self, line: Line, *, locked_out: bool) -> Entry:
        """Return what a line of the counter's journal is written down as; a clerk who was just locked out as that."""
        told = {"deed": line.deed.value, "outcome": line.outcome}
        if line.clerk is not None:
            told["clerk"] = self.clerk(line.clerk)
        if line.second is not None:
            told["helper"] = self.clerk(line.second)
        if line.case is not None:
            told["case"] = line.case.rpartition(".")[2]
        if line.kind is not None:
            told["kind"] = line.kind.value
        tag = Tag.COUNTER_ACT
        if line.pseudonym is None:
            tag = _CLERK_TAGS.get(line.deed, tag) if line.outcome == DONE else Tag.CLERK_REFUSED
        partition = line.pseudonym or told.get("clerk", HOUSE)
        return self._entry(partition, Tag.CLERK_LOCKED_OUT if locked_out else tag, told)

    def clerk_kept(self, clerk: Clerk) -> Entry:
        """Return what the operator's new account, or new password, of a clerk is written down as."""
        return self._entry(self.clerk(clerk.id), Tag.OPERATOR_ACT, {"deed": "clerk-password"})

    def operator_act(self, deed: str) -> Entry:
        """Return what an act of the operator on the house itself is written down as; `deed` is one word."""
        return self._entry(HOUSE, Tag.OPERATOR_ACT, {"deed": deed})

    def terminal(self, terminal: Terminal, tag: Tag, **more: str) -> Entry:
        """Return what an act on a terminal, or of one, is written down as."""
        partition = self._veil.device(b"terminal " + terminal.id.encode())
        return self._entry(partition, tag, {"terminal": terminal.id, "place": terminal.place.value, **more})

    def card(self, pseudonym: str, tag: Tag) -> Entry:
        """Return what happened to a card as such is written down as."""
        return self._entry(pseudonym, tag, {})

    def refused(self, code: str, left_out: int = 0) -> Entry:
        """Return what a refusal is written down as; each code has a chain of its own, so that few callers meet.

        `left_out` counts those before it that have no row of their own.
        """
        more = {"number": str(left_out)} if left_out else {}
        return self._entry(f"{HOUSE} {code}", Tag.REFUSED, {"code": code, **more})

    def proof_refused(self, pseudonym: str, code: str) -> Entry:
        """Return what a proof of that card that was not good is written down as."""
        return self._entry(pseudonym, Tag.PROOF_REFUSED, {"code": code})

    def face_refused(self, check: FaceCheck, code: str) -> Entry:
        """Return what a face that was not taken for the holder's is written down as."""
        return self._entry(check.pseudonym, Tag.FACE_REFUSED, _of_face(check) | {"code": code})

    def _entry(self, partition: str, tag: Tag, attributes: Mapping[str, str]) -> Entry:
        return Entry(self._clock.now(), partition, tag, attributes)


def _of_reservation(row: Reservation) -> dict[str, str]:
    told = {"reservation": row.id.hex(), "kind": row.kind.value, "act": row.act.value}
    return told if row.case is None else told | {"case": row.case.rpartition(".")[2]}


def _of_session(session: TerminalSession) -> dict[str, str]:
    return {
        "session": session.id.rpartition(".")[2],
        "reservation": session.reservation.hex(),
        "kind": session.kind.value,
        "act": session.act.value,
        "place": session.place.value,
    }


def _of_grant(grant: GrantRow) -> dict[str, str]:
    return {
        "session": grant.session.rpartition(".")[2],
        "reservation": grant.reservation.hex(),
        "kind": grant.kind.value,
        "number": str(grant.reset_number),
    }


def _of_face(check: FaceCheck) -> dict[str, str]:
    return {"check": check.id.rpartition(".")[2], "kind": check.kind.value}
