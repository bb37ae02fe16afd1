"""The forward equations against what is known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaijo.season.queues import Array, advance, empty, leaving, people, settled, waits_longer

from .formulas import full_room, mean_wait_of_equal_services, poisson, waits_with_c_servers

NEVER = 1e-12


def one(value: float) -> Array:
    return np.array([value])


def after_long(arriving: Array, leaves: Array, room: int) -> Array:
    chances = empty(room, arriving.shape)
    for _ in range(400):
        chances = advance(chances, arriving, leaves, 15)
    return chances


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (2, 1.4), (8, 6.5)])
def test_long_run_waits_are_those_of_erlang(servers: int, load: float) -> None:
    room, rate = 160, 0.2
    leaves = leaving(room, one(servers), one(rate), one(NEVER))
    chances = after_long(one(load * rate), leaves, room)
    waits = (0.5, 5.0, 10.0, 45.0)
    longer = (waits_longer(leaves, one(servers), waits) * chances).sum(axis=1)[:, 0]
    expected = [waits_with_c_servers(servers, load, rate, minutes) for minutes in waits]
    np.testing.assert_allclose(longer, expected, rtol=2e-3, atol=1e-9)


@pytest.mark.parametrize("load", [0.5, 0.95, 3.0])
def test_full_room_is_that_of_one_server_with_room(load: float) -> None:
    chances = after_long(one(load * 0.2), leaving(6, one(1), one(0.2), one(NEVER)), 6)
    assert chances[-1, 0] == pytest.approx(full_room(load, 6), rel=1e-6)


@pytest.mark.parametrize("load", [0.4, 2.0, 5.0])
def test_people_as_impatient_as_service_is_fast_are_poisson(load: float) -> None:
    """With give-ups at the service's own rate the queue (M/M/c+M) is M/M/∞, whatever the servers."""
    chances = after_long(one(load * 0.1), leaving(40, one(2), one(0.1), one(0.1)), 40)
    np.testing.assert_allclose(chances[:20, 0], [poisson(load, count) for count in range(20)], atol=1e-9)


def test_long_run_is_the_settled_distribution() -> None:
    arriving, leaves = one(0.5), leaving(24, one(2.5), one(0.2), one(0.05))
    np.testing.assert_allclose(after_long(arriving, leaves, 24), settled(arriving, leaves), atol=1e-10)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.8])
def test_mean_wait_is_at_most_twice_that_of_equal_services(load: float) -> None:
    """M/M/1 waits exactly twice as long as M/D/1: what services of exponential length overstate at most."""
    room, service = 200, 5.0
    chances = after_long(one(load / service), leaving(room, one(1), one(1 / service), one(NEVER)), room)
    mean = float((people(room, 1) * chances).sum()) * service
    assert mean == pytest.approx(2 * mean_wait_of_equal_services(load / service, service), rel=1e-4)


@given(
    arriving=st.floats(0, 5),
    servers=st.floats(0.25, 6),
    rate=st.floats(0.01, 1),
    impatience=st.floats(0, 0.5),
    minutes=st.floats(0.1, 60),
)
@settings(max_examples=60, deadline=None)
def test_chances_stay_chances_and_people_are_kept(
    arriving: float, servers: float, rate: float, impatience: float, minutes: float
) -> None:
    leaves = leaving(12, one(servers), one(rate), one(impatience))
    before = advance(empty(12, (1,)), one(2.0), leaves, 7.0)
    after = advance(before, one(arriving), leaves, minutes)
    inside = people(12, 1)
    assert (after >= 0).all()
    assert after.sum() == pytest.approx(1, abs=1e-12)
    flow = minutes * (arriving * (1 - after[-1]) - (leaves * after).sum(axis=0))
    assert ((after - before) * inside).sum() == pytest.approx(float(flow[0]), abs=1e-9)
