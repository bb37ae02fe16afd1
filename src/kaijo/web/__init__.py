"""Pages for home, phone and kiosk: plain forms over the terminals, whole without scripts."""

from kaijo.web.application import pages
from kaijo.web.places import Place, PlaceKind, Places

__all__ = ["Place", "PlaceKind", "Places", "pages"]
