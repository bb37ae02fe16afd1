"""Where people go: shops by what their kiosks reset and how much they are visited, counters by size."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from kaijo.facts.pins import PinKind
from kaijo.facts.season import CounterClass, counters, shops
from kaijo.facts.stores import Chain, chains_for
from kaijo.season.queues import Array

KINDS: Final = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
"""The PIN kinds that a kiosk resets, in the order of the arrays' axis; a third place there is "both"."""

CROWDS: Final = (0.5, 0.3, 0.15, 0.05)  # from the quietest half of shops to the busiest twentieth


@dataclass(frozen=True, slots=True)
class Group:
    """Shops whose kiosks reset the same kinds: `resets[k]` says whether kind k, `chains` how many shops of each."""

    chains: dict[Chain, float]
    resets: tuple[bool, bool]

    @property
    def shops(self) -> float:
        """Return how many shops there are."""
        return sum(self.chains.values())


@dataclass(frozen=True, slots=True)
class Places:
    """All places that play a part."""

    groups: tuple[Group, ...]
    counters: tuple[CounterClass, ...]

    def shops_for(self, kind: int) -> float:
        """Return how many shops reset that kind."""
        return sum(group.shops for group in self.groups if group.resets[kind])

    def per_shop(self, spread: Array) -> Array:
        """Return how much of one shop's even share of each kind's visits a shop gets: by sample, kind and station.

        A station is a group and a class of popularity; popularity is log-normal with `spread` as its coefficient of
        variation and mean one.
        """
        popular = popularity(spread)
        by_group = []
        for group in self.groups:
            reset = np.array([1 / self.shops_for(kind) if group.resets[kind] else 0.0 for kind in range(len(KINDS))])
            by_group.append(reset[None, :, None] * popular[:, None, :])
        return np.concatenate(by_group, axis=2)

    def shops_of_stations(self) -> Array:
        """Return how many shops each station stands for."""
        return np.concatenate([group.shops * np.array(CROWDS) for group in self.groups])


def national() -> Places:
    """Return the country's places [fact: reset-chains, season-shops, season-counters]. Raises UsageProblem."""
    count, offers = shops(), [chains_for(kind) for kind in KINDS]
    groups: dict[tuple[bool, bool], dict[Chain, float]] = {}
    for chain, number in count.items():
        resets = (chain in offers[0], chain in offers[1])
        if any(resets):
            groups.setdefault(resets, {})[chain] = number
    return Places(tuple(Group(chains, resets) for resets, chains in groups.items()), counters())


def popularity(spread: Array) -> Array:
    """Return the mean visits of a shop of each class against the mean of all, by sample."""
    normal = NormalDist()
    upper = np.cumsum(CROWDS)
    cuts = [-np.inf, *(normal.inv_cdf(min(float(cut), 1.0)) if cut < 1 - 1e-9 else np.inf for cut in upper)]
    rows = []
    for wide in np.sqrt(np.log1p(spread**2)):
        below = [normal.cdf(cut - wide) if np.isfinite(cut) else float(cut > 0) for cut in cuts]
        rows.append(np.diff(below) / np.array(CROWDS))
    return np.array(rows)
