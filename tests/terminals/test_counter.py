"""The counter's terminal with a card whose link breaks, and with cards that are not for it."""

from pathlib import Path

import pytest

from kaijo import app
from kaijo.card.administration import ResetState
from kaijo.card.apdu import Ins
from kaijo.card.guard import Guard
from kaijo.card.link import Link
from kaijo.errors import CardTrouble, GuardRefused, KaijoError
from kaijo.facts.pins import PinKind
from kaijo.terminals.counter import Counter, CounterStep
from kaijo.terminals.counter_client import CounterClient
from kaijo.virtualcard.cardfile import open_card
from tests.reset.bench import code_of
from tests.support.world import World

ONE, TWO = "practice-clerk-1", "practice-clerk-2"
HOLDER = "both-locked"


class LostAnswer:
    """A link that loses the card's answer to one instruction, once, with the power."""

    def __init__(self, inner: Link, ins: int) -> None:
        self._inner = inner
        self._ins: int | None = ins
        self.place = inner.place

    def transmit(self, command: bytes) -> bytes:
        answer = self._inner.transmit(command)
        if command[1] == self._ins:
            self._ins = None
            self._inner.power_cycle()
            raise CardTrouble("card.removed")
        return answer

    def power_cycle(self) -> None:
        self._inner.power_cycle()

    def close(self) -> None:
        self._inner.close()


class Desk:
    """A clerk at work with a card file."""

    def __init__(self, world: World, card: Path) -> None:
        self.world = world
        self.card = card
        self.client = CounterClient(world.client, self.sign_in(ONE))
        self.steps: list[CounterStep] = []

    def sign_in(self, clerk: str) -> str:
        password = app.practice_clerks(self.world.data)[clerk]
        return str(CounterClient(self.world.client).sign_in(clerk, password)["token"])

    def approve(self, case: str) -> None:
        self.client.approve(case, TWO, app.practice_clerks(self.world.data)[TWO])

    def counter(self, link: Link) -> Counter:
        return Counter(Guard(link, self.world.clock), self.client, name="counter-1", on_step=self.steps.append)

    def open_case(self, *acts: tuple[str, PinKind]) -> str:
        link = open_card(self.card)
        try:
            card = self.counter(link).look()
            made = self.client.open_case(
                visitor="holder",
                visit=1,
                documents=["card", "holder-identification"],
                authentication_certificate=card.certificate,
                reset_state=card.reset_state,
            )
        finally:
            link.close()
        self.client.ask(made["case_id"], acts)
        return str(made["case_id"])

    def states(self, case: str) -> list[str]:
        return [one["state"] for one in self.client.case(case)["acts"]]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world, world.fresh_card_file(HOLDER))


def test_look_tells_of_a_card_with_everything_locked(desk: Desk) -> None:
    link = open_card(desk.card)
    card = desk.counter(link).look()
    link.close()
    assert {one.kind: one.tries_left for one in card.tries} == {
        PinKind.SIGNATURE: 0,
        PinKind.AUTHENTICATION: 0,
        PinKind.RESIDENT: 3,
        PinKind.ATTRIBUTES: 3,
    }
    assert ResetState.decode(card.reset_state) == ResetState(0, None)


def test_reset_goes_through_its_steps(desk: Desk) -> None:
    case = desk.open_case(("reset", PinKind.AUTHENTICATION))
    link = open_card(desk.card)
    done = desk.counter(link).reset(case, PinKind.AUTHENTICATION, "8642", "8642")
    link.close()
    assert done == desk.world.clock.now()
    relayed = [CounterStep.RELAYING] * 5
    assert desk.steps == [
        CounterStep.BEGUN,
        *relayed,
        CounterStep.GRANTED,
        CounterStep.DONE,
        CounterStep.RECEIPT,
    ]
    assert desk.states(case) == ["done"]


def test_differing_pins_begin_nothing(desk: Desk) -> None:
    case = desk.open_case(("reset", PinKind.RESIDENT))
    link = open_card(desk.card)
    with pytest.raises(GuardRefused) as refusal:
        desk.counter(link).reset(case, PinKind.RESIDENT, "9753", "9754")
    link.close()
    assert (refusal.value.code, desk.steps, desk.states(case)) == ("guard.pins-differ", [], ["ready"])


def test_pin_of_wrong_form_gives_the_session_back(desk: Desk) -> None:
    case = desk.open_case(("reset", PinKind.RESIDENT))
    link = open_card(desk.card)
    counter = desk.counter(link)
    assert code_of(lambda: counter.reset(case, PinKind.RESIDENT, "97", "97")) == "guard.wrong-form"
    counter.reset(case, PinKind.RESIDENT, "9753", "9753")
    link.close()
    assert desk.states(case) == ["done"]


def test_reset_whose_answer_is_lost_is_settled_by_the_card(desk: Desk) -> None:
    case = desk.open_case(("reset", PinKind.SIGNATURE))
    link = open_card(desk.card)
    desk.counter(LostAnswer(link, Ins.RESET_RETRY_COUNTER)).reset(case, PinKind.SIGNATURE, "NEUE77PIN", "neue77pin")
    link.close()
    assert desk.states(case) == ["done"]


def test_renewal_whose_answer_is_lost_is_settled_by_doing_it_again(desk: Desk) -> None:
    case = desk.open_case(("renew", PinKind.AUTHENTICATION))
    desk.approve(case)
    link = open_card(desk.card)
    sent: list[int] = []

    class Cut(LostAnswer):
        def transmit(self, command: bytes) -> bytes:
            sent.append(command[1])
            return super().transmit(command)

    with pytest.raises(KaijoError):
        desk.counter(Cut(link, 0xA8)).renew(case, PinKind.AUTHENTICATION)
    assert sent[-1] == 0xA8
    assert desk.states(case) == ["ready"]
    assert code_of(lambda: desk.counter(link).renew(case, PinKind.AUTHENTICATION)) == "counter.done-already"
    link.close()
    assert desk.states(case) == ["done"]


def test_renewed_card_reserves_and_resets_at_the_kiosk_again(desk: Desk) -> None:
    case = desk.open_case(("renew", PinKind.SIGNATURE), ("renew", PinKind.AUTHENTICATION), ("reset", PinKind.SIGNATURE))
    desk.approve(case)
    link = open_card(desk.card)
    counter = desk.counter(link)
    for kind in (PinKind.AUTHENTICATION, PinKind.SIGNATURE):
        counter.renew(case, kind)
    counter.reset(case, PinKind.SIGNATURE, "NEUE77PIN", "NEUE77PIN")
    phone = desk.world.phone(link)
    phone.reserve(PinKind.AUTHENTICATION, "NEUE77PIN", shown=phone.look(PinKind.AUTHENTICATION))
    kiosk = desk.world.kiosk(link)
    visit = kiosk.open()
    assert kiosk.reset(visit, "NEUE77PIN", "8642", "8642").kind is PinKind.AUTHENTICATION
    link.close()


@pytest.mark.parametrize("person", ["certificate-expired", "moved", "face-only", "under-15"])
def test_card_that_no_kiosk_helps_is_served(world: World, person: str) -> None:
    desk = Desk(world, world.fresh_card_file(person))
    case = desk.open_case(("reset", PinKind.AUTHENTICATION))
    link = open_card(desk.card)
    desk.counter(link).reset(case, PinKind.AUTHENTICATION, "8642", "8642")
    link.close()
    assert desk.states(case) == ["done"]
