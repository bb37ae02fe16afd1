"""Queueing results in closed form: what the service's nodes are counted with, and the simulation is checked against."""

import math


def erlang_b(servers: int, load: float) -> float:
    """Return the chance that all `servers` are busy and a call is lost (M/M/c/c); `load` is arrivals times service."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Return the chance to have to wait (M/M/c); 1 where the load is no less than the servers."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1 - blocked))


def waits_longer(servers: int, arriving: float, rate: float, time: float) -> float:
    """Return the chance to wait longer than `time` (M/M/c, first come first served)."""
    load = arriving / rate
    return 1.0 if load >= servers else erlang_c(servers, load) * math.exp(-(servers * rate - arriving) * time)


def servers_needed(arriving: float, service: float, time: float, share: float) -> int:
    """Return the fewest servers with which `share` of those who come wait no longer than `time`."""
    if arriving <= 0:
        return 1
    servers = max(1, math.ceil(arriving * service))
    while waits_longer(servers, arriving, 1 / service, time) > 1 - share:
        servers += 1
    return servers
