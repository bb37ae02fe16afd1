"""More time for a slow typist: a session whose holder was proved goes on, up to a bound, while somebody is there."""

from dataclasses import replace

from kaijo.errors import Refused
from kaijo.facts.lifetimes import kiosk_session_life, kiosk_session_most
from kaijo.reset.desk import Desk
from kaijo.reset.kiosk_sessions import find_session, require_going
from kaijo.reset.records import TerminalSession
from kaijo.reset.states import SessionState, require_won


def extend_session(desk: Desk, *, session_id: str) -> TerminalSession:
    """Return the session with a whole life before it, and its reservation held as long.

    Never beyond the most from its opening [fact: kiosk-session-most], nor beyond the reservation; where nothing is to
    be gained it is returned as it is. Extending adds time alone: whoever lost the reservation has lost it.
    Raises Refused `reset.unknown-session`, `reset.proof-missing`, and as `require_going`.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        session = find_session(records, session_id)
        reservation = require_going(records, session, now)
        if session.state is SessionState.OPENED:
            raise Refused("reset.proof-missing")
        until = min(now + kiosk_session_life(), session.opened_at + kiosk_session_most(), reservation.expires_at)
        if session.state is not SessionState.RELAYING or until <= session.expires_at:
            return session
        extended = replace(session, expires_at=until)
        require_won(records.move_reservation(reservation, reservation.held(extended)))
        require_won(records.extend_session(session, extended))
        return extended
