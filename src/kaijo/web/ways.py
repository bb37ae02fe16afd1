"""What phone and kiosk know before the holder types: what a miss would cost, and that it is the same card."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.clock import Clock
from kaijo.doctor.stopping import Stopping, consents, read_stopping
from kaijo.errors import CardTrouble, GuardRefused
from kaijo.facts.pins import tries_floor
from kaijo.terminals.proof import practice_certificate
from kaijo.words import Lang


@dataclass(frozen=True, slots=True)
class Stake:
    """A PIN that will be asked for: the count that the person is shown, what a miss costs, and whether it is the last.

    `consented` is set once the holder typed, on a page of its own, the sentence that spends a last try.
    """

    shown: TriesReading
    stop: Stopping
    consented: bool = False

    @property
    def held_back(self) -> bool:
        """True while the guard would refuse this PIN."""
        return self.shown.tries_left < tries_floor() and not self.consented

    def after(self, typed: str, lang: Lang) -> Self:
        """Return the stake after the sentence was typed. Raises GuardRefused `guard.last-try` for anything else."""
        if not consents(typed, lang):
            raise GuardRefused("guard.last-try", kind=self.shown.kind, tries_left=self.shown.tries_left)
        return replace(self, consented=True)

    def consent(self, guard: Guard, note: Callable[[TriesReading], None]) -> LastTryConsent | None:
        """Return the consent on a fresh reading, noted on this machine; None where none is needed."""
        if not self.consented:
            return None
        reading = guard.tries(self.shown.kind)
        note(reading)
        return LastTryConsent(reading)


def stake_of(guard: Guard, shown: TriesReading) -> Stake:
    """Return what is at stake when the PIN of `shown` is asked for."""
    return Stake(shown, read_stopping(guard, shown))


def card_mark(certificate: bytes) -> bytes:
    """Return what tells one card from another, made of its authentication certificate (DER)."""
    return sha256(certificate).digest()


def require_same_card(guard: Guard, clock: Clock, mark: bytes) -> None:
    """Raise CardTrouble `web.other-card` unless the card is the one of `mark`: no PIN may go into another card."""
    if card_mark(practice_certificate(guard, clock)) != mark:
        raise CardTrouble("web.other-card")
