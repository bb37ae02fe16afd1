"""What the filing pages remember between two screens. In memory only, and never a PIN."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

from kaijo.card.guard import Guard, TriesReading
from kaijo.doctor.stopping import Stopping
from kaijo.errors import Refused, ServiceTrouble
from kaijo.facts.desk import filing_session_life
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.terminals.filing_client import FilingClient, Notice, SignedIn
from kaijo.terminals.phone_certificate import Biometric, PhoneCertificates, PhoneTries
from kaijo.terminals.rehearsal import Rehearsal
from kaijo.web.keeping import Kept
from kaijo.web.places import Place
from kaijo.web.site import Site
from kaijo.web.table import Spot
from kaijo.web.ways import Stake
from kaijo.words import Lang

_PAGE_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Laid:
    """A card that was laid down: whose it is, and the PINs that will be asked for, None where nobody can ask.

    With `phone`, its holder files with the certificates on the phone, and the card itself is not needed. `missed` says
    why a finger or face did not open it before.
    """

    place: Place
    mark: bytes
    sign_in: Stake | None
    sign: Stake | None
    phone: PhoneCertificates | None = None
    missed: Refused | None = None

    @property
    def held_back(self) -> Stake | None:
        """The first PIN that has its last try left and no sentence yet; None when there is none."""
        return next((one for one in (self.sign_in, self.sign) if one and not one.shown.locked and one.held_back), None)

    def after(self, typed: str, lang: Lang) -> Self:
        """Return this after the sentence for the PIN held back was typed. Raises GuardRefused `guard.last-try`."""
        held, sign_in, sign = self.held_back, self.sign_in, self.sign
        if held is None:
            return self
        consented = held.after(typed, lang)
        return replace(
            self, sign_in=consented if held is sign_in else sign_in, sign=consented if held is sign else sign
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A PIN that is asked for, the card's or the phone's; `stop` is the advice for a card's.

    `finger` is there when a finger or face can be pressed instead. A PIN that is locked or has its last try is `shut`.
    """

    shown: TriesReading | PhoneTries
    stop: Stopping | None
    finger: Biometric | None = None
    shut: bool = False


def asked_of_phone(phone: PhoneCertificates, kind: PinKind) -> Asked:
    """Return how a PIN of the phone may be asked for, and the finger where it can be pressed."""
    shown, finger = phone.tries(kind), phone.biometric(kind)
    return Asked(shown, None, finger if finger.ready else None, shut=shown.tries_left < tries_floor())


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who is signed in with the card that lies there."""

    laid: Laid
    signed_in: SignedIn = field(repr=False)


class Memory:
    """The pages' memory, the desk, and the card beside it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.laid: Kept[Laid] = Kept(site.clock)
        self.entered: Kept[Entered] = Kept(site.clock)
        self.notices: Kept[Notice] = Kept(site.clock)
        self.rehearsals: Kept[Rehearsal] = Kept(site.clock)

    @property
    def desk(self) -> FilingClient:
        """The practice desk. Raises ServiceTrouble `filing.no-desk` where these pages have none."""
        if self.site.filing is None:
            raise ServiceTrouble("filing.no-desk")
        return self.site.filing

    @contextmanager
    def card(self, place: Place) -> Iterator[Guard]:
        """Give the card that lies at the desk, for the length of one request. Raises what opening it raises."""
        self.site.table.require(place, Spot.FILING)
        with self.site.card(place) as guard:
            yield guard

    def keep_laid(self, laid: Laid) -> str:
        """Return the key of a card that was laid down."""
        return self.laid.keep(laid, self.site.clock.now() + _PAGE_LIFE)

    def keep_entered(self, entered: Entered) -> str:
        """Return the key of a sign-in; it is over when the desk's is."""
        return self.entered.keep(entered, entered.signed_in.expires_at)

    def keep_notice(self, notice: Notice) -> str:
        """Return the key of a notice of receipt."""
        return self.notices.keep(notice, self.site.clock.now() + filing_session_life())

    def keep_rehearsal(self, rehearsal: Rehearsal) -> str:
        """Return the key of a rehearsal."""
        return self.rehearsals.keep(rehearsal, self.site.clock.now() + _PAGE_LIFE)
