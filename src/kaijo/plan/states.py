"""Where somebody stands during the night, as small as a search needs it."""

from typing import NamedTuple

from kaijo.facts.pins import PinKind

KNOWN = -1  # a PIN that works
FORGOTTEN = -2  # not remembered, but the slip would help
LOCKED = -3  # nothing but a reset helps
ABSENT = -4  # the card has no such PIN
DEAD = -1  # certificates that e-Tax does not take

CARD_KINDS = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)


class State(NamedTuple):
    """One state. A PIN is KNOWN, FORGOTTEN, LOCKED, ABSENT, or the number of misses of somebody who is unsure.

    `usable` is the minute from which e-Tax takes card and certificates, or DEAD; `work` the minutes that the return
    still needs; `reserved` the kind of the live reservation, by its word, and `until` its end; `refused` says that the
    face match failed; `broken` has a bit for each store that did not help; `letter` is the minute from which a proxy
    can go again; `called` says that the accountant could not help.
    """

    signature: int
    authentication: int
    usable: int = 0
    renewed: bool = False
    work: int = 0
    searched: bool = False
    reserved: str = ""
    until: int = 0
    refused: bool = False
    broken: int = 0
    letter: int = 0
    called: bool = False

    def pin(self, kind: PinKind) -> int:
        """Return how one of the card's two PINs stands."""
        return self.signature if kind is PinKind.SIGNATURE else self.authentication

    def with_pin(self, kind: PinKind, stand: int) -> "State":
        """Return the state with one PIN changed. Where both work then, nothing is left that a reset needs."""
        mine, other = (stand, self.authentication) if kind is PinKind.SIGNATURE else (self.signature, stand)
        if mine == KNOWN and other == KNOWN:
            return State(mine, other, self.usable, self.renewed, self.work, letter=self.letter, called=self.called)
        return State(mine, other, *self[2:])

    def usable_after(self, minute: int, wait: int) -> "State":
        """Return the state when e-Tax takes the card only after a wait; without a wait nothing changes."""
        return self._replace(usable=max(self.usable, minute + wait)) if wait else self

    @property
    def both_known(self) -> bool:
        """True when both PINs work."""
        return self.signature == KNOWN and self.authentication == KNOWN
