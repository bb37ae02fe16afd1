"""The end of the story: the return is filed at the practice desk, with both PINs, and a receipt comes back."""

from collections.abc import Mapping

from kaijo.card.guard import Guard
from kaijo.clock import Clock
from kaijo.facts.etax import etax_pins
from kaijo.facts.filing import ReturnKind, next_filing_deadline
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import unlock
from kaijo.terminals.filing_client import FilingClient, Notice, PracticeReturn, sign_return

# What the desk says when it is the hour or the year, not the card, that does not fit.
SHUT = frozenset({"filing.closed", "filing.year-not-over"})


def file_return(guard: Guard, desk: FilingClient, clock: Clock, pins: Mapping[PinKind, str]) -> Notice:
    """Sign in, sign an invented return and hand it in; return the notice of receipt. Raises as card and desk do."""
    login, sending = etax_pins()
    signed_in = desk.sign_in(unlock(guard, login, pins[login], shown=guard.tries(login)))
    content = PracticeReturn(
        year=next_filing_deadline(clock.now()).year - 1,
        kind=ReturnKind.BLUE,
        revenue=4_200_000,
        expenses=1_700_000,
        tax=98_500,
    )
    key = unlock(guard, sending, pins[sending], shown=guard.tries(sending))
    return desk.submit(signed_in, sign_return(content, key, clock.now()))
