"""The steps of the walk, each as the person does it on the pages."""

from kaijo.facts.pins import PinKind
from tests.support.world import NEW_PINS, pins_of

from .visitor import Page, Visitor

LOCKED = "signature-locked"
PROOF = pins_of(LOCKED)[PinKind.AUTHENTICATION]
NEW = NEW_PINS[PinKind.SIGNATURE]
WRONG = f"{(int(PROOF) + 1) % 10000:04}"


def look(visitor: Visitor, person: str = LOCKED) -> Page:
    """Choose the card on the phone."""
    return visitor.send(visitor.go("/phone"), place=person)


def ask(visitor: Visitor, kind: str = "signature", person: str = LOCKED) -> Page:
    """Choose the card and the PIN to reset."""
    return visitor.send(look(visitor, person), kind=kind)


def reserve(visitor: Visitor, proof: str = PROOF) -> Page:
    """Go the phone's way to its end."""
    return visitor.send(ask(visitor), proof=proof)


def arrive(visitor: Visitor, person: str = LOCKED) -> Page:
    """Place the card at the kiosk."""
    return visitor.send(visitor.go("/kiosk"), place=person)


def reset(visitor: Visitor, page: Page, proof: str = PROOF, new: str = NEW, again: str | None = None) -> Page:
    """Fill in the page of the visit."""
    return visitor.send(page, proof=proof, new=new, again=new if again is None else again)
