"""Reading everything that the card tells without a PIN."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum, unique
from typing import TYPE_CHECKING, NamedTuple

from kaijo.card.guard import Guard, TriesReading
from kaijo.card.jpki import CertificateAvailability, JpkiSession
from kaijo.card.pins import tries_max
from kaijo.card.resident import CommonSession
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.card.certificate import HolderCertificate

# Application by application; the resident PIN ends in the one that also tells when the card expires.
_READING_ORDER = (PinKind.SIGNATURE, PinKind.AUTHENTICATION, PinKind.ATTRIBUTES, PinKind.RESIDENT)


@unique
class CardKind(Enum):
    """What kind of card lies there. An UNKNOWN card is asked nothing about PINs."""

    CURRENT = "current"
    FACE_AUTHENTICATION = "face-authentication"
    NO_SIGNATURE_CERTIFICATE = "no-signature-certificate"
    UNKNOWN = "unknown"


@unique
class PinState(Enum):
    """How one PIN stands."""

    FULL = "full"
    USED = "used"
    LAST_TRY = "last-try"
    LOCKED = "locked"
    ABSENT = "absent"


class PinReading(NamedTuple):
    """One PIN: its kind, how it stands, and the card's count (None when the card has no such PIN)."""

    kind: PinKind
    state: PinState
    tries: TriesReading | None

    def as_dict(self) -> dict[str, object]:
        """Return the reading in JSON's types."""
        return {
            "kind": self.kind.value,
            "tries_left": self.tries.tries_left if self.tries else None,
            "tries_max": self.tries.tries_max if self.tries else tries_max(self.kind),
            "state": self.state.value,
        }


@unique
class CertificateState(Enum):
    """What can be said of a certificate without a PIN and without asking its issuer."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    UNREADABLE = "unreadable"
    ABSENT = "absent"


class CertificateReading(NamedTuple):
    """One certificate. The signature certificate is unreadable until its PIN is verified."""

    kind: PinKind
    state: CertificateState
    certificate: "HolderCertificate | None" = None

    def days_left(self, at: datetime) -> int | None:
        """Return the whole days from `at` to the certificate's end, negative after it; None when it is not read."""
        return (self.certificate.not_after - at).days if self.certificate else None

    def as_dict(self, at: datetime) -> dict[str, object]:
        """Return the reading in JSON's types, days counted from `at`."""
        shown = self.certificate
        return {
            "kind": self.kind.value,
            "state": self.state.value,
            "not_after": shown.not_after.isoformat() if shown else None,
            "days_left": self.days_left(at),
            "key_usage": list(shown.key_usage) if shown else None,
        }


class Examination(NamedTuple):
    """Everything read from one card at one time at one place. `pins` is empty for an unknown card.

    So is `certificates`, and for any card as long as they have not been read.
    """

    place: str
    read_at: datetime
    kind: CardKind
    not_after: date | None
    pins: Mapping[PinKind, PinReading]
    certificates: Mapping[PinKind, CertificateReading]

    @property
    def test_card(self) -> bool:
        """True when a test authority issued the authentication certificate."""
        reading = self.certificates.get(PinKind.AUTHENTICATION)
        return bool(reading and reading.certificate and reading.certificate.test)

    def locked(self) -> tuple[PinKind, ...]:
        """Return the kinds that are locked."""
        return tuple(kind for kind, pin in self.pins.items() if pin.state is PinState.LOCKED)


def _nobody_waits(_first: Examination) -> None:
    """Let the reading go on."""


def examine(guard: Guard, clock: Clock, *, first_look: Callable[[Examination], None] = _nobody_waits) -> Examination:
    """Read the card behind `guard` without spending a try. Raises CardTrouble when the card leaves or misbehaves.

    A card without the JPKI application, or whose token information is not that of one, is UNKNOWN: none of its PINs is
    asked about, since there are cards on which asking costs a try. `first_look` gets what is known
    once the PINs are read and before the certificate, which takes most of the time that a contactless card takes.
    """
    read_at = clock.now()
    jpki = _recognised(guard)
    if jpki is None:
        unknown = Examination(guard.place, read_at, CardKind.UNKNOWN, None, {}, {})
        first_look(unknown)
        return unknown
    available = jpki.availability()
    read = {kind: _pin(guard, kind) for kind in _READING_ORDER}
    pins = {kind: read[kind] for kind in PinKind}
    kind = CardKind.CURRENT if available.signature else _without_signature(pins)
    seen = Examination(guard.place, read_at, kind, _card_expiry(guard), pins, {})
    first_look(seen)
    return seen._replace(certificates=_certificates(jpki, available, read_at))


def _recognised(guard: Guard) -> JpkiSession | None:
    try:
        jpki = JpkiSession(guard)
    except CardTrouble as trouble:
        if trouble.code != "card.no-application":
            raise
        return None
    return jpki if jpki.recognised() else None


def _pin(guard: Guard, kind: PinKind) -> PinReading:
    try:
        tries = guard.tries(kind)
    except CardTrouble as trouble:
        if trouble.code not in {"card.no-such-pin", "card.no-application"}:
            raise
        return PinReading(kind, PinState.ABSENT, None)
    if tries.locked:
        return PinReading(kind, PinState.LOCKED, tries)
    if tries.tries_left == 1:
        return PinReading(kind, PinState.LAST_TRY, tries)
    return PinReading(kind, PinState.FULL if tries.tries_left >= tries.tries_max else PinState.USED, tries)


def _without_signature(pins: dict[PinKind, PinReading]) -> CardKind:
    """Tell the two kinds of card without signature certificate apart; a PIN that was never set is not a locked one.

    A face-authentication card is issued with no PIN at all [fact: face-only-card].
    """
    if all(pin.state in {PinState.LOCKED, PinState.ABSENT} for pin in pins.values()):
        pins.update({kind: PinReading(kind, PinState.ABSENT, None) for kind in PinKind})
        return CardKind.FACE_AUTHENTICATION
    pins[PinKind.SIGNATURE] = PinReading(PinKind.SIGNATURE, PinState.ABSENT, None)
    return CardKind.NO_SIGNATURE_CERTIFICATE


def _certificates(
    jpki: JpkiSession, available: CertificateAvailability, at: datetime
) -> Mapping[PinKind, CertificateReading]:
    unread = CertificateState.UNREADABLE if available.signature else CertificateState.ABSENT
    return {
        PinKind.SIGNATURE: CertificateReading(PinKind.SIGNATURE, unread),
        PinKind.AUTHENTICATION: _authentication_certificate(jpki, at, available=available.authentication),
    }


def _authentication_certificate(jpki: JpkiSession, at: datetime, *, available: bool) -> CertificateReading:
    if not available:
        return CertificateReading(PinKind.AUTHENTICATION, CertificateState.ABSENT)
    from kaijo.card.certificate import read_certificate

    certificate = read_certificate(jpki.certificate(PinKind.AUTHENTICATION))
    state = CertificateState.VALID
    if at > certificate.not_after:
        state = CertificateState.EXPIRED
    elif at < certificate.not_before:
        state = CertificateState.NOT_YET_VALID
    return CertificateReading(PinKind.AUTHENTICATION, state, certificate)


def _card_expiry(guard: Guard) -> date | None:
    try:
        return CommonSession(guard).card_info().expiry
    except Refused:
        return None
    except CardTrouble as trouble:
        if trouble.code in {"card.removed", "card.malformed-answer"}:
            raise
        return None
