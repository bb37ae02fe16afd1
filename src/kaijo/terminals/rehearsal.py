"""The rehearsal: both acts of filing in their order, days before, so that what would fail then is found now.

It never spends a last try, asks each PIN once, and goes on after a failure: everything that is wrong is found at once.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, unique
from typing import Protocol

from kaijo.card.guard import Guard, TriesReading
from kaijo.clock import JST, Clock
from kaijo.errors import GuardRefused, KaijoError, Refused, UsageProblem
from kaijo.facts.etax import etax_cut, etax_pins, etax_schedule
from kaijo.facts.filing import ReturnKind, next_filing_deadline
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.filing_client import FilingClient, Notice, PracticeReturn, SignedIn, sign_return
from kaijo.terminals.proof import filing_certificate

AskPin = Callable[[TriesReading], str]
_SAMPLE = (3_000_000, 1_200_000, 90_000)  # yen of nobody


@unique
class Act(Enum):
    """What is tried, in the order of the day."""

    CARD = "card"
    PHONE = "phone"
    SIGN_IN = "sign-in"
    SIGN = "sign"
    SEND = "send"


@unique
class Outlook(Enum):
    """What must hold on the day itself."""

    AUTHENTICATION_CERTIFICATE = "authentication-certificate"
    SIGNATURE_CERTIFICATE = "signature-certificate"
    DESK_OPEN = "desk-open"


@dataclass(frozen=True, slots=True)
class Trial:
    """One act. `because` says why it failed, None when it worked; not `tried` when an earlier act failed."""

    act: Act
    because: KaijoError | None = None
    tried: bool = True

    @property
    def works(self) -> bool:
        """Whether the act was done."""
        return self.tried and self.because is None


@dataclass(frozen=True, slots=True)
class Prospect:
    """One thing that will hold on the day or not; `until` is when it ends or, for the desk, when it opens."""

    outlook: Outlook
    good: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The whole result. `holds_until` is the first moment at which something found good is over."""

    at: datetime
    due_before: datetime
    trials: tuple[Trial, ...]
    prospects: tuple[Prospect, ...]
    notice: Notice | None

    @property
    def works(self) -> bool:
        """Whether everything worked today and will on the day."""
        return all(trial.works for trial in self.trials) and all(one.good for one in self.prospects)

    @property
    def holds_until(self) -> datetime | None:
        """Return until when that holds, None when it does not hold even now."""
        ends = [one.until for one in self.prospects if one.outlook is not Outlook.DESK_OPEN]
        return min(ends) if self.works and ends else None


@dataclass(slots=True)
class _Found:
    """What was found so far."""

    trials: list[Trial] = field(default_factory=list)
    keys: dict[PinKind, SigningKey] = field(default_factory=dict)
    signed_in: SignedIn | None = None
    notice: Notice | None = None


class Keys(Protocol):
    """Where the keys are: a card, or a phone's certificates."""

    @property
    def read_by(self) -> Act:
        """The act that `check` is."""
        ...

    def check(self) -> None:
        """Raise Refused for what is wrong before any PIN is asked for."""
        ...

    def unlock(self, kind: PinKind) -> SigningKey:
        """Return a key after its PIN was asked for, once. Raises what asking and the PIN's own rules raise."""
        ...


class CardKeys:
    """The keys of a card behind a guard. `ask` is given the tries left, and returns the PIN; never for a last try."""

    read_by = Act.CARD

    def __init__(self, guard: Guard, clock: Clock, ask: AskPin) -> None:
        self._guard = guard
        self._clock = clock
        self._ask = ask

    def check(self) -> None:
        """Raise as `filing_certificate`."""
        filing_certificate(self._guard, self._clock)

    def unlock(self, kind: PinKind) -> SigningKey:
        """Return a key of the card. Raises Refused `card.locked`, GuardRefused `guard.last-try`, and as `unlock`."""
        shown = self._guard.tries(kind)
        if shown.locked:
            raise Refused("card.locked", kind=kind)
        if shown.tries_left < tries_floor():  # nobody is even asked: a rehearsal is not worth the last try
            raise GuardRefused("guard.last-try", kind=kind, tries_left=shown.tries_left)
        return unlock(self._guard, kind, self._ask(shown), shown=shown)


