"""What the face check needs from outside: rows, the issuer's word for the photo, an engine that measures pictures."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kaijo.reset.face_records import FaceCheck


class FaceRecords(Protocol):
    """The rows of face checks inside one transaction. A bool says whether exactly one row changed."""

    def add_face_check(self, check: FaceCheck) -> bool:
        """Keep a new check; False when the challenge has one."""
        ...

    def find_face_check(self, pseudonym: str, check_id: str) -> FaceCheck | None:
        """Return the card's check of that id."""
        ...

    def face_check_of(self, pseudonym: str, challenge: str) -> FaceCheck | None:
        """Return the card's check for that challenge."""
        ...

    def move_face_check(self, before: FaceCheck, after: FaceCheck) -> bool:
        """Store state and draw of `after` if both are still those of `before`."""
        ...

    def count_look(self, check: FaceCheck, most: int) -> bool:
        """Count one more picture looked at for guidance, up to `most`."""
        ...

    def add_face_try(self, subject: str, nonce: str, at: datetime) -> None:
        """Count a try of a card or a device, by its pseudonym."""
        ...

    def face_tries(self, subject: str, since: datetime) -> tuple[datetime, ...]:
        """Return when the subject's tries after `since` were, without those that passed, oldest first."""
        ...

    def pass_face_try(self, subject: str, nonce: str) -> None:
        """Note that a try passed: it no longer counts."""
        ...

    def add_face_pictures(self, pseudonym: str, names: tuple[str, ...]) -> bool:
        """Keep the keyed names of pictures; False, and none is kept, when the card's rows have one of them already."""
        ...


@dataclass(frozen=True, slots=True)
class SignedSurface:
    """The card's face as the issuer signed it: three groups, the middle one (name, address) as its SHA-256 only.

    `holder` and `photo` are whole objects (DF22 to DF24, DF27); `certificate` is the surface application's file 0004.
    """

    holder: bytes = field(repr=False)
    printed_sha256: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TrustedPhoto:
    """A photo (JPEG 2000) that the issuer signed, and the SHA-256 of the surface key of the card it was signed for."""

    photo: bytes = field(repr=False)
    surface_spki_sha256: bytes


class SurfaceTrust(Protocol):
    """The check of the issuer's signature over a card's face."""

    def check(self, surface: SignedSurface) -> TrustedPhoto:
        """Return the photo. Raises Refused `face.photo-unsigned`."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One picture, measured. `causes` are codes of what is wrong with it; `turn` and `size` are of its largest face.

    `turn` is the nose's way off the middle, from -1 to 1, positive to the holder's left; `size` the distance of the
    outer corners of the eyes as a fraction of the picture's shorter side. Both are 0 where there is no face.
    """

    causes: tuple[str, ...]
    turn: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """Pictures of one sitting, measured against the card's photo and against the first of them.

    Distances are the model's: 0 for the same picture. `likenesses` say how well each picture can be laid over the first
    as if both were views of one flat thing, from -1 to 1.
    """

    readings: tuple[Reading, ...]
    to_photo: tuple[float, ...]
    to_first: tuple[float, ...]
    likenesses: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FaceModel:
    """Who judges, by the hash of its file. Faces within `threshold` match; those within `sitting` are of one sitting.

    `evaluated` says that it was measured on enough pairs, with this file and this threshold.
    """

    name: str
    sha256: str
    threshold: float
    sitting: float
    evaluated: bool


class FaceEngine(Protocol):
    """Measures pictures. Nothing of them outlives a call. Every method raises ServiceTrouble `face.model-…`."""

    @property
    def model(self) -> FaceModel:
        """The model in use, without loading it."""
        ...

    def require_ready(self) -> None:
        """Return once pictures can be measured."""
        ...

    def look(self, picture: bytes) -> Reading:
        """Return the measures of one picture. Raises Refused `face.bad-picture`."""
        ...

    def compare(self, photo: bytes, pictures: tuple[bytes, ...]) -> Sighting:
        """Return the sighting; where a picture shows no face, no measure of it is a number.

        Raises Refused `face.bad-picture`, `face.photo-unreadable`.
        """
        ...


@dataclass(frozen=True, slots=True)
class FaceDesk:
    """The two ports of the face check together."""

    engine: FaceEngine
    surface: SurfaceTrust
