"""An issuer, somebody with a card, and that person's phone, set up the day before."""

from datetime import timedelta
from pathlib import Path

import pytest

from kaijo import app
from kaijo.card.guard import Guard, LastTryConsent
from kaijo.clock import ManualClock
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.phone_certificate import PhoneCertificates, set_up
from kaijo.terminals.proof import practice_certificate
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import identity, person
from tests.support.world import NIGHT

AUTHENTICATION, SIGNATURE = PinKind.AUTHENTICATION, PinKind.SIGNATURE
PINS = {AUTHENTICATION: "7391", SIGNATURE: "PHONE2027"}
DAY_BEFORE = NIGHT - timedelta(days=1)


class Town:
    """An issuer, somebody with a card, and that person's phone set up the day before."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(DAY_BEFORE)
        self.issuer = Issuer.open(folder / "issuer", self.clock)
        self.phone_issuer = app.PracticePhoneIssuer(self.clock, self.issuer)
        self.guard = Guard(VirtualCard(self.issuer.issue(person("fresh"), DAY_BEFORE), place="table"), self.clock)
        self.file = folder / "phone.json"
        self.set_up(self.file)
        self.phone = PhoneCertificates(self.file)

    def card_key(self) -> SigningKey:
        pin = identity(person("fresh"), DAY_BEFORE).pins[SIGNATURE]
        return unlock(self.guard, SIGNATURE, pin, shown=self.guard.tries(SIGNATURE))

    def card_certificate(self) -> bytes:
        """Read the authentication certificate off the card, which needs no PIN."""
        return practice_certificate(self.guard, self.clock)

    def set_up(self, file: Path) -> None:
        set_up(file, self.card_key(), self.phone_issuer, PINS)

    def lock_the_card(self) -> None:
        while not (shown := self.guard.tries(SIGNATURE)).locked:
            with pytest.raises(Refused):
                self.guard.verify(SIGNATURE, "WRONG999", shown=shown, consent=LastTryConsent(shown))

    def other_card(self) -> Guard:
        """Return somebody else's card."""
        card = VirtualCard(self.issuer.issue(person("authentication-locked"), DAY_BEFORE), place="desk")
        return Guard(card, self.clock)

    def miss(self, kind: PinKind, times: int) -> None:
        """Type a wrong PIN of the phone."""
        for _ in range(times):
            with pytest.raises(Refused):
                self.phone.unlock(kind, {AUTHENTICATION: "0000", SIGNATURE: "WRONG999"}[kind])
