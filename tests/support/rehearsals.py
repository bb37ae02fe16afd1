"""What the rehearsal says of each test person on the last night: one table, for the terminal and for the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kaijo.facts.pins import PinKind
from tests.support.world import pins_of

DONE, UNTRIED = "", "-"
LOGIN, SIGN = "authentication-certificate", "signature-certificate"


@dataclass(frozen=True)
class Said:
    """The four acts in their order, each DONE, UNTRIED or a code; and which certificates were seen, good or not."""

    acts: tuple[str, str, str, str]
    certificates: Mapping[str, bool]

    @property
    def works(self) -> bool:
        """Whether everything worked."""
        return set(self.acts) == {DONE}


REHEARSED = {
    "fresh": Said((DONE, DONE, DONE, DONE), {LOGIN: True, SIGN: True}),
    "signature-locked": Said((DONE, DONE, "card.locked", UNTRIED), {LOGIN: True}),
    "authentication-locked": Said((DONE, "card.locked", DONE, UNTRIED), {SIGN: True}),
    "both-locked": Said((DONE, "card.locked", "card.locked", UNTRIED), {}),
    "one-try-left": Said((DONE, "guard.last-try", "card.locked", UNTRIED), {}),
    "certificate-expired": Said(
        ("terminal.certificate-expired", "trust.expired", "card.locked", UNTRIED), {LOGIN: False}
    ),
    "moved": Said((DONE, DONE, "card.locked", UNTRIED), {LOGIN: True}),
    "under-15": Said(("filing.no-signature-certificate", "card.locked", UNTRIED, UNTRIED), {}),
    "face-only": Said(("filing.face-only-card", UNTRIED, UNTRIED, UNTRIED), {}),
}


def asked(person: str) -> dict[PinKind, str]:
    """Return the PINs that the rehearsal asks this person for: one that was used has shown its certificate."""
    kinds = {LOGIN: PinKind.AUTHENTICATION, SIGN: PinKind.SIGNATURE}
    return {kinds[seen]: pins_of(person)[kinds[seen]] for seen in REHEARSED[person].certificates}


def acts(answer: Any) -> tuple[str, ...]:
    """Return what the terminal's JSON answer says of each act, in the words of the table."""
    return tuple((one["because"] or {"code": DONE})["code"] if one["tried"] else UNTRIED for one in answer["acts"])
