"""The counter's terminal: the card before the clerk, the relay, and the new PIN that the holder types."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import Self

from kaijo.card.certificate import read_certificate
from kaijo.card.guard import Guard, TriesReading
from kaijo.card.jpki import JpkiSession
from kaijo.card.manager import CardManagerSession
from kaijo.card.pins import normalise
from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import field_hex, field_text, field_time
from kaijo.terminals.counter_client import CounterClient

RESET, RENEW = "reset", "renew"
_MOST_RELAYED = 16  # the service needs six; a service that never comes to an end is out of contract


@unique
class CounterStep(Enum):
    """The numbered points of an act at the counter, in order. A crash may come at each."""

    BEGUN = 1
    RELAYING = 2
    GRANTED = 3
    DONE = 4
    RECEIPT = 5


@dataclass(frozen=True, slots=True)
class CounterCard:
    """The card as the counter sees it before anything is done; kinds that it does not have are left out."""

    certificate: bytes
    reset_state: bytes
    tries: tuple[TriesReading, ...]


class Counter:
    """The counter's terminal with a card on its reader. A new PIN goes from here into the card and nowhere else.

    `on_step` is called after each numbered point.
    """

    def __init__(
        self,
        guard: Guard,
        service: CounterClient,
        *,
        name: str,
        on_step: Callable[[CounterStep], None] = lambda _step: None,
    ) -> None:
        self._guard = guard
        self._service = service
        self._name = name
        self._on_step = on_step

    def look(self) -> CounterCard:
        """Return the card as it is; dead certificates and locked PINs are no obstacle here.

        Raises Refused `terminal.real-card`, `terminal.no-certificate`.
        """
        jpki = JpkiSession(self._guard)
        if not jpki.availability().authentication:
            raise Refused("terminal.no-certificate")
        certificate = read_certificate(jpki.certificate(PinKind.AUTHENTICATION))
        if not certificate.test:
            raise Refused("terminal.real-card")
        state = CardManagerSession(self._guard).reset_state()
        return CounterCard(certificate.der, state.encode(), tuple(self._tries()))

    def reset(self, case: str, kind: PinKind, new_pin: str, again: str) -> datetime:
        """Give a PIN the value that the holder typed twice; return when the service knew that it happened.

        Raises GuardRefused `guard.pins-differ` before anything is sent, and what guard, card and service raise.
        """
        if normalise(kind, new_pin) != normalise(kind, again):
            raise GuardRefused("guard.pins-differ", kind=kind)
        with self._session(case, RESET, kind) as session:
            self._relay(session.id, session.first, "granted")
            self._on_step(CounterStep.GRANTED)
            return self._obey(session.id, kind, new_pin)

    def renew(self, case: str, kind: PinKind) -> None:
        """Give the card a new key and certificate of that kind. Nobody types anything.

        Raises what card and service raise. When the card left at the end, doing it again settles what happened: the
        card's receipt is read first.
        """
        with self._session(case, RENEW, kind) as session:
            self._relay(session.id, session.first, "completed")
            self._on_step(CounterStep.RECEIPT)

    def _tries(self) -> "list[TriesReading]":
        found = []
        for kind in PinKind:
            with suppress(CardTrouble):
                found.append(self._guard.tries(kind))
        return found

    def _session(self, case: str, act: str, kind: PinKind) -> "_Session":
        begun = self._service.begin(case, act=act, kind=kind, terminal=self._name)
        self._on_step(CounterStep.BEGUN)
        return _Session(self._service, field_text(begun, "session_id"), begun)

    def _relay(self, session: str, answer: dict[str, object], until: str) -> None:
        for step in range(_MOST_RELAYED):
            if answer.get("state") == until:
                return
            response = self._guard.relay(field_hex(answer, "command"))
            self._on_step(CounterStep.RELAYING)
            answer = self._service.relay(session, step=step, response=response)
        raise ServiceTrouble("service.out-of-contract", url=self._service.url, status=200)

    def _obey(self, session: str, kind: PinKind, new_pin: str) -> datetime:
        try:
            receipt = self._guard.reset(kind, new_pin).encode()
        except CardTrouble as trouble:
            if trouble.code != "card.reset-unknown":
                raise
            receipt = self._last_receipt(trouble)
        self._on_step(CounterStep.DONE)
        done = self._service.receipt(session, receipt)
        self._on_step(CounterStep.RECEIPT)
        return field_time(done, "completed_at")

    def _last_receipt(self, unknown: CardTrouble) -> bytes:
        """Ask the card itself what happened when it left during the reset; raise `unknown` when it is gone."""
        try:
            self._guard.power_cycle()
            last = CardManagerSession(self._guard).reset_state().last
        except CardTrouble:
            raise unknown from None
        if last is None:
            raise unknown
        return last.encode()


@dataclass(frozen=True, slots=True)
class _Session:
    """A begun act that is given back when it fails, as far as the service can be reached."""

    service: CounterClient
    id: str
    first: dict[str, object]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        if isinstance(error, KaijoError):
            with suppress(ServiceTrouble, Refused):
                self.service.end(self.id)
