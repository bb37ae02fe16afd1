from kaijo.card.files import Application
from kaijo.card.link import Link
from kaijo.card.meter import Meter
from kaijo.doctor import CardKind, Examination, examine
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.faults import Around
from tests.support.world import World, issued


class Listed(Around):
    """A link that writes down what was sent."""

    def __init__(self, inner: Link) -> None:
        super().__init__(inner)
        self.sent: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        self.sent.append(command)
        return super().transmit(command)


def test_first_look_has_every_pin_before_the_certificate_is_read(world: World) -> None:
    link = Listed(world.card("signature-locked"))
    looks: list[tuple[Examination, int]] = []
    seen = examine(world.guard(link), world.clock, first_look=lambda look: looks.append((look, len(link.sent))))
    [(look, sent)] = looks
    assert (look.pins, look.kind, look.not_after) == (seen.pins, seen.kind, seen.not_after)
    assert (dict(look.certificates), list(seen.certificates)) == ({}, [PinKind.SIGNATURE, PinKind.AUTHENTICATION])
    assert len(link.sent) - sent == 3  # back to JPKI, the certificate's header, the certificate


def test_every_application_is_selected_once_but_for_the_certificate(world: World) -> None:
    link = Listed(world.card("fresh"))
    examine(world.guard(link), world.clock)
    selected = [command[5:] for command in link.sent if command[1:3] == b"\xa4\x04"]
    once = [Application.JPKI, Application.ATTRIBUTES, Application.RESIDENT, Application.COMMON]
    assert selected == [*(application.value for application in once), Application.JPKI.value]


def test_unknown_card_is_looked_at_once_and_asked_nothing(world: World) -> None:
    image = issued("fresh")
    del image.directories[Application.JPKI]
    link, looks = Meter(VirtualCard(image, place="another card")), list[Examination]()
    seen = examine(world.guard(link), world.clock, first_look=looks.append)
    assert (seen.kind, looks, link.apdus) == (CardKind.UNKNOWN, [seen], 1)
