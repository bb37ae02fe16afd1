"""What the phone knows of its reservation, and what it makes of answers that do not fit."""

import httpx2
import pytest

from kaijo.clock import JST
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.phone import Reservation, Stand, Standing, cancel, face_needed, standing
from tests.support.world import NIGHT, World

PERSON = "signature-locked"


@pytest.fixture
def made(world: World) -> Reservation:
    return world.reserve(world.card(PERSON), PERSON)


def test_reservation_keeps_its_token_to_itself(made: Reservation) -> None:
    assert len(made.cancel_token) == 160
    assert made.cancel_token not in repr(made)
    assert made.cancel_token not in str(made.as_dict())


def test_standing_follows_the_reservation(world: World, made: Reservation) -> None:
    assert standing(world.client, made) == Standing(Stand.LIVE)
    card = world.card(PERSON)
    world.reset(world.kiosk(card), PERSON)
    assert standing(world.client, made) == Standing(Stand.USED, NIGHT.astimezone(JST))
    with pytest.raises(KaijoError, match=r"reset\.already-done"):
        cancel(world.client, made)


def test_cancel_is_the_same_the_second_time(world: World, made: Reservation) -> None:
    assert [cancel(world.client, made), cancel(world.client, made)] == 2 * [Standing(Stand.CANCELLED)]


def test_face_is_asked_for_as_the_policy_says(world: World) -> None:
    assert [face_needed(world.client, kind) for kind in (PinKind.SIGNATURE, PinKind.AUTHENTICATION)] == [False, False]


def answering(body: bytes) -> ServiceClient:
    transport = httpx2.MockTransport(lambda _request: httpx2.Response(200, stream=httpx2.ByteStream(body)))
    return ServiceClient("http://127.0.0.1:1", client=httpx2.Client(transport=transport))


@pytest.mark.parametrize("body", [b'{"state":"gone"}', b"{}", b'{"state":"used","used_at":"today"}'])
def test_state_out_of_contract_is_told(made: Reservation, body: bytes) -> None:
    with answering(body) as client, pytest.raises(KaijoError, match=r"service\.out-of-contract"):
        standing(client, made)


@pytest.mark.parametrize("body", [b"{}", b'{"face":true}', b'{"face":{"signature":1}}'])
def test_policy_out_of_contract_is_told(body: bytes) -> None:
    with answering(body) as client, pytest.raises(KaijoError, match=r"service\.out-of-contract"):
        face_needed(client, PinKind.SIGNATURE)
