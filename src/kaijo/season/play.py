"""The season played: people flow from lock-out to reservation, kiosk or counter, and to a return in time or not."""

from dataclasses import dataclass, field

import numpy as np

from kaijo.facts.face import card_limits
from kaijo.season.grid import Grid
from kaijo.season.places import Places
from kaijo.season.queues import Array
from kaijo.season.samples import Samples
from kaijo.season.stations import Passed, Stations, counters, kiosks

_PROMPT, _LATER = 0, 1
KIOSK, COUNTER = 0, 1


@dataclass(slots=True)
class People:
    """Where everybody is: arrays by sample and kind (signature, authentication, both), and once they are out, why."""

    trying: Array
    reserved: Array
    again: Array
    to_counter: Array
    filing: Array
    filed: Array
    gave_up: dict[str, Array]

    def left_over(self) -> dict[str, Array]:
        """Return who is still on the way, by where; who stands at a kiosk or counter is not among them."""
        on_the_way = self.reserved.sum(axis=2) + self.again
        return {
            "app": _three(self.trying.sum(axis=2)),
            "kiosk-shut": _three(on_the_way),
            "counter-shut": self.to_counter,
            "filing": self.filing.sum(axis=1),
        }


@dataclass(slots=True)
class Traffic:
    """What passed in one slot, by sample."""

    locked: Array
    reservations: Array
    face_checks: Array
    kiosk_visits: Array
    counter_visits: Array
    sessions: Array
    kiosk_inside: Array
    counter_inside: Array


