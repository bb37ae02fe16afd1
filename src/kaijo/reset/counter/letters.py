"""The inquiry letter: mailed to the holder after a proxy's first visit, brought back, answered, at the second."""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from kaijo.clock import JST
from kaijo.errors import Refused
from kaijo.facts.counter import Visitor, visits
from kaijo.facts.counter_papers import letter_life, letter_same_day
from kaijo.reset.counter.clerks import signed_in
from kaijo.reset.counter.journal import entry
from kaijo.reset.counter.records import Case, Deed, Letter
from kaijo.reset.counter.standing import require_open
from kaijo.reset.desk import Desk
from kaijo.reset.drawing import drawn
from kaijo.reset.ports import Records
from kaijo.reset.states import require_won

if TYPE_CHECKING:
    from datetime import datetime

_DIGITS: Final = 12
_ROOM: Final = 16  # bytes drawn: far more than the digits need, so that every code is as likely as the next


def is_letter_visit(visitor: Visitor, visit: int) -> bool:
    """Return whether the answered letter must be there: at a proxy's last visit [fact: counter-proxy]."""
    return visitor is Visitor.PROXY and visit == visits(Visitor.PROXY)


def send_letter(desk: Desk, *, token: str, case_id: str, key: str | None = None) -> str:
    """Return the code (12 digits) for the letter to the holder of this case's card; only its keyed hash is kept.

    With the same `key` it is the same letter. For whoever prints the letter, not for clerk or proxy. Raises Refused
    `counter.not-signed-in`, `counter.unknown-case`, `counter.case-over`, `counter.no-letter` in a case that needs none.
    """
    now = desk.clock.now()
    with desk.store.begin() as records:
        clerk = signed_in(records, token, now)
        code = f"{int.from_bytes(drawn(desk, _ROOM, key=key, place=f'letter {case_id}')) % 10**_DIGITS:0{_DIGITS}}"
        digest = _digest(case_id.partition(".")[0], code, desk)
        if key is not None and records.find_letter(case_id.partition(".")[0], digest) is not None:
            return code
        case = require_open(records, case_id, now)
        if case.visitor is not Visitor.PROXY or is_letter_visit(case.visitor, case.visit):
            raise Refused("counter.no-letter")
        records.add_letter(Letter(case.pseudonym, digest, now))
        records.add_entry(entry(desk, Deed.LETTER, now, clerk=clerk.id, case=case))
        records.close_case(case, now)
    return code


def use_letter(desk: Desk, records: Records, case: Case, code: str, *, at: "datetime") -> None:
    """Use the letter for this case, once, on another day than it was sent.

    Raises Refused `counter.wrong-letter` (for this card there is no such letter), `counter.letter-used`,
    `counter.letter-too-early`, `counter.letter-too-old`.
    """
    digits = "".join(one for one in code if one.isdigit())
    letter = records.find_letter(case.pseudonym, _digest(case.pseudonym, digits, desk))
    if letter is None:
        raise Refused("counter.wrong-letter")
    if letter.used_by is not None:
        raise Refused("counter.letter-used")
    if not letter_same_day() and letter.sent_at.astimezone(JST).date() == at.astimezone(JST).date():
        raise Refused("counter.letter-too-early")
    if at - letter.sent_at > letter_life():
        raise Refused("counter.letter-too-old", sent_at=letter.sent_at)
    require_won(records.use_letter(letter, case.id))


def _digest(pseudonym: str, code: str, desk: Desk) -> str:
    # Twelve digits could be found by trying, were it not for the veil's secret.
    return hmac.digest(desk.veil.pseudonym(b"KAIJO LETTER 1").encode(), f"{pseudonym} {code}".encode(), sha256).hex()
