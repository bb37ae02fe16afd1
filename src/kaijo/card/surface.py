"""The surface application (券面事項確認): the card's face as signed data, with the photo."""

from dataclasses import dataclass, field
from typing import ClassVar

from kaijo.card import tlv
from kaijo.card.files import Application, Surface
from kaijo.card.session import Session


@dataclass(frozen=True, slots=True)
class CardFace:
    """The card's face. Images are PNG (name, address) and JPEG 2000 (photo); kept out of `repr`.

    `signed` are the three spans of whole objects under the issuer's signature, hashed each for itself [card notes 5].
    """

    photo: bytes = field(repr=False)
    name_image: bytes = field(repr=False)
    address_image: bytes = field(repr=False)
    expiry: str
    signed: tuple[bytes, bytes, bytes] = field(repr=False)
    signature: bytes = field(repr=False)


class SurfaceSession(Session):
    """The surface application of a card behind a guard. The face opens with code A or B, verified through the guard."""

    application: ClassVar[Application] = Application.SURFACE

    def face(self) -> CardFace:
        """Return the card's face. Raises Refused `card.pin-needed`, CardTrouble `card.malformed-data`."""
        record = tlv.find(self._read_object(Surface.CARD_FACE), 0xFF20)

        def value(tag: int) -> bytes:
            return tlv.find(record, tag)

        def span(*tags: int) -> bytes:
            return b"".join(tlv.encode(tag, value(tag)) for tag in tags)

        return CardFace(
            photo=value(0xDF27),
            name_image=value(0xDF25),
            address_image=value(0xDF26),
            expiry=value(0xDF29).decode("ascii", "replace"),
            signed=(span(0xDF22, 0xDF23, 0xDF24), span(0xDF25, 0xDF26), span(0xDF27)),
            signature=value(0xDF28),
        )

    def certificate(self) -> bytes:
        """Return the card-verifiable certificate of the key that signed the face, as the file has it. Needs no code.

        Raises CardTrouble `card.malformed-data`.
        """
        return tlv.encode(0x7F21, tlv.find(self._read_object(Surface.CERTIFICATE), 0x7F21))

    def photo(self) -> bytes:
        """Return the photo as a JPEG 2000 file. Raises as `face`."""
        return self.face().photo
