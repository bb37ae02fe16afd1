from math import isclose

import pytest

from kaijo.season.closed import erlang_b, erlang_c, servers_needed, waits_longer

from .formulas import waits_with_c_servers


@pytest.mark.parametrize(
    ("servers", "load", "blocked"), [(1, 1.0, 0.5), (2, 1.0, 0.2), (3, 2.0, 4 / 19), (10, 7.0, 0.0787)]
)
def test_loss_is_that_of_the_tables(servers: int, load: float, blocked: float) -> None:
    assert isclose(erlang_b(servers, load), blocked, rel_tol=1e-3)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 1.5), (5, 4.0), (40, 31.0)])
def test_wait_is_that_of_the_sum_over_states(servers: int, load: float) -> None:
    assert isclose(erlang_c(servers, load), waits_with_c_servers(servers, load, 1, 0), rel_tol=1e-9)
    longer = waits_longer(servers, load * 0.2, 0.2, 7)
    assert isclose(longer, waits_with_c_servers(servers, load, 0.2, 7), rel_tol=1e-9)


def test_wait_without_end_where_the_load_is_no_less_than_the_servers() -> None:
    assert (erlang_c(3, 3.0), waits_longer(3, 1.0, 0.25, 60)) == (1.0, 1.0)


@pytest.mark.parametrize("arriving", [0.0, 0.3, 4.0, 250.0])
def test_servers_needed_are_enough_and_one_less_is_not(arriving: float) -> None:
    servers = servers_needed(arriving, 0.04, 0.3, 0.99)
    assert waits_longer(servers, arriving, 1 / 0.04, 0.3) <= 0.01
    assert servers == 1 or waits_longer(servers - 1, arriving, 1 / 0.04, 0.3) > 0.01
