"""Pages for home, guide, phone and kiosk: plain forms over the terminals, whole without scripts."""

from kaijo.web.application import pages
from kaijo.web.places import NoPlaces, Place, PlaceKind, Places

__all__ = ["NoPlaces", "Place", "PlaceKind", "Places", "pages"]
