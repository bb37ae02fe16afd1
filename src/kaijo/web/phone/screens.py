"""What one phone remembers of each screen: a card being read, a PIN asked for, a face check, a reservation."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from kaijo.card.guard import TriesReading
from kaijo.doctor import Examination
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.link import LinkCause, link_causes
from kaijo.facts.pins import PinKind
from kaijo.terminals.face import Drawn, FaceCheck, Measure, SignedFace
from kaijo.terminals.phone import Begun, Reservation, Standing
from kaijo.terminals.phone_certificate import PhoneTries
from kaijo.web.places import Place
from kaijo.web.ways import Stake


@dataclass(frozen=True, slots=True)
class Reading:
    """A card that is being read, and what has come in the way. `kind` is the PIN to go on with, once it is read.

    `practised` is the cause that a virtual card suffers from until the holder has mended it. `own` is the key of the
    card's page when it goes on with the phone's own certificates: with the PIN of `kind`, or with all of them.
    """

    place: Place
    practised: LinkCause | None = None
    kind: PinKind | None = None
    mended: tuple[LinkCause, ...] = ()
    seen: Examination | None = None
    trouble: CardTrouble | None = None
    own: str | None = None

    @property
    def suspected(self) -> LinkCause:
        """The cause to look for now, the likeliest first, and from the beginning again after the last."""
        causes = link_causes()
        return causes[len(self.mended) % len(causes)]

    @property
    def suffered(self) -> LinkCause | None:
        """The cause that is practised and not mended yet."""
        return None if self.practised in self.mended else self.practised

    def after(self, trouble: CardTrouble, seen: Examination | None) -> "Reading":
        """Return the reading after it broke off; what was `seen` before stays known."""
        return replace(self, trouble=trouble, seen=seen or self.seen)


@dataclass(frozen=True, slots=True)
class Looked:
    """A card that was read: the kinds that can be reserved, why the others cannot, and what helped to read it."""

    place: Place
    seen: Examination
    open: tuple[PinKind, ...]
    closed: tuple[Refused, ...]
    helped: LinkCause | None


@dataclass(frozen=True, slots=True)
class OnPhone:
    """What the card's page says of the phone's certificates: until when they hold, None when there are none.

    `open` says whether they can be set up with the card now; `card_locked`, that the card itself cannot file.
    """

    until: datetime | None
    open: bool
    card_locked: bool


@dataclass(frozen=True, slots=True)
class Certifying:
    """Certificates that are being set up on the phone with the card of `mark`; `stake` is of the card's PIN.

    `own` is the key of the card's page.
    """

    place: Place
    stake: Stake
    mark: bytes
    seen: Examination
    own: str

    def broken(self, trouble: CardTrouble) -> Reading:
        """Return the reading to mend after the card left."""
        return Reading(self.place, seen=self.seen, trouble=trouble, own=self.own)


@dataclass(frozen=True, slots=True)
class Renewing:
    """A PIN of the phone that is being reset with the card of `mark`; `shown` are the tries of the PIN that proves it.

    `stake` is what is at stake with the card's PIN, None where the phone's own proves it. `own` is the key of the
    card's page.
    """

    place: Place
    kind: PinKind
    shown: TriesReading | PhoneTries
    stake: Stake | None
    mark: bytes
    seen: Examination
    own: str

    def broken(self, trouble: CardTrouble) -> Reading:
        """Return the reading to mend after the card left."""
        return Reading(self.place, kind=self.kind, seen=self.seen, trouble=trouble, own=self.own)


@dataclass(frozen=True, slots=True)
class Switching:
    """A finger or face that is being switched on for the PIN of `shown`; `own` is the key of the card's page."""

    place: Place
    shown: PhoneTries
    own: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A proof PIN that is asked for, with what is at stake, and the code before it where a face is needed.

    `code` is what is at stake with code B while the card's photo is still closed, `surface` what it opened;
    `expiry` is the card's own.
    """

    place: Place
    kind: PinKind
    stake: Stake
    mark: bytes
    expiry: date | None = None
    code: Stake | None = None
    surface: SignedFace | None = None

    def broken(self, trouble: CardTrouble) -> Reading:
        """Return the reading to mend after the card left."""
        return Reading(self.place, kind=self.kind, trouble=trouble)

    @property
    def next(self) -> Stake:
        """What is to be typed next: the code, then the PIN."""
        return self.code or self.stake

    def consented(self, stake: Stake) -> "Asked":
        """Return it with the stake of what is typed next replaced."""
        return replace(self, code=stake) if self.code else replace(self, stake=stake)


@dataclass(slots=True)
class Sitting:
    """A face check as the camera page goes through it: what was drawn, and the pictures taken so far.

    `first` is the measure of the first picture. Pictures live here only until they are judged.
    """

    place: Place
    begun: Begun
    surface: SignedFace
    check: FaceCheck
    tries_left: int
    drawn: Drawn | None = None
    first: Measure | None = None
    pictures: list[bytes] = field(default_factory=list, repr=False)

    def give_up(self) -> None:
        """Forget the drawn poses and their pictures."""
        self.drawn = self.first = None
        self.pictures.clear()


@dataclass(frozen=True, slots=True)
class Made:
    """A reservation that this phone made, with the place of its card."""

    place: Place
    reservation: Reservation


@dataclass(frozen=True, slots=True)
class Shown:
    """A reservation of this phone and how it stands; `standing` is None when the service cannot be asked."""

    key: str
    made: Made
    standing: Standing | None
