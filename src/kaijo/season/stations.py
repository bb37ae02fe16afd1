"""Kiosks and counters at work: each kind of place in its chances, with the people of ours in it."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from kaijo.season.places import CROWDS, Places
from kaijo.season.queues import Array, advance, empty, leaving, people, waits_longer
from kaijo.season.samples import Samples

KIOSK_ROOM: Final = 16
COUNTER_ROOM: Final = 96
WAITS: Final = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 90.0)
"""The waits, in minutes, for which the share of those who wait longer is kept."""


class Passed(NamedTuple):
    """What came out of places in a slot, in people by sample and kind."""

    served: Array
    left: Array
    turned_away: Array


@dataclass(slots=True)
class Stations:
    """Places of several kinds (stations). `chances` by state, sample, station; `inside` by sample, kind, station.

    `arrivals` is one place's share of each kind's visits, `number` how many places a station stands for.
    """

    chances: Array
    inside: Array
    leaves: Array
    servers: Array
    rate: Array
    impatience: Array
    other: Array
    arrivals: Array
    number: Array

    @classmethod
    def make(
        cls, *, room: int, servers: Array, rate: Array, impatience: Array, other: Array, arrivals: Array, number: Array
    ) -> "Stations":
        """Return empty places."""
        shape = servers.shape
        return cls(
            chances=empty(room, shape),
            inside=np.zeros((shape[0], arrivals.shape[1], shape[1])),
            leaves=leaving(room, servers, rate, impatience),
            servers=servers,
            rate=rate,
            impatience=impatience,
            other=other,
            arrivals=arrivals,
            number=number,
        )

    def serve(self, visits: Array, is_open: Array, minutes: float) -> Passed:
        """Let `visits` (people by sample and kind) in for `minutes`, and return what came out."""
        coming = visits[:, :, None] * self.arrivals
        arriving = coming.sum(axis=1) / minutes + self.other * is_open[:, None]
        self.chances = advance(self.chances, arriving, self.leaves, minutes)
        inside = people(len(self.chances) - 1, 2)
        busy = (np.minimum(inside, self.servers) * self.chances).sum(axis=0)
        every = (inside * self.chances).sum(axis=0)
        served, left = busy * self.rate * minutes, (every - busy) * self.impatience * minutes
        full = self.chances[-1]
        let_in = self.inside + coming * (1 - full)[:, None]
        gone = served + left
        # Whoever leaves is one of ours with the share that ours have of all inside.
        stay = np.divide(every, every + gone, out=np.zeros_like(every), where=every > 0)[:, None]
        self.inside = let_in * stay
        out = let_in - self.inside
        by_service = np.divide(served, gone, out=np.ones_like(gone), where=gone > 0)[:, None]
        return Passed(
            self._all(out * by_service),
            self._all(out * (1 - by_service)),
            self._all(coming * full[:, None]),
        )

    def close(self, closing: Array) -> Passed:
        """Close the places of the samples marked in `closing`: who is being served is, who waits is turned away."""
        inside = people(len(self.chances) - 1, 2)
        busy = (np.minimum(inside, self.servers) * self.chances).sum(axis=0)
        every = (inside * self.chances).sum(axis=0)
        served = np.divide(busy, every, out=np.ones_like(busy), where=every > 0)[:, None]
        out = self.inside * closing[:, None, None]
        self.inside -= out
        self.chances = np.where(closing[None, :, None] > 0, empty(len(self.chances) - 1, busy.shape), self.chances)
        return Passed(self._all(out * served), self._all(out * 0), self._all(out * (1 - served)))

    def waits(self, minutes: tuple[float, ...]) -> Array:
        """Return the chance to wait longer than each of `minutes`, by what one finds inside, sample and station."""
        return waits_longer(self.leaves, self.servers, minutes)

    def longer(self, waits: Array, visits: Array) -> Array:
        """Return how many of `visits` find so many inside that they would wait longer: by wait, sample and station."""
        return np.asarray(np.einsum("wnbs,nbs->wbs", waits, self.chances) * self.visits(visits), dtype=np.float64)

    def visits(self, visits: Array) -> Array:
        """Return where `visits` (people by sample and kind) go: by sample and station."""
        return np.asarray((visits[:, :, None] * self.arrivals).sum(axis=1) * self.number, dtype=np.float64)

    def waiting(self) -> Array:
        """Return how many of ours are in all places, by sample and station."""
        return np.asarray(self.inside.sum(axis=1) * self.number, dtype=np.float64)

    def _all(self, people_of_place: Array) -> Array:
        return np.asarray((people_of_place * self.number[:, None]).sum(axis=2), dtype=np.float64)


def kiosks(places: Places, assumed: Samples) -> Stations:
    """Return all kiosks, empty: one in each shop that works."""
    count = len(assumed)
    spread = (count, len(places.groups) * len(CROWDS))
    working = (assumed["kiosk-works"] * assumed.kiosks)[:, None]
    rate = np.broadcast_to(1 / assumed["kiosk"][:, None], spread)
    return Stations.make(
        room=KIOSK_ROOM,
        servers=np.ones(spread),
        rate=rate,
        impatience=np.broadcast_to(1 / assumed["kiosk-patience"][:, None], spread),
        other=assumed["kiosk-other"][:, None] * rate,
        arrivals=places.per_shop(assumed["shop-spread"]) / working[:, :, None],
        number=places.shops_of_stations()[None, :] * working,
    )


def counters(places: Places, assumed: Samples) -> Stations:
    """Return all counters, empty. Their other business does not grow with the clerks."""
    count, kinds = len(assumed), 3
    spread = (count, len(places.counters))
    clerks = np.array([float(one.clerks) for one in places.counters])
    number = np.array([float(one.places) for one in places.counters])
    share = np.array([one.share for one in places.counters])
    rate = np.broadcast_to(1 / assumed["counter"][:, None], spread)
    return Stations.make(
        room=COUNTER_ROOM,
        servers=clerks * assumed.clerks[:, None],
        rate=rate,
        impatience=np.broadcast_to(1 / assumed["counter-patience"][:, None], spread),
        other=assumed["counter-other"][:, None] * clerks * rate,
        arrivals=np.broadcast_to(share / number, (count, kinds, len(number))),
        number=np.broadcast_to(number, spread),
    )
