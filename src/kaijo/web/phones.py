"""The phones beside the practice cards: for each card one file, which stands for its holder's phone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kaijo.errors import CardTrouble, UsageProblem
from kaijo.terminals.phone_certificate import PhoneCertificates, PhoneIssuer
from kaijo.web.places import Place, PlaceKind


@dataclass(frozen=True, slots=True)
class Phones:
    """The folder of the phones' files, and who certifies what is set up there."""

    folder: Path
    issuer: Callable[[], PhoneIssuer]

    def file(self, place: Place) -> Path | None:
        """Return the file of the phone that belongs to a practice card; None for what lies in a reader."""
        return self.folder / f"{place.id}.json" if place.kind is PlaceKind.CARD_FILE else None

    def held(self, place: Place) -> PhoneCertificates | None:
        """Return the phone's certificates; None where there are none to be read: setting up anew mends both."""
        file = self.file(place)
        try:
            return None if file is None else PhoneCertificates(file)
        except (UsageProblem, CardTrouble):
            return None