def rehearse(keys: Keys, desk: FilingClient, clock: Clock) -> Rehearsal:
    """Rehearse with these keys at the practice desk.

    What keeps it from being held ends it at once: Refused `terminal.real-card`, CardTrouble when there is no card to
    read, UsageProblem, and what a desk raises that is not there, before any PIN. All else is a part of the result.
    """
    desk.state()
    at, found = clock.now(), _Found()
    login, sending = etax_pins()
    try:
        keys.check()
        found.trials.append(Trial(keys.read_by))
    except Refused as refused:
        if refused.code == "terminal.real-card":
            raise
        found.trials.append(Trial(keys.read_by, refused))
    document: list[bytes] = []
    steps = {
        Act.SIGN_IN: lambda: _sign_in(keys, desk, login, found),
        Act.SIGN: lambda: document.append(_sign(keys, sending, found, at)),
    }
    vain = _in_vain(found.trials[0])
    found.trials += [Trial(act, tried=False) if act in vain else _try(act, step) for act, step in steps.items()]
    if found.signed_in is None or not document:
        found.trials.append(Trial(Act.SEND, tried=False))
    else:
        found.trials.append(_try(Act.SEND, lambda: _send(desk, found, document[0])))
    due_before = etax_cut(next_filing_deadline(at))
    return Rehearsal(at, due_before, tuple(found.trials), _prospects(found, login, due_before), found.notice)


def _in_vain(read: Trial) -> Collection[Act]:
    """Return what a card has nothing for: a PIN that was never set says locked, which would lead astray."""
    lacking: dict[str, Collection[Act]] = {
        "filing.no-signature-certificate": (Act.SIGN,),
        "filing.face-only-card": (Act.SIGN_IN, Act.SIGN),
    }
    return () if read.because is None else lacking.get(read.because.code, ())


def _try(act: Act, step: Callable[[], None]) -> Trial:
    try:
        step()
    except UsageProblem:  # nothing was tried
        raise
    except KaijoError as failed:
        return Trial(act, failed)
    return Trial(act)


def _sign_in(keys: Keys, desk: FilingClient, kind: PinKind, found: _Found) -> None:
    found.keys[kind] = keys.unlock(kind)
    found.signed_in = desk.sign_in(found.keys[kind], rehearsal=True)


def _sign(keys: Keys, kind: PinKind, found: _Found, at: datetime) -> bytes:
    key = found.keys[kind] = keys.unlock(kind)
    revenue, expenses, tax = _SAMPLE
    year = next_filing_deadline(at).year - 1
    return sign_return(PracticeReturn(year, ReturnKind.BLUE, revenue, expenses, tax), key, at)


def _send(desk: FilingClient, found: _Found, document: bytes) -> None:
    if found.signed_in is not None:
        found.notice = desk.submit(found.signed_in, document)


def _prospects(found: _Found, login: PinKind, due_before: datetime) -> tuple[Prospect, ...]:
    """Return what the certificates that were seen, and the desk's hours, mean for the day."""
    prospects = []
    for kind, key in found.keys.items():
        ends = key.certificate.not_valid_after_utc.astimezone(JST)
        outlook = Outlook.AUTHENTICATION_CERTIFICATE if kind is login else Outlook.SIGNATURE_CERTIFICATE
        prospects.append(Prospect(outlook, ends >= due_before, ends))
    last_minute = due_before - timedelta(minutes=1)
    schedule = etax_schedule(last_minute.date())
    opens = schedule.next_opening(datetime.combine(last_minute.date(), datetime.min.time(), JST))
    prospects.append(Prospect(Outlook.DESK_OPEN, opens < due_before, opens))
    return tuple(prospects)