@dataclass(slots=True)
class Season:
    """A season under way: see `docs/season.md` for the model. Samples are played side by side."""

    grid: Grid
    places: Places
    assumed: Samples
    cards: float
    people: People = field(init=False)
    kiosks: Stations = field(init=False)
    counters: Stations = field(init=False)
    born: Array = field(init=False)
    hazard: Array = field(init=False)

    def __post_init__(self) -> None:
        count, slots = len(self.assumed), len(self.grid.lengths)
        tries = card_limits()[0].tries
        self.people = People(
            trying=np.zeros((count, 2, tries)),
            reserved=np.zeros((count, 2, 2)),
            again=np.zeros((count, 2)),
            to_counter=np.zeros((count, 3)),
            filing=np.zeros((count, 2, 3)),
            filed=np.zeros((count, 2, 3)),
            gave_up={name: np.zeros((count, 3)) for name in ("queue", "lapsed", "counter-queue", "no-counter")},
        )
        self.kiosks, self.counters = kiosks(self.places, self.assumed), counters(self.places, self.assumed)
        self.born = np.zeros((slots, count, 2, 2))
        self.hazard = np.zeros((slots + 1, count, 2))
        self._kiosk_open = self._opening(self.grid.kiosks.open_at(self.grid.middles, self.assumed.kiosk_hours))
        self._counter_open = self._opening(self.grid.counters.open_at(self.grid.middles, self.assumed.counter_hours))

    _kiosk_open: Array = field(init=False)
    _counter_open: Array = field(init=False)

    @staticmethod
    def _opening(is_open: Array) -> Array:
        return np.concatenate([is_open, np.zeros_like(is_open[:1])])  # nobody is served after the deadline

    def locking(self) -> Array:
        """Return how many lock themselves out in the whole season, by sample and kind."""
        assumed = self.assumed
        parts = [assumed["lock-signature"], assumed["lock-authentication"], assumed["lock-both"]]
        return np.stack(parts, axis=1) * (self.cards * assumed["filers"])[:, None]

    def slot(self, at: int) -> Traffic:
        """Play one slot and return its traffic."""
        assumed, minutes, now = self.assumed, float(self.grid.lengths[at]), self.people
        last = at >= self.grid.last_from
        share = self.grid.usual[at] * (1 - assumed["last-day"]) + self.grid.last[at] * assumed["last-day"]
        locked = self.locking() * share[:, None]
        kiosk_open, counter_open = self._kiosk_open[at], self._counter_open[at]

        lapsed = self._lapse(at)
        able = assumed["able"][:, None]
        need_counter = locked.copy()
        need_counter[:, :2] *= 1 - able
        reserving = locked[:, :2] * able + lapsed * assumed["again"][:, None]
        now.gave_up["lapsed"] += _three(lapsed * (1 - assumed["again"])[:, None])
        reserved, failed, faces = self._try(reserving, minutes)
        need_counter[:, :2] += failed

        going = self._go(at, reserved, kiosk_open, minutes, last=last)
        at_kiosks, shut = self._visit(self.kiosks, self._kiosk_open, at, going)
        served = at_kiosks.served + shut.served
        success = served * assumed["kiosk-success"][:, None]
        need_counter[:, :2] += served - success
        unserved = at_kiosks.left + at_kiosks.turned_away
        now.again += unserved * assumed["again"][:, None] + shut.turned_away
        now.gave_up["queue"] += _three(unserved * (1 - assumed["again"])[:, None])

        goes = need_counter * assumed["counter-goes"][:, None]
        now.gave_up["no-counter"] += need_counter - goes
        delay = assumed["go"] if last else assumed["counter-delay"]
        now.to_counter, visiting = drain(now.to_counter, goes, (counter_open / delay)[:, None], minutes)
        at_counters, closed = self._visit(self.counters, self._counter_open, at, visiting)
        unserved_there = at_counters.left + at_counters.turned_away
        now.to_counter += unserved_there * assumed["again"][:, None] + closed.turned_away
        now.gave_up["counter-queue"] += unserved_there * (1 - assumed["again"])[:, None]
        self._file(_three(success), at_counters.served + closed.served, minutes)
        return Traffic(
            locked=locked,
            reservations=reserved,
            face_checks=faces,
            kiosk_visits=going,
            counter_visits=visiting,
            sessions=served,
            kiosk_inside=self.kiosks.waiting(),
            counter_inside=self.counters.waiting(),
        )

    def ended(self) -> dict[str, Array]:
        """Return everybody by ending, by sample and kind; before the deadline, as if it were now."""
        now = self.people
        filed = {"filed-kiosk": now.filed[:, KIOSK], "filed-counter": now.filed[:, COUNTER]}
        gave_up = {f"gave-up-{why}": count for why, count in now.gave_up.items()}
        late = {f"late-{where}": count for where, count in now.left_over().items()}
        late["late-kiosk-shut"] = late["late-kiosk-shut"] + _three(
            (self.kiosks.inside * self.kiosks.number[:, None]).sum(axis=2)
        )
        late["late-counter-shut"] = late["late-counter-shut"] + (
            self.counters.inside * self.counters.number[:, None]
        ).sum(axis=2)
        return filed | gave_up | late

    def _try(self, coming: Array, minutes: float) -> tuple[Array, Array, Array]:
        """Let people try to reserve; return reservations and those whose face never matched, and the face checks."""
        now, assumed = self.people, self.assumed
        rate = 1 / assumed["reserve"][:, None]
        passes = np.stack([assumed["face-match"], np.ones(len(assumed))], axis=1)  # the face is for the signature PIN
        reserved, faces = np.zeros_like(coming), np.zeros(len(assumed))
        for turn in range(now.trying.shape[2]):
            now.trying[:, :, turn], done = drain(now.trying[:, :, turn], coming, rate, minutes)
            faces += done[:, 0]
            reserved += done * passes
            coming = done * (1 - passes)
        return reserved, coming, faces

    def _lapse(self, at: int) -> Array:
        """Take out the reservations whose life ends in this slot; return how many, by sample and kind."""
        now = self.people
        lapsed = np.zeros_like(now.reserved)
        for slot, part in self.grid.due[at]:
            lapsed += part * self.born[slot] * np.exp(self.hazard[slot + 1] - self.hazard[at])[:, None, :]
        np.minimum(lapsed, now.reserved, out=lapsed)  # but for rounding it is never more
        now.reserved -= lapsed
        return np.asarray(lapsed.sum(axis=2), dtype=np.float64)

    def _go(self, at: int, reserved: Array, is_open: Array, minutes: float, *, last: bool) -> Array:
        """Let those with a reservation go; return the visits to kiosks by sample and kind."""
        now, assumed = self.people, self.assumed
        prompt = assumed["prompt"][:, None]
        new = np.stack([reserved * prompt, reserved * (1 - prompt)], axis=2)
        means = np.stack([assumed["go"], assumed["go"] if last else assumed["later"]], axis=1)
        rate = is_open[:, None] / means
        self.hazard[at + 1] = self.hazard[at] + rate * minutes
        self.born[at] = new * within(rate, minutes)[:, None, :]
        now.reserved, going = drain(now.reserved, new, rate[:, None, :], minutes)
        now.again, returning = drain(now.again, 0 * reserved, (is_open / assumed["again-wait"])[:, None], minutes)
        return np.asarray(going.sum(axis=2) + returning, dtype=np.float64)

    def _visit(self, stations: Stations, opening: Array, at: int, visits: Array) -> tuple[Passed, Passed]:
        """Let people into kiosks or counters; return what came out in the slot, and at closing time where it ends."""
        nothing = Passed(*(np.zeros(stations.inside.shape[:2]) for _ in range(3)))
        if not opening[at].any():
            return nothing, nothing
        passed = stations.serve(visits, opening[at], float(self.grid.lengths[at]))
        closing = opening[at] * (1 - opening[at + 1])
        return passed, stations.close(closing) if closing.any() else nothing

    def _file(self, by_kiosk: Array, by_counter: Array, minutes: float) -> None:
        now = self.people
        coming = np.stack([by_kiosk, by_counter], axis=1)
        now.filing, filed = drain(now.filing, coming, 1 / self.assumed["file"][:, None, None], minutes)
        now.filed += filed


def within(rate: Array, minutes: float) -> Array:
    """Return the part of those who came during `minutes` that is still there at their end."""
    gone = rate * minutes
    return np.asarray(np.where(gone > 0, -np.expm1(-gone) / np.where(gone > 0, gone, 1), 1.0), dtype=np.float64)


def drain(there: Array, coming: Array, rate: Array, minutes: float) -> tuple[Array, Array]:
    """Return who is there after `minutes` and who left, if each leaves at `rate` and `coming` come evenly."""
    kept = there * np.exp(-rate * minutes) + coming * within(rate, minutes)
    return kept, there + coming - kept


def _three(by_kind: Array) -> Array:
    """Return an array of two kinds with a third, of whom there is nobody."""
    return np.concatenate([by_kind, np.zeros_like(by_kind[:, :1])], axis=1)
