"""The phone: proves the holder with the proof PIN and makes the reservation."""

from dataclasses import dataclass
from datetime import datetime

from kaijo.card.guard import Guard, LastTryConsent, TriesReading
from kaijo.clock import Clock
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient, field_bytes, field_kind, field_text, field_time
from kaijo.terminals.proof import practice_certificate, proof_reading, prove


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation as the phone shows it. `chains` are the ids of the chains whose kiosks reset this kind."""

    reservation_id: str
    kind: PinKind
    made_at: datetime
    expires_at: datetime
    replaced: bool
    chains: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the reservation in JSON's types."""
        return {
            "reservation_id": self.reservation_id,
            "kind": self.kind.value,
            "made_at": self.made_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "replaced": self.replaced,
            "chains": list(self.chains),
        }


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
        """Make the reservation for a reset of `kind`. `shown` is what `look` returned.

        Raises what the guard, the card and the service raise; a refusal leaves an older reservation as it was.
        """
        certificate = practice_certificate(self._guard, self._clock)
        challenge = self._service.challenge(kind)
        proof = prove(self._guard, field_bytes(challenge, "message"), proof_pin, shown=shown, consent=consent)
        made = self._service.reserve(
            challenge_id=field_text(challenge, "challenge_id"),
            kind=kind,
            authentication_certificate=certificate,
            proof_certificate=proof.certificate,
            signature=proof.signature,
        )
        return Reservation(
            reservation_id=field_text(made, "reservation_id"),
            kind=field_kind(made),
            made_at=field_time(made, "made_at"),
            expires_at=field_time(made, "expires_at"),
            replaced=bool(made.get("replaced")),
            chains=tuple(str(chain) for chain in made.get("chains", ())),
        )
