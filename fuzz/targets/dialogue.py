"""Whole dialogues of doctor, guard and sessions with a card whose answers are disturbed.

What is read is made into JSON, table and page.
"""

import json
from collections.abc import Callable

from fuzz.tape import Disturbed, Tape
from fuzz.told import demand, told
from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.card.manager import CardManagerSession
from kaijo.card.meter import Meter
from kaijo.card.resident import CommonSession, ResidentSession
from kaijo.clock import ManualClock
from kaijo.doctor import examine, findings
from kaijo.doctor.page import as_page
from kaijo.doctor.report import as_dict, meaning_as_text, pins_as_text
from kaijo.doctor.stopping import read_stopping
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.words import LANGS
from tests.support.world import NIGHT, issued, pins_of

PERSON = "fresh"
_NEW = {
    PinKind.SIGNATURE: "NEUE77PIN", PinKind.AUTHENTICATION: "8642",
    PinKind.RESIDENT: "8642", PinKind.ATTRIBUTES: "8642",
}  # fmt: skip
_SPENDS = (0x20, 0x24, 0x32, 0x2C)


def run(data: bytes) -> None:
    """Play one act of the first byte's choice; the rest of `data` disturbs the card."""
    tape = Tape(data)
    act, kind = _ACTS[tape.byte() % len(_ACTS)], list(PinKind)[tape.byte() % len(PinKind)]
    link = Disturbed(VirtualCard(issued(PERSON), place="table"), tape)
    told(lambda: act(Guard(link, ManualClock(NIGHT)), kind))
    _nothing_after_doubt(link)
    if act is _check:
        demand(not any(map(_spends, link.sent)), "checking spends nothing")


def _spends(command: bytes) -> bool:
    return command[1] in _SPENDS and len(command) > 4


def _nothing_after_doubt(link: Disturbed) -> None:
    """Demand that a command that may spend or change follows only on ones whose outcome is known."""
    outcomes = [answer for command, answer in zip(link.sent, link.answers, strict=True) if _spends(command)]
    for answer in outcomes[:-1]:
        known = answer is not None and (answer[-2:] == b"\x90\x00" or answer[-2] == 0x63)
        demand(known, "nothing follows on an unknown outcome")


def _check(guard: Guard, _kind: PinKind) -> None:
    link = Meter(guard._link)  # noqa: SLF001 -- a meter has to stand somewhere for the report
    seen = examine(guard, ManualClock(NIGHT))
    found = findings(seen)
    for lang in LANGS:
        json.dumps(as_dict(seen, found, link, lang))
        as_page(seen, found, link, lang)
        pins_as_text(seen, lang)
        meaning_as_text(seen, found, lang)


def _verify(guard: Guard, kind: PinKind) -> None:
    shown = guard.tries(kind)
    read_stopping(guard, shown)
    guard.verify(kind, pins_of(PERSON)[kind], shown=shown)


def _miss(guard: Guard, kind: PinKind) -> None:
    guard.verify(kind, _NEW[kind], shown=guard.tries(kind))


def _change(guard: Guard, kind: PinKind) -> None:
    guard.change(kind, pins_of(PERSON)[kind], _NEW[kind], shown=guard.tries(kind))


def _which(guard: Guard, kind: PinKind) -> None:
    guard.new_is_valid(kind, pins_of(PERSON)[kind], _NEW[kind], shown=guard.tries(kind))


def _reset(guard: Guard, kind: PinKind) -> None:
    guard.reset(kind, _NEW[kind])


def _sign(guard: Guard, kind: PinKind) -> None:
    kind = PinKind.SIGNATURE if kind is PinKind.SIGNATURE else PinKind.AUTHENTICATION
    guard.verify(kind, pins_of(PERSON)[kind], shown=guard.tries(kind))
    jpki = JpkiSession(guard)
    jpki.certificate(kind)
    jpki.ca_certificate(kind)
    jpki.sign_message(kind, b"return")


def _free_reading(guard: Guard, _kind: PinKind) -> None:
    CommonSession(guard).card_info()
    ResidentSession(guard).key_id()
    manager = CardManagerSession(guard)
    manager.municipality()
    manager.expiry()
    manager.reset_state()


_ACTS: tuple[Callable[[Guard, PinKind], None], ...] = (
    _check, _verify, _miss, _change, _which, _reset, _sign, _free_reading,
)  # fmt: skip
