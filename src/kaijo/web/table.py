"""The table: where each practice card lies. A card lies at one spot at a time, and a spot holds one card."""

from collections.abc import Callable
from enum import Enum, unique
from threading import RLock

from kaijo.errors import CardTrouble
from kaijo.web.places import Place, PlaceKind, Places


@unique
class Spot(Enum):
    """Where a card can be laid."""

    PHONE = "phone"
    KIOSK = "kiosk"
    COUNTER = "counter"
    FILING = "filing"
    READER = "reader"


class Table:
    """The spots of one running set of pages, and the cards that lie there."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._lock = RLock()
        self._laid: dict[Spot, str] = {}
        self._take_out: Callable[[], None] | None = None

    def at(self, spot: Spot) -> str | None:
        """Return the id of the card that lies there."""
        with self._lock:
            return self._laid.get(spot)

    def spot_of(self, place_id: str) -> Spot | None:
        """Return where that card lies; None while it is in nobody's machine."""
        with self._lock:
            return next((spot for spot, laid in self._laid.items() if laid == place_id), None)

    def lay(self, place: Place, spot: Spot) -> None:
        """Lay the card there: it leaves where it was, and so does the card that lay there.

        What lies in a reader of this machine already stays in it. Raises what `Places.insert` raises.
        """
        if place.kind is PlaceKind.READER:
            return
        with self._lock:
            for left in [left for left, laid in self._laid.items() if left is spot or laid == place.id]:
                self.take_up(left)
            if spot is Spot.READER:
                self._take_out = self._places.insert(place.id)
            self._laid[spot] = place.id

    def take_up(self, spot: Spot) -> None:
        """Take the card away from there; nothing happens where none lies."""
        with self._lock:
            self._laid.pop(spot, None)
            if spot is Spot.READER and self._take_out is not None:
                take_out, self._take_out = self._take_out, None
                take_out()

    def require(self, place: Place, spot: Spot) -> None:
        """Raise CardTrouble `table.elsewhere` when the card was laid somewhere else meanwhile."""
        where = self.spot_of(place.id)
        if where is not None and where is not spot:
            raise CardTrouble("table.elsewhere", spot=f"spot.{where.value}")
