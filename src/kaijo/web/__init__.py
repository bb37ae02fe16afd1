"""Pages for home, guide, phone and kiosk: plain forms over the terminals, whole without scripts."""

from kaijo.web.application import pages
from kaijo.web.phones import Phones
from kaijo.web.places import NoPlaces, Place, PlaceKind, Places

__all__ = ["NoPlaces", "Phones", "Place", "PlaceKind", "Places", "pages"]
