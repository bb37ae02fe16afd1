"""A connection that breaks, on a real socket: the same wish is said again under the same key and granted once."""

from collections.abc import Iterator

import httpx2
import pytest

from kaijo.errors import ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.facts.terminals import terminal_repeats
from kaijo.reset.counter.journal import day_of
from kaijo.reset.counter.waiting import list_tickets
from kaijo.reset.records import Place
from kaijo.service.api import create_app
from kaijo.service.server import serving
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.counter_client import CounterClient
from kaijo.terminals.identity import HEADER
from kaijo.virtualcard.card import VirtualCard
from kaijo.words import LANGS, explain
from tests.reset.bench import Bench
from tests.service.terminals import enrolled
from tests.support.engines import Database
from tests.support.pcscd import until
from tests.support.relay import Cut, Relay
from tests.support.world import World, issued

PERSON, KIND = "signature-locked", PinKind.SIGNATURE
REQUESTS = 10  # challenge, reservation, session, proof, five relayed, receipt
KEY = "Idempotency-Key"
TRIES = terminal_repeats().tries


class Pauses:
    """Waits not at all, and notes how long it was to be; `then` is done at the pause of that number, from 1."""

    def __init__(self) -> None:
        self.told: list[float] = []
        self.then = {0: lambda: None}

    def __call__(self, seconds: float) -> None:
        self.told.append(seconds)
        self.then.get(len(self.told), lambda: None)()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def relay(world: World, pauses: Pauses) -> Iterator[Relay]:
    """Give a relay before the world's service; the world's client speaks through it."""
    with Relay(world.url).running() as relay, ServiceClient(relay.url, pause=pauses) as world.client:
        yield relay


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER, Cut.AMID, Cut.TURNED_AWAY, Cut.GIVEN_UP])
def test_reset_goes_through_wherever_the_connection_breaks(world: World, relay: Relay, cut: Cut) -> None:
    image = issued(PERSON)
    card = VirtualCard(image, place="table")
    for point in range(REQUESTS):
        relay.passed.clear()
        relay.cuts = {point: cut}
        world.reserve(card, PERSON)
        assert world.reset(world.kiosk(card), PERSON) is KIND
        assert len(relay.passed) == REQUESTS + 1
        broken, again = relay.passed[point : point + 2]
        assert (again[0], again[2], again[1][KEY]) == (broken[0], broken[2], broken[1][KEY])
        assert image.administration.reset_number == point + 1
    assert world.rows("select state, count(*) from reservations group by state") == [("used", REQUESTS)]


def test_number_is_taken_once_however_often_the_answer_is_lost(database: Database, pauses: Pauses) -> None:
    bench = Bench(store=database.store())
    window = enrolled(bench, "window 1", Place.COUNTER)
    app = create_app(desk=bench.desk, practice=True, terminals_required=True)
    with (
        serving(app) as url,
        Relay(url).running() as relay,
        ServiceClient(relay.url, pause=pauses, terminals=[window]) as client,
    ):
        relay.cuts = dict.fromkeys(range(TRIES - 1), Cut.AFTER)
        assert CounterClient(client).take_ticket()["number"] == 1
    said = [headers for _, headers, _ in relay.passed]
    assert len(said) == TRIES
    assert len({headers[KEY] for headers in said}) == 1
    assert len({headers[HEADER] for headers in said}) == TRIES  # signed anew: said twice it would be refused
    assert len(list_tickets(bench.desk, day_of(bench.clock.now()))) == 1


def test_answer_that_never_comes_leaves_the_state_unknown_and_says_how_to_find_out(
    world: World, relay: Relay, pauses: Pauses
) -> None:
    relay.cuts = dict.fromkeys(range(TRIES), Cut.AFTER)
    with pytest.raises(ServiceTrouble) as caught:
        world.reserve(world.card(PERSON), PERSON)
    assert caught.value.diagnostics() == {"code": "service.no-answer", "data": {"url": relay.url}}
    assert (len(relay.passed), len(pauses.told)) == (TRIES, TRIES - 1)
    assert all(explain(caught.value, lang).remedy for lang in LANGS)


def test_gateway_that_answers_in_the_service_s_stead_is_no_answer_of_the_service(
    world: World, relay: Relay, pauses: Pauses
) -> None:
    relay.cuts = dict.fromkeys(range(2 * TRIES), Cut.TURNED_AWAY)
    with pytest.raises(ServiceTrouble) as wish:
        world.client.challenge(KIND)
    with pytest.raises(ServiceTrouble) as question:
        CounterClient(world.client).tickets()
    assert [wish.value.code, question.value.code] == ["service.no-answer", "service.unreachable"]
    assert (len(relay.passed), len(pauses.told)) == (2 * TRIES, 2 * (TRIES - 1))


def test_service_that_restarts_is_waited_for(world: World, relay: Relay, pauses: Pauses) -> None:
    relay.down()
    pauses.then[2] = relay.up
    assert world.client.challenge(KIND)["challenge_id"]
    assert len(pauses.told) == 2


def test_service_that_stays_away_did_nothing(world: World, relay: Relay, pauses: Pauses) -> None:
    relay.down()
    with pytest.raises(ServiceTrouble) as caught:
        world.client.challenge(KIND)
    assert (caught.value.code, len(pauses.told)) == ("service.unreachable", TRIES - 1)


def test_service_that_goes_away_after_it_took_a_wish_may_have_granted_it(
    world: World, relay: Relay, pauses: Pauses
) -> None:
    relay.cuts = {0: Cut.AFTER}
    pauses.then[1] = relay.down
    with pytest.raises(ServiceTrouble) as caught:
        world.client.challenge(KIND)
    assert caught.value.code == "service.no-answer"


def test_question_without_an_answer_is_no_unknown_state(world: World, relay: Relay) -> None:
    relay.cuts = dict.fromkeys(range(TRIES), Cut.AFTER)
    with pytest.raises(ServiceTrouble) as caught:
        CounterClient(world.client).tickets()
    assert (caught.value.code, len(relay.passed)) == ("service.unreachable", TRIES)


def test_health_is_asked_once(world: World, relay: Relay, pauses: Pauses) -> None:
    relay.cuts = {0: Cut.BEFORE}
    with pytest.raises(ServiceTrouble) as caught:
        world.client.health()
    assert (caught.value.code, pauses.told) == ("service.unreachable", [])


def test_service_that_hangs_is_asked_twice_at_most(relay: Relay, pauses: Pauses) -> None:
    relay.cuts = dict.fromkeys(range(TRIES), Cut.SILENT)
    with (
        httpx2.Client(timeout=httpx2.Timeout(5, read=0.05), trust_env=False) as wire,
        pytest.raises(ServiceTrouble) as caught,
    ):
        ServiceClient(relay.url, client=wire, pause=pauses).challenge(KIND)
    until(lambda: len(relay.passed) == 2, "the second request to arrive")
    assert (caught.value.code, len(pauses.told)) == ("service.no-answer", 1)


def test_pauses_grow_and_no_two_terminals_come_back_together(world: World, relay: Relay, pauses: Pauses) -> None:
    relay.down()
    with pytest.raises(ServiceTrouble):
        world.client.challenge(KIND)
    repeats = terminal_repeats()
    longest = [min(repeats.first * 2**number, repeats.most).total_seconds() for number in range(TRIES - 1)]
    assert all(most / 2 <= told <= most for told, most in zip(pauses.told, longest, strict=True))
