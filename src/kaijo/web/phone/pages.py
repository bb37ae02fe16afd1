"""The phone, screen by screen: what is needed, the card, which PIN, the proof, the face, the reservation."""

from starlette.routing import Route

from kaijo.web.phone.camera import CameraPages
from kaijo.web.phone.certificate import CertificatePages
from kaijo.web.phone.holding import HoldingPages
from kaijo.web.phone.memory import Memory
from kaijo.web.phone.opening import OpeningPages
from kaijo.web.phone.own import OwnPages
from kaijo.web.phone.proving import ProvingPages
from kaijo.web.phone.reserved import ReservedPages
from kaijo.web.site import Site


class PhonePages:
    """The pages of the face `phone`. One object is one phone: it knows the reservations that were made on it."""

    def __init__(self, site: Site) -> None:
        memory = Memory(site)
        self._parts = (
            HoldingPages(memory),
            OpeningPages(memory),
            ProvingPages(memory),
            CameraPages(memory),
            CertificatePages(memory),
            OwnPages(memory),
            ReservedPages(memory),
        )

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [route for part in self._parts for route in part.routes()]
