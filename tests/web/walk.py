"""The steps of the walk, each as the person does it on the pages."""

from kaijo.facts.pins import PinKind
from kaijo.words import LANGS, label
from tests.support.world import NEW_PINS, pins_of

from .visitor import Page, Visitor

LOCKED = "signature-locked"
PROOF = pins_of(LOCKED)[PinKind.AUTHENTICATION]
NEW = NEW_PINS[PinKind.SIGNATURE]
WRONG = f"{(int(PROOF) + 1) % 10000:04}"


def look(visitor: Visitor, person: str = LOCKED) -> Page:
    """Choose the card on the phone."""
    return visitor.send(visitor.go("/phone/card"), place=person)


def ask(visitor: Visitor, kind: str = "signature", person: str = LOCKED) -> Page:
    """Choose the card and the PIN to reset."""
    return visitor.send(look(visitor, person), kind=kind)


def reserve(visitor: Visitor, proof: str = PROOF) -> Page:
    """Go the phone's way to its end."""
    return visitor.send(ask(visitor), proof=proof)


def arrive(visitor: Visitor, person: str = LOCKED) -> Page:
    """Place the card at the kiosk."""
    return visitor.send(visitor.go("/kiosk/place"), place=person)


def prove(visitor: Visitor, page: Page, proof: str = PROOF) -> Page:
    """Type the proof PIN."""
    return visitor.send(page, proof=proof)


def choose(visitor: Visitor, page: Page, new: str = NEW, again: str | None = None) -> Page:
    """Type the new PIN twice."""
    return visitor.send(page, new=new, again=new if again is None else again)


def reset(
    visitor: Visitor,
    page: Page,
    proof: str = PROOF,
    new: str = NEW,
    again: str | None = None,
    *,
    step: str = "write-and-try",
) -> Page:
    """Go on from the visit's first page for as long as the next is the one that was expected."""
    page = prove(visitor, page, proof)
    if not asks_for(page, "new"):
        return page
    page = choose(visitor, page, new, again)
    return visitor.send(page, step=step) if asks_for(page, "half") else page


def asks_for(page: Page, name: str) -> bool:
    """Tell whether the page has a field of that name."""
    return any(one.get("name") == name for form in page.forms for one in form.inputs)


def is_done(page: Page) -> bool:
    """Tell whether the page says that the PIN was reset."""
    return page.within("h1") in [[label("kiosk.done", lang)] for lang in LANGS]
