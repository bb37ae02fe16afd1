import pytest

from kaijo.errors import CardTrouble
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.faults import RemovedAt
from kaijo.virtualcard.timing import LinkProfile, TimedLink

from .handmade import JPKI, talk


def test_time_is_4_milliseconds_and_a_tenth_for_each_byte(card: VirtualCard) -> None:
    link = TimedLink(card)
    talk(link, JPKI, "00200098")
    assert (link.apdus, link.bytes, link.milliseconds) == (2, 15 + 2 + 4 + 2, 8 + 2.3)


def test_time_is_slept_only_when_asked(card: VirtualCard) -> None:
    slept: list[float] = []
    talk(TimedLink(card, sleep=slept.append), JPKI, "00200098")
    assert slept == [0.0057, 0.0046]


def test_time_passes_also_when_the_card_goes(card: VirtualCard) -> None:
    link = TimedLink(RemovedAt(card, apdu=1, executed=True), profile=LinkProfile(per_command=1_000, per_byte=1_000))
    with pytest.raises(CardTrouble):
        talk(link, "00200098")
    assert link.milliseconds == 5
