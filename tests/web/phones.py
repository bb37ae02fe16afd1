"""Pages with phones beside their cards, and the first steps on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest

from kaijo import app
from kaijo.card.guard import Guard, LastTryConsent
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import open_card
from kaijo.web import Phones, pages
from tests.support.world import World, pins_of

from .visitor import Page, Table, Visitor
from .walk import look

PERSON = "fresh"
NEXT_SEASON = timedelta(days=303, hours=12)
CARD_PIN = pins_of(PERSON)[PinKind.SIGNATURE]
LOGIN, SIGN = "7391", "PHONE2027"
NEW = {"authentication-new": LOGIN, "authentication-again": LOGIN, "signature-new": SIGN, "signature-again": SIGN}


@contextmanager
def visiting_phones(world: World, table: type[Table] = Table) -> Iterator[Visitor]:
    """Give a visitor of phone and filing desk; at its end no card is left open."""
    folder = world.folder / "phones"
    folder.mkdir()
    places = table({name: world.card_file(name) for name in (PERSON, "one-try-left", "under-15")})
    with app.serving(app.filing_desk(world.folder / "filing", world.clock)) as desk:
        made = pages(
            faces=("home", "phone", "filing"),
            service=world.url,
            places=places,
            clock=world.clock,
            filing=desk,
            phones=Phones(folder, partial(app.PracticePhoneIssuer, world.clock)),
        )
        with Visitor(made) as visitor:
            yield visitor
    assert places.open_links == 0


def begin(visitor: Visitor) -> Page:
    """Go to the page that asks for the card's PIN and the phone's new ones."""
    page = look(visitor, PERSON)
    return visitor.send(page, form=len(page.forms) - 1)


def type_pins(visitor: Visitor, page: Page, card: str = CARD_PIN, new: Mapping[str, str] = NEW) -> Page:
    """Type the card's PIN and the phone's new ones."""
    return visitor.post(page.path, {**page.forms[0].hidden(), "card": card, **new})


def lock(world: World) -> None:
    """Lock the card's signature PIN."""
    guard = Guard(open_card(world.folder / f"{PERSON}.json"), world.clock)
    while not (shown := guard.tries(PinKind.SIGNATURE)).locked:
        with pytest.raises(Refused):
            guard.verify(PinKind.SIGNATURE, "WRONG999", shown=shown, consent=LastTryConsent(shown))
    guard.close()


def own(visitor: Visitor) -> Page:
    """Go to the page of the certificates that are on the phone."""
    card = look(visitor, PERSON)
    return visitor.go(next(one["href"] for one in card.all("a") if one["href"].startswith("/phone/own/")))


def sign_in(visitor: Visitor) -> Page:
    """Go to the desk's page for signing in with the phone."""
    return visitor.send(visitor.go("/filing"), form=1, act="phone")


def rehearse(visitor: Visitor) -> Page:
    """Go to the page of the rehearsal with the phone."""
    return visitor.send(visitor.go("/filing"), form=1, act="rehearse-phone")
