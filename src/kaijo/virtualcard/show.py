"""A card file for people: whose it is, its PINs (test data) and how it stands."""

from kaijo.card.files import PIN_REFERENCES
from kaijo.virtualcard.image import CardImage


def describe(image: CardImage) -> dict[str, object]:
    """Return in JSON's types who the test person is, every PIN with value and tries, and the resets so far."""
    pins: dict[str, object] = {}
    for kind, references in PIN_REFERENCES.items():
        reference = references[0]
        pin = image.directories[reference.application].pins.get(reference.file)
        pins[kind.value] = {
            "value": pin.value.decode("ascii") if pin and pin.value else None,
            "tries_left": pin.tries_left if pin else 0,
            "tries_max": pin.tries_max if pin else 0,
        }
    administration = image.administration
    return {
        "person": image.person,
        "issuer": image.issuer,
        "atr": image.atr.hex().upper(),
        "card_id": administration.card_id.hex(),
        "reset_number": administration.reset_number,
        "pins": pins,
    }
