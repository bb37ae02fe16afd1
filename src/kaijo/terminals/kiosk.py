"""The kiosk: finds the reservation by the card, proves the holder, relays the grant, resets, hands in the receipt."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique

from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.card.manager import CardManagerSession
from kaijo.card.pins import normalise
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, ServiceTrouble
from kaijo.facts.hours import kiosk_hours
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
    """An open kiosk session: which PIN will be reset, and the tries left of the proof PIN to be shown."""

    session: str
    kind: PinKind
    proof: TriesReading
    message: bytes
    certificate: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Completion:
    """The reset happened and the service has the card's receipt for it."""

    kind: PinKind
    completed_at: datetime

    def as_dict(self) -> dict[str, object]:
        """Return the completion in JSON's types."""
        return {"kind": self.kind.value, "completed_at": self.completed_at.isoformat()}


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
        """Raise Refused `reset.kiosk-closed` with the next opening outside the hours [fact: kiosk-hours]."""
        now, hours = self._clock.now(), kiosk_hours()
        if not hours.is_open(now):
            raise Refused("reset.kiosk-closed", opens_at=hours.next_opening(now))

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
        )

    def reset(
        self, visit: Visit, proof_pin: str, new_pin: str, again: str, *, consent: LastTryConsent | None = None
    ) -> Completion:
        """Carry the visit to its end. The new PIN goes from here into the card and nowhere else.

        Raises GuardRefused `guard.pins-differ` before anything is sent, and what guard, card and service raise.
        Whatever happens, the reservation is used only if the card was reset.
        """
        try:
            if normalise(visit.kind, new_pin) != normalise(visit.kind, again):
                raise GuardRefused("guard.pins-differ", kind=visit.kind)
            proof = prove(self._guard, visit.message, proof_pin, shown=visit.proof, consent=consent)
            self._on_step(KioskStep.PROVED)
            self._relay(
                visit,
                self._service.prove(visit.session, proof_certificate=proof.certificate, signature=proof.signature),
            )
            self._on_step(KioskStep.GRANTED)
            return self._obey(visit, new_pin)
        except KaijoError:
            self.end(visit.session)
            raise

    def end(self, session: str) -> None:
        """Give the session back, as far as the service can be reached."""
        with suppress(ServiceTrouble, Refused):
            self._service.end(session)

    def _relay(self, visit: Visit, answer: dict[str, object]) -> None:
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
        done = self._service.receipt(visit.session, receipt.encode())
        self._on_step(KioskStep.RECEIPT)
        return Completion(visit.kind, field_time(done, "completed_at"))

    def _settle(self, visit: Visit, unknown: CardTrouble) -> Completion:
        """Ask the card itself what happened when it left during the reset; raise `unknown` when it is gone."""
        try:
            self._guard.power_cycle()
            last = CardManagerSession(self._guard).reset_state().last
            if last is None:
                raise unknown
            done = self._service.receipt(visit.session, last.encode())
        except (CardTrouble, Refused):
            raise unknown from None
        return Completion(visit.kind, field_time(done, "completed_at"))
