"""The phone: proves the holder with the proof PIN and makes the reservation."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, unique
from typing import Any

from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient, field_bytes, field_kind, field_text, field_time
from kaijo.terminals.proof import Proof, practice_certificate, proof_reading, prove


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation as the phone shows it. `chains` are the ids of the chains whose kiosks reset this kind.

    `cancel_token` stays in the phone: it asks how the reservation stands, and cancels it.
    """

    reservation_id: str
    kind: PinKind
    made_at: datetime
    expires_at: datetime
    replaced: bool
    chains: tuple[str, ...]
    cancel_token: str = field(repr=False)

    def as_dict(self) -> dict[str, object]:
        """Return the reservation in JSON's types, without the token."""
        return {
            "reservation_id": self.reservation_id,
            "kind": self.kind.value,
            "made_at": self.made_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "replaced": self.replaced,
            "chains": list(self.chains),
        }


@unique
class Stand(Enum):
    """How a reservation stands, in the service's words."""

    LIVE = "live"
    HELD = "held"
    USED = "used"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a reservation stands; `used_at` is when the reset was known to have happened."""

    state: Stand
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An answered challenge: the holder is proved, nothing is reserved yet. Good until `expires_at`."""

    kind: PinKind
    challenge_id: str
    expires_at: datetime
    certificate: bytes
    proof: Proof


class Phone:
    """A phone with a card held to it. Nothing of the PIN leaves the phone except into the card."""

    def __init__(self, guard: Guard, service: ServiceClient, clock: Clock) -> None:
        self._guard = guard
        self._service = service
        self._clock = clock

    def look(self, kind: PinKind) -> TriesReading:
        """Return the tries left of the proof PIN, to be shown beside the field before anybody types.

        Raises Refused when this card cannot be helped by phone and store, saying where the way goes on.
        """
        practice_certificate(self._guard, self._clock)
        return proof_reading(self._guard, kind)

    def reserve(
        self, kind: PinKind, proof_pin: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> Reservation:
        """Make the reservation for a reset of `kind`, where no face is asked for. Raises as `begin` and `finish`."""
        return finish(self._service, self.begin(kind, proof_pin, shown=shown, consent=consent))

    def begin(
        self, kind: PinKind, proof_pin: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> Begun:
        """Prove the holder for a reset of `kind`. `shown` is what `look` returned.

        Raises what the guard, the card and the service raise.
        """
        certificate = practice_certificate(self._guard, self._clock)
        challenge = self._service.challenge(kind)
        proof = prove(self._guard, field_bytes(challenge, "message"), proof_pin, shown=shown, consent=consent)
        challenge_id, expires_at = field_text(challenge, "challenge_id"), field_time(challenge, "expires_at")
        return Begun(kind, challenge_id, expires_at, certificate, proof)


def finish(service: ServiceClient, begun: Begun, permit: str | None = None) -> Reservation:
    """Make the reservation; `permit` is what the face check gave, where the policy asks for one. No card is needed.

    Raises what the service raises; a refusal leaves an older reservation as it was.
    """
    made = service.reserve(
        challenge_id=begun.challenge_id,
        kind=begun.kind,
        authentication_certificate=begun.certificate,
        proof_certificate=begun.proof.certificate,
        signature=begun.proof.signature,
        face=permit,
    )
    return Reservation(
        reservation_id=field_text(made, "reservation_id"),
        kind=field_kind(made),
        made_at=field_time(made, "made_at"),
        expires_at=field_time(made, "expires_at"),
        replaced=bool(made.get("replaced")),
        chains=tuple(str(chain) for chain in made.get("chains", ())),
        cancel_token=field_text(made, "cancel_token"),
    )


def standing(service: ServiceClient, reservation: Reservation) -> Standing:
    """Return how a reservation of this phone stands now. Raises what the service raises."""
    return _standing(service, service.reservation_state(reservation.cancel_token))


def cancel(service: ServiceClient, reservation: Reservation) -> Standing:
    """Cancel a reservation of this phone and return how it stands then; the same again changes nothing.

    Raises Refused `reset.already-done`, `reset.in-use`, and what else the service raises.
    """
    return _standing(service, service.cancel(reservation.cancel_token))


def face_needed(service: ServiceClient, kind: PinKind) -> bool:
    """Return whether the service's policy asks for the face when `kind` is reset. Raises what the service raises."""
    rules = service.health().get("face")
    rule = rules.get(kind.value) if isinstance(rules, dict) else None
    if not isinstance(rule, str):
        raise ServiceTrouble("service.out-of-contract", url=service.url, status=200)
    return rule == "required"


def _standing(service: ServiceClient, answer: dict[str, Any]) -> Standing:
    try:
        state = Stand(answer.get("state"))
    except ValueError:
        raise ServiceTrouble("service.out-of-contract", url=service.url, status=200) from None
    return Standing(state, field_time(answer, "used_at") if "used_at" in answer else None)
