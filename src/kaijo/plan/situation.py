"""What the planner is told about one night. Whatever is None is not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum

from kaijo.facts.counter import Visitor
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain


class Memory(Enum):
    """How well somebody remembers a PIN."""

    KNOWN = "known"
    UNSURE = "unsure"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Filing:
    """The return. `ready_in_minutes` is the work that is still to be done on it; `tax_due` is in yen."""

    deadline: date | None = None
    kind: ReturnKind | None = None
    ready_in_minutes: int | None = None
    tax_due: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The holder. `moved_since_issue` asks for address, name, birth date and sex together."""

    age: int | None = None
    moved_since_issue: bool | None = None


@dataclass(frozen=True, slots=True)
class PinSituation:
    """One PIN. `confidence` is how likely the next entry is right; `use_last_try` allows what the guard refuses."""

    memory: Memory | None = None
    confidence: float | None = None
    tries_left: int | None = None
    use_last_try: bool = False


@dataclass(frozen=True, slots=True)
class CertificateSituation:
    """One certificate. `not_after` is its last day in Japan."""

    not_after: date | None = None
    revoked: bool | None = None


@dataclass(frozen=True, slots=True)
class Equipment:
    """What is at hand. `phone_certificate` was set up before; `id_password` was issued before.

    `phone_signature_pin` says whether the phone's own signature PIN is known; untold, it is taken to be.
    """

    nfc_phone: bool | None = None
    card_reader: bool | None = None
    phone_certificate: bool | None = None
    phone_signature_pin: bool | None = None
    id_password: bool | None = None
    printer: bool | None = None
    accountant: bool | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A shop with a kiosk, and the minutes from home to it."""

    chain: Chain
    minutes: int


@dataclass(frozen=True, slots=True)
class CounterPlace:
    """The municipal counter, the minutes to it, and who can go."""

    minutes: int
    visitor: Visitor = Visitor.HOLDER


@dataclass(frozen=True, slots=True)
class PostOffice:
    """A post office with a counter that stamps the day, and when it closes."""

    minutes: int
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """What is near. `drop_box` is in minutes. An empty tuple of stores says that none is near."""

    stores: tuple[Store, ...] | None = None
    counter: CounterPlace | None = None
    drop_box: int | None = None
    post_office: PostOffice | None = None


@dataclass(frozen=True, slots=True)
class HeldReservation:
    """A reservation that was made before, in JST."""

    kind: PinKind
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """One person's night, as `parsing.parse` reads it. `now` is aware, in JST."""

    now: datetime
    pins: Mapping[PinKind, PinSituation]
    filing: Filing = field(default_factory=Filing)
    person: Person = field(default_factory=Person)
    certificates: Mapping[PinKind, CertificateSituation] = field(default_factory=dict)
    equipment: Equipment = field(default_factory=Equipment)
    places: Places = field(default_factory=Places)
    reservation: HeldReservation | None = None

    def pin(self, kind: PinKind) -> PinSituation:
        """Return what is known of one PIN."""
        return self.pins.get(kind, PinSituation())

    def certificate(self, kind: PinKind) -> CertificateSituation:
        """Return what is known of one certificate."""
        return self.certificates.get(kind, CertificateSituation())
