"""The kiosk as a machine: one visit at a time, forgotten when nobody moves; and the card that is left behind."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock

from kaijo.card.guard import Guard
from kaijo.errors import CardTrouble, Refused, ServiceTrouble
from kaijo.facts.book import fact
from kaijo.facts.lifetimes import kiosk_session_life, life
from kaijo.terminals.kiosk import Kiosk, Visit, extend
from kaijo.web.kiosk.visits import Asking, Choosing, Fate, Stage, fate_of
from kaijo.web.places import Place, PlaceKind
from kaijo.web.site import Site
from kaijo.web.table import Spot

_NAME = "kiosk-1"
_KEY_SIZE = 16


class Over(Refused):
    """The visit is not there any more; `fate` is what is true of its reservation."""

    def __init__(self, fate: Fate) -> None:
        super().__init__("kiosk.over")
        self.fate = fate


class Machine:
    """One kiosk. Whoever looks or acts holds `lock`; a person waits for the machine, never the other way round."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lock = RLock()
        self._key = ""
        self._stage: Stage | None = None
        self._touched = site.clock.now()
        self._patient = False
        self._last: tuple[str, Fate] | None = None
        self._left: tuple[Place, datetime] | None = None

    @property
    def key(self) -> str:
        """The key of the visit, which nobody can guess."""
        return self._key

    @property
    def going_on(self) -> bool:
        """Whether there is a visit that may still lead to a reset."""
        return isinstance(self._stage, Asking | Choosing)

    @property
    def idle_limit(self) -> timedelta:
        """How long nobody may move until the visit is forgotten [fact: idle-limit, kiosk-session-life]."""
        return kiosk_session_life() if self._patient else life(fact("idle-limit"))

    @property
    def idle_warning(self) -> timedelta:
        """How long nobody may move until the machine asks whether somebody is there [fact: idle-warning]."""
        return self.idle_limit - answer_time()

    def idle_left(self) -> timedelta:
        """Return how long it takes until the visit is forgotten if nobody moves."""
        return self._touched + self.idle_limit - self.site.clock.now()

    def begin(self, stage: Stage) -> str:
        """Begin a visit and return its key; the one before must have been ended."""
        self._key = secrets.token_hex(_KEY_SIZE)
        self._patient = False
        self._last = None
        self.move(stage)
        return self._key

    def move(self, stage: Stage) -> None:
        """Go on with the visit."""
        self._stage = stage
        self._touched = self.site.clock.now()

    def look(self, key: str, *, touch: bool = True) -> Stage:
        """Return how the visit stands; somebody is there, unless `touch` is false. Raises Over."""
        now = self.site.clock.now()
        stage = self._stage
        timed_out = isinstance(stage, Choosing) and now >= stage.visit.expires_at
        if stage is not None and (timed_out or now >= self._touched + self.idle_limit):
            self.end()
        if self._stage is None or not secrets.compare_digest(key.encode(), self._key.encode()):
            raise Over(self._last[1] if self._last is not None and self._last[0] == key else Fate.UNKNOWN)
        if touch:
            self._touched = now
            self._extend(now)
        return self._stage

    def _extend(self, now: datetime) -> None:
        """Ask the service for more time once half of it is over; without an answer the visit ends when it would."""
        stage = self._stage
        if isinstance(stage, Choosing) and stage.visit.expires_at - now < kiosk_session_life() / 2:
            with suppress(ServiceTrouble, Refused):
                self._stage = replace(stage, proved=extend(self.site.service, stage.proved))

    def wait_longer(self) -> None:
        """Wait for the rest of this visit as long as the service does."""
        self._patient = True

    def end(self) -> None:
        """Forget the visit, if there is one, and give its reservation back."""
        stage, self._stage = self._stage, None
        if stage is None:
            return
        self._last = (self._key, fate_of(stage))
        if isinstance(stage, Asking | Choosing) and not self.give_back(stage.visit) and isinstance(stage, Choosing):
            self._last = (self._key, Fate.HELD)

    def give_back(self, visit: Visit) -> bool:
        """End a session at the service; return whether the service could be told."""
        try:
            self.site.service.end(visit.session)
        except (ServiceTrouble, Refused):
            return False
        return True

    def place_card(self, place: Place) -> None:
        """Lay the card here. Raises as the table."""
        self.site.table.lay(place, Spot.KIOSK)
        self._left = (place, self.site.clock.now())

    def card_left(self) -> Place | None:
        """Return the place of the card that nobody has taken yet."""
        if self._left is None:
            return None
        place = self._left[0]
        here = place.kind is PlaceKind.READER or self.site.table.at(Spot.KIOSK) == place.id
        if not here or place.id not in {one.id for one in self.site.places.listed()}:
            self._left = None
            return None
        return place

    def card_forgotten(self) -> bool:
        """Return whether the card has lain here for longer than a person is given to answer."""
        return self._left is not None and self.site.clock.now() >= self._left[1] + answer_time()

    def release_card(self) -> None:
        """Begin to wait for the card to be taken."""
        if self._left is not None:
            self._left = (self._left[0], self.site.clock.now())

    def take_card(self) -> None:
        """Take the practice card away from here."""
        if self._left is not None and self._left[0].kind is not PlaceKind.READER:
            self.site.table.take_up(Spot.KIOSK)
            self._left = None

    @contextmanager
    def card(self, place: Place) -> Iterator[Guard]:
        """Give the card that lies here, for the length of one request. Raises what opening it raises."""
        self.site.table.require(place, Spot.KIOSK)
        if self.site.table.spot_of(place.id) is None and place.kind is not PlaceKind.READER:
            raise CardTrouble("card.removed")
        with self.site.card(place) as guard:
            yield guard

    def kiosk(self, guard: Guard) -> Kiosk:
        """Return the terminal with that card."""
        return Kiosk(guard, self.site.service, self.site.clock, name=_NAME)


def answer_time() -> timedelta:
    """Return how long a person is given to answer [fact: idle-warning, idle-limit]."""
    return life(fact("idle-limit")) - life(fact("idle-warning"))
