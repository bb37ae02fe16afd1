from kaijo.card.files import COUNTERS, Application
from kaijo.card.link import Link
from kaijo.card.meter import Meter
from kaijo.doctor.counters import every_counter
from kaijo.virtualcard.card import VirtualCard
from tests.support.world import World, issued


def test_every_counter_is_read_with_the_fewest_commands(world: World) -> None:
    link = Meter(world.card("one-try-left"))
    counters = every_counter(world.guard(link))
    assert (len(counters), link.apdus, link.bytes) == (10, 15, 145)
    tries = {(one.application.name, int(one.file)): left for one, left in counters.items()}
    assert tries == {
        (application.name, file): pin.tries_left
        for application, directory in issued("one-try-left").directories.items()
        for file, pin in directory.pins.items()
        if (application, file) in {(one.application, one.file) for one in COUNTERS}
    }


def test_counter_that_is_not_there_is_none(world: World) -> None:
    image = issued("fresh")
    del image.directories[Application.SURFACE]
    card: Link = VirtualCard(image, place="without surface")
    counters = every_counter(world.guard(card))
    assert {one.application for one, left in counters.items() if left is None} == {Application.SURFACE}
