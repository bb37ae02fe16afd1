"""Promise: reading spends nothing. Outside the guard, a recorder sees no PIN, no change, no signature leave."""

import copy
from random import Random

from kaijo.card.files import Application
from kaijo.card.guard import Guard
from kaijo.card.jpki import JpkiSession
from kaijo.clock import ManualClock
from kaijo.doctor import examine, findings
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.persons import persons
from tests.support.world import NIGHT, issued

SESSIONS = 100_000
FORBIDDEN = {0x24, 0x2C, 0x2A, 0x32, 0x54}
STATUS_WORDS = (0x9000, 0x6282, 0x6300, 0x63C0, 0x6700, 0x6982, 0x6984, 0x6985, 0x6A82, 0x6A86, 0x6B00, 0x6D00, 0x6F00)


class Disturbed:
    """A card that, on commands chosen at random, answers something else; and the recorder that watches every byte."""

    place = "table"

    def __init__(self, card: VirtualCard, random: Random, *, disturbance: float) -> None:
        self._card = card
        self._random = random
        self._disturbance = disturbance
        self.commands = 0
        self.spoke = False

    def transmit(self, command: bytes) -> bytes:
        self.commands += 1
        instruction = command[1]
        self.spoke |= instruction in FORBIDDEN or (instruction == 0x20 and len(command) != 4)
        answer = self._card.transmit(command)
        if self._random.random() >= self._disturbance:
            return answer
        choice = self._random.randrange(3)
        if choice == 0:
            return self._random.choice(STATUS_WORDS).to_bytes(2)
        return answer[: self._random.randrange(len(answer))] if choice == 1 else self._random.randbytes(len(answer))

    def power_cycle(self) -> None:
        self._card.power_cycle()

    def close(self) -> None:
        self._card.close()


def with_random_tries(image: CardImage, random: Random) -> CardImage:
    for application in (Application.JPKI, Application.ATTRIBUTES, Application.RESIDENT, Application.COMMON):
        for pin in image.directories[application].pins.values():
            pin.tries_left = random.randrange(pin.tries_max + 1)
    return image


def test_no_session_of_the_doctor_says_anything_that_could_cost_a_try() -> None:
    random = Random(2027)
    cards = [
        VirtualCard(with_random_tries(copy.deepcopy(issued(one.id)), random), place="table")
        for one in persons()
        for _ in range(3)
    ]
    clock = ManualClock(NIGHT)
    commands = clean = 0
    for session in range(SESSIONS):
        link = Disturbed(random.choice(cards), random, disturbance=(0, 0.02, 0.2)[session % 3])
        guard = Guard(link, clock)
        try:
            if session % 4:
                findings(examine(guard, clock))
            else:
                JpkiSession(guard).token_label()
                for kind in random.sample(list(PinKind), 2):
                    guard.tries(kind)
            clean += 1
        except KaijoError:
            pass
        assert not link.spoke
        commands += link.commands
    assert commands > SESSIONS
    assert clean > SESSIONS // 3
