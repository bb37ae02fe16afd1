"""One kind of place as a queue whose load changes: the chances of 0, 1, 2 … people in it, carried through time.

The state axis comes first; the others (samples, kinds of place) are whatever the arguments broadcast to. Rates are per
minute. `servers` need not be a whole number: 2.5 clerks work off at most 2.5 times the rate of one.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STEP: Final = 0.5  # times the fastest rate: the fourth-order step is then exact to five digits


def leaving(room: int, servers: Array, rate: Array, impatience: Array) -> Array:
    """Return how fast people leave, served or out of patience, with 0 to `room` of them inside."""
    inside = people(room, np.ndim(servers))
    return np.asarray(
        np.minimum(inside, servers) * rate + np.maximum(inside - servers, 0) * impatience, dtype=np.float64
    )


def people(room: int, axes: int) -> Array:
    """Return 0 to `room` along the state axis, before `axes` others."""
    return np.arange(room + 1, dtype=np.float64).reshape(-1, *(1,) * axes)


def empty(room: int, shape: tuple[int, ...]) -> Array:
    """Return the chances of a place that is certainly empty."""
    chances = np.zeros((room + 1, *shape))
    chances[0] = 1
    return chances


def advance(chances: Array, arriving: Array, leaves: Array, minutes: float) -> Array:
    """Return the chances `minutes` later: one implicit Euler step of the forward equations.

    Implicit, so that it is exact where the load stays (its fixed point is the stationary distribution), keeps every
    chance positive and their sum one, at any length of step. Who finds the room full does not come in.
    """
    up, down = arriving * minutes, leaves * minutes
    top = len(chances) - 1
    # A tridiagonal system for each sample and place, solved for all at once.
    after = np.empty_like(chances)
    factor = np.empty_like(chances)
    pivot = 1 + up + down[0]
    factor[0] = -down[1] / pivot
    after[0] = chances[0] / pivot
    for state in range(1, top + 1):
        stay = 1 + down[state] + (up if state < top else 0) + up * factor[state - 1]
        if state < top:
            factor[state] = -down[state + 1] / stay
        after[state] = (chances[state] + up * after[state - 1]) / stay
    for state in range(top - 1, -1, -1):
        after[state] -= factor[state] * after[state + 1]
    return after


def settled(arriving: Array, leaves: Array) -> Array:
    """Return the chances under a load that stays, in closed form: products of rates up over rates down."""
    chances = np.ones_like(leaves)
    for state in range(1, len(leaves)):
        chances[state] = chances[state - 1] * arriving / leaves[state]
    return np.asarray(chances / chances.sum(axis=0), dtype=np.float64)


def waits_longer(leaves: Array, servers: Array, minutes: Sequence[float]) -> Array:
    """Return the chance that who comes and finds n inside waits longer than each of `minutes`, if patient enough.

    The first axis is `minutes`, rising; the second the state. Who waits is served when all but `servers` of those
    ahead have left, each at the rate `leaves` of the number still there: a pure-death process.
    """
    inside = people(len(leaves) - 1, np.ndim(servers))
    waiting = np.broadcast_to(inside >= servers, leaves.shape)
    rates = np.where(waiting, leaves, 0.0)
    chance = waiting.astype(np.float64)
    fastest = float(rates.max())
    answers, passed = [], 0.0
    for until in minutes:
        steps = max(1, int(np.ceil((until - passed) * fastest / _STEP)))
        for _ in range(steps):
            chance = _step(chance, rates, (until - passed) / steps)
        answers.append(chance.copy())
        passed = until
    return np.stack(answers)


def _step(chance: Array, rates: Array, length: float) -> Array:
    first = _slope(chance, rates)
    second = _slope(chance + first * (length / 2), rates)
    third = _slope(chance + second * (length / 2), rates)
    fourth = _slope(chance + third * length, rates)
    return np.asarray(chance + (first + 2 * second + 2 * third + fourth) * (length / 6), dtype=np.float64)


def _slope(chance: Array, rates: Array) -> Array:
    slope = -rates * chance
    slope[1:] += rates[1:] * chance[:-1]
    return np.asarray(slope, dtype=np.float64)
