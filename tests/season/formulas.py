"""Textbook results, written independently of the room they check. Rates per minute."""

from math import exp, factorial


def poisson(mean: float, count: int) -> float:
    return float(exp(-mean) * mean**count / factorial(count))


def full_room(load: float, room: int) -> float:
    """M/M/1/K: the chance that the room is full."""
    return (1 - load) * load**room / (1 - load ** (room + 1))


def waits_with_c_servers(servers: int, load: float, rate: float, minutes: float) -> float:
    """M/M/c: the chance to wait longer, from the sum over states (not by the recursion that the room uses)."""
    waiting = load**servers / factorial(servers) / (1 - load / servers)
    free = sum(load**count / factorial(count) for count in range(servers))
    return waiting / (free + waiting) * exp(-(servers - load) * rate * minutes)


def mean_wait_of_equal_services(arriving: float, service: float) -> float:
    """M/D/1, Pollaczek and Khinchine."""
    load = arriving * service
    return load * service / (2 * (1 - load))
