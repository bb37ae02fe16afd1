"""The kiosk: finds the reservation by the card, proves the holder, relays the grant, resets, hands in the receipt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, unique
from typing import Any

from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.card.manager import CardManagerSession
from kaijo.card.pins import normalise
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, ServiceTrouble
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient, field_bytes, field_hex, field_kind, field_text, field_time
from kaijo.terminals.proof import practice_certificate, proof_reading, prove

_MOST_RELAYED = 16  # the service needs five; a service that never comes to an end is out of contract


@unique
class KioskStep(Enum):
    """The numbered points of a kiosk visit, in order. A crash may come at each."""

    FOUND = 1
    PROVED = 2
    RELAYING = 3
    GRANTED = 4
    RESET = 5
    RECEIPT = 6


@dataclass(frozen=True, slots=True)
class Visit:
    """An open kiosk session: which PIN will be reset, and the tries left of the proof PIN to be shown.

    The session ends at `expires_at`, the reservation at `reserved_until`.
    """

    session: str
    kind: PinKind
    proof: TriesReading
    message: bytes
    certificate: bytes
    expires_at: datetime
    reserved_until: datetime


@dataclass(frozen=True, slots=True)
class Proved:
    """A visit whose holder has proved to be there: the service holds the reservation for it until the visit ends."""

    visit: Visit
    first: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """The reset happened and the service has the card's receipt for it."""

    kind: PinKind
    completed_at: datetime

    def as_dict(self) -> dict[str, object]:
        """Return the completion in JSON's types."""
        return {"kind": self.kind.value, "completed_at": self.completed_at.isoformat()}


def extend(service: ServiceClient, proved: Proved) -> Proved:
    """Return the visit with more time before it, because somebody is there. Raises what the service raises."""
    until = field_time(service.extend(proved.visit.session), "expires_at")
    return replace(proved, visit=replace(proved.visit, expires_at=until))


class Kiosk:
    """A kiosk with a card on its reader.

    `on_step` is called after each numbered point, for progress.
    """

    def __init__(
        self,
        guard: Guard,
        service: ServiceClient,
        clock: Clock,
        *,
        name: str,
        on_step: Callable[[KioskStep], None] = lambda _step: None,
    ) -> None:
        self._guard = guard
        self._service = service
        self._clock = clock
        self._name = name
        self._on_step = on_step

    def check_hours(self) -> None:
        """Raise Refused `reset.kiosk-closed` with the next opening when closed [fact: kiosk-hours, kiosk-year-end]."""
        now, schedule = self._clock.now(), kiosk_schedule()
        if not schedule.is_open(now):
            raise Refused("reset.kiosk-closed", opens_at=schedule.next_opening(now))

    def open(self) -> Visit:
        """Find the reservation of the card that lies here. Raises Refused with the way on when there is none."""
        self.check_hours()
        certificate = practice_certificate(self._guard, self._clock)
        state = CardManagerSession(self._guard).reset_state()
        opened = self._service.open_session(
            kiosk=self._name, authentication_certificate=certificate, reset_state=state.encode()
        )
        session, kind = field_text(opened, "session_id"), field_kind(opened)
        try:
            proof = proof_reading(self._guard, kind)
        except KaijoError:
            self.end(session)
            raise
        self._on_step(KioskStep.FOUND)
        return Visit(
            session=session,
            kind=kind,
            proof=proof,
            message=field_bytes(opened, "message"),
            certificate=certificate,
            expires_at=field_time(opened, "expires_at"),
            reserved_until=field_time(opened, "reservation_expires_at"),
        )

    def renew(self, visit: Visit) -> Visit:
        """Return the same visit in a session that has its whole life before it; the count shown stays the one shown.

        Raises as `open`, and Refused `reset.session-over` when the card has a reservation for another PIN by now.
        """
        self.end(visit.session)
        fresh = self.open()
        if fresh.kind is not visit.kind:
            self.end(fresh.session)
            raise Refused("reset.session-over")
        return replace(fresh, proof=visit.proof)

    def prove(self, visit: Visit, proof_pin: str, *, consent: LastTryConsent | None = None) -> Proved:
        """Prove the holder to the service, which holds the reservation for this visit from now on.

        Raises what guard, card and service raise; the session is over then.
        """
        with self._ending(visit):
            proof = prove(self._guard, visit.message, proof_pin, shown=visit.proof, consent=consent)
            self._on_step(KioskStep.PROVED)
            return Proved(
                visit,
                self._service.prove(visit.session, proof_certificate=proof.certificate, signature=proof.signature),
            )

    def finish(self, proved: Proved, new_pin: str) -> Completion:
        """Have the card reset. The new PIN goes from here into the card and nowhere else.

        Raises what guard, card and service raise; the session is over then, and the reservation is used only if the
        card was reset.
        """
        with self._ending(proved.visit):
            self._relay(proved.visit, proved.first)
            self._on_step(KioskStep.GRANTED)
            return self._obey(proved.visit, new_pin)

    def reset(
        self, visit: Visit, proof_pin: str, new_pin: str, again: str, *, consent: LastTryConsent | None = None
    ) -> Completion:
        """Carry the visit to its end: `prove` and `finish` in one.

        Raises GuardRefused `guard.pins-differ` before anything is sent, and what the two raise.
        """
        with self._ending(visit):
            if normalise(visit.kind, new_pin) != normalise(visit.kind, again):
                raise GuardRefused("guard.pins-differ", kind=visit.kind)
        return self.finish(self.prove(visit, proof_pin, consent=consent), new_pin)

    def end(self, session: str) -> bool:
        """Give the session back, as far as the service can be reached; return whether it could be."""
        try:
            self._service.end(session)
        except (ServiceTrouble, Refused):
            return False
        return True

    @contextmanager
    def _ending(self, visit: Visit) -> Iterator[None]:
        try:
            yield
        except KaijoError:
            self.end(visit.session)
            raise

    def _relay(self, visit: Visit, answer: dict[str, Any]) -> None:
        for step in range(_MOST_RELAYED):
            if answer.get("state") == "granted":
                return
            response = self._guard.relay(field_hex(answer, "command"))
            self._on_step(KioskStep.RELAYING)
            answer = self._service.relay(visit.session, step=step, response=response)
        raise ServiceTrouble("service.out-of-contract", url=self._service.url, status=200)

    def _obey(self, visit: Visit, new_pin: str) -> Completion:
        try:
            receipt = self._guard.reset(visit.kind, new_pin)
        except CardTrouble as trouble:
            if trouble.code != "card.reset-unknown":
                raise
            return self._settle(visit, trouble)
        self._on_step(KioskStep.RESET)
        try:
            done = self._service.receipt(visit.session, receipt.encode())
            completed_at = field_time(done, "completed_at")
        except ServiceTrouble as trouble:  # the PIN is new all the same, and that must be told
            raise ServiceTrouble("terminal.receipt-waiting", kind=visit.kind) from trouble
        self._on_step(KioskStep.RECEIPT)
        return Completion(visit.kind, completed_at)

    def _settle(self, visit: Visit, unknown: CardTrouble) -> Completion:
        """Ask the card itself what happened when it left during the reset; raise `unknown` when it is gone."""
        try:
            self._guard.power_cycle()
            last = CardManagerSession(self._guard).reset_state().last
            if last is None:
                raise unknown
            done = self._service.receipt(visit.session, last.encode())
        except (CardTrouble, Refused, ServiceTrouble):
            raise unknown from None
        return Completion(visit.kind, field_time(done, "completed_at"))
