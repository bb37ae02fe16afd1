"""The same season person by person, in simpy: written from docs/season.md: all it shares with the room are slots."""

import random
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from kaijo.season.grid import Grid, Opening
from kaijo.season.places import CROWDS, Places, popularity
from kaijo.season.samples import Samples

Steps = Generator[simpy.Event, Any, None]
FOREVER = 1e9
LIFE, ROOM_KIOSK, ROOM_COUNTER, FACES = 1440.0, 16, 96, 3


@dataclass
class Place:
    """One kiosk or counter: who is inside, and an event that each closing fires."""

    env: simpy.Environment
    servers: int
    room: int
    service: float
    patience: float
    opening: Opening
    desk: simpy.Resource = field(init=False)
    inside: int = 0
    closing: simpy.Event = field(init=False)

    def __post_init__(self) -> None:
        self.desk = simpy.Resource(self.env, self.servers)
        self.closing = self.env.event()

    def keep_hours(self) -> Steps:
        for _, closes in self.opening.spans:
            yield self.env.timeout(closes - self.env.now)
            ending, self.closing = self.closing, self.env.event()
            ending.succeed()

    def others(self, chance: random.Random, rate: float) -> Steps:
        for opens, closes in self.opening.spans:
            yield self.env.timeout(max(opens - self.env.now, 0))
            while True:
                wait = chance.expovariate(rate)
                if self.env.now + wait >= closes:
                    break
                yield self.env.timeout(wait)
                self.env.process(self.visit(chance, []))
            yield self.env.timeout(closes - self.env.now)

    def visit(self, chance: random.Random, told: list[Any]) -> Steps:
        """Put (outcome, minutes waited) into `told`: served, left, full or shut."""
        if self.inside >= self.room:
            told.append(("full", FOREVER))
            return
        came, closing = self.env.now, self.closing
        self.inside += 1
        with self.desk.request() as turn:
            yield turn | self.env.timeout(chance.expovariate(1 / self.patience)) | closing
            waited = self.env.now - came
            if turn.triggered:
                yield self.env.timeout(chance.expovariate(1 / self.service)) | closing
                told.append(("served", waited))
            else:
                told.append(("shut" if closing.triggered else "left", waited))
        self.inside -= 1


class Town:
    """One run of the season."""

    def __init__(self, grid: Grid, places: Places, assumed: Samples, cards: float, seed: int) -> None:
        self.env, self.chance, self.grid = simpy.Environment(), random.Random(seed), grid
        self.a = {name: float(values[0]) for name, values in assumed.values.items()}
        self.endings: Counter[tuple[str, int]] = Counter()
        self.kiosk_waits: list[tuple[float, float]] = []
        self.counter_waits: list[tuple[float, float]] = []
        self.last = float(grid.edges[grid.last_from])
        popular = popularity(assumed["shop-spread"])[0]
        self.shops: list[tuple[Place, float, tuple[bool, bool]]] = []
        for group in places.groups:
            for crowd, weight in zip(CROWDS, popular, strict=True):
                for _ in range(round(group.shops * crowd)):
                    self.shops.append((self._place(1, ROOM_KIOSK, "kiosk", grid.kiosks), float(weight), group.resets))
        self.halls = [
            (self._place(one.clerks, ROOM_COUNTER, "counter", grid.counters), one.share / one.places)
            for one in places.counters
            for _ in range(one.places)
        ]
        parts = [self.a["lock-signature"], self.a["lock-authentication"], self.a["lock-both"]]
        for kind, part in enumerate(parts):
            for _ in range(self._poisson(cards * self.a["filers"] * part)):
                self.env.process(self._person(kind, self._locks()))

    def run(self) -> None:
        """Play to the deadline; who is still on the way then ends where they are."""
        self.env.run(until=float(self.grid.edges[-1]))

    def _place(self, servers: int, room: int, name: str, opening: Opening) -> Place:
        place = Place(self.env, servers, room, self.a[name], self.a[f"{name}-patience"], opening)
        self.env.process(place.keep_hours())
        self.env.process(place.others(self.chance, self.a[f"{name}-other"] * servers / self.a[name]))
        return place

    def _poisson(self, mean: float) -> int:
        count, passed = 0, self.chance.expovariate(1)
        while passed < mean:
            count, passed = count + 1, passed + self.chance.expovariate(1)
        return count

    def _locks(self) -> float:
        shares = self.grid.last if self.chance.random() < self.a["last-day"] else self.grid.usual
        slot = self.chance.choices(range(len(shares)), shares.tolist())[0]
        return self.chance.uniform(float(self.grid.edges[slot]), float(self.grid.edges[slot + 1]))

    def _after(self, opening: Opening, mean: float, on_last: float) -> float:
        """Return when somebody goes whose time passes only while it is open, faster on the last day."""
        left, now = self.chance.expovariate(1), self.env.now
        for begin, end in opening.spans:
            if end <= now:
                continue
            pace = on_last if begin >= self.last else mean
            at = max(begin, now) + left * pace
            if at < end:
                return at
            left -= (end - max(begin, now)) / pace
        return FOREVER

    def _end(self, name: str, kind: int) -> None:
        self.endings[name, kind] += 1

    def _person(self, kind: int, locked: float) -> Steps:
        yield self.env.timeout(locked)
        if kind == 2 or self.chance.random() >= self.a["able"]:
            yield from self._counter(kind)
            return
        while True:
            passed = False
            for _ in range(FACES):
                yield from self._wait("late-app", kind, self.chance.expovariate(1 / self.a["reserve"]))
                passed = kind == 1 or self.chance.random() < self.a["face-match"]
                if passed:
                    break
            if not passed:
                yield from self._counter(kind)
                return
            going = self.a["go"] if self.chance.random() < self.a["prompt"] else self.a["later"]
            at = self._after(self.grid.kiosks, going, self.a["go"])
            if at < self.env.now + LIFE:
                break
            yield from self._wait("late-kiosk-shut", kind, LIFE)
            if self.chance.random() >= self.a["again"]:
                self._end("gave-up-lapsed", kind)
                return
        yield from self._wait("late-kiosk-shut", kind, at - self.env.now)
        yield from self._kiosk(kind)

    def _kiosk(self, kind: int) -> Steps:
        fitting = [(place, weight) for place, weight, resets in self.shops if resets[kind]]
        while True:
            place = self.chance.choices([one for one, _ in fitting], [weight for _, weight in fitting])[0]
            told: list[Any] = []
            came = self.env.now
            yield from place.visit(self.chance, told)  # it closes before the deadline
            outcome, waited = told[0]
            self.kiosk_waits.append((came, waited))
            if outcome == "served":
                break
            if outcome != "shut" and self.chance.random() >= self.a["again"]:
                self._end("gave-up-queue", kind)
                return
            at = self._after(self.grid.kiosks, self.a["again-wait"], self.a["again-wait"])
            yield from self._wait("late-kiosk-shut", kind, at - self.env.now)
        if self.chance.random() < self.a["kiosk-success"]:
            yield from self._file("filed-kiosk", kind)
        else:
            yield from self._counter(kind)

    def _counter(self, kind: int) -> Steps:
        if self.chance.random() >= self.a["counter-goes"]:
            self._end("gave-up-no-counter", kind)
            return
        hall = self.chance.choices([one for one, _ in self.halls], [share for _, share in self.halls])[0]
        while True:
            at = self._after(self.grid.counters, self.a["counter-delay"], self.a["go"])
            yield from self._wait("late-counter-shut", kind, at - self.env.now)
            told: list[Any] = []
            came = self.env.now
            yield from hall.visit(self.chance, told)
            outcome, waited = told[0]
            self.counter_waits.append((came, waited))
            if outcome == "served":
                break
            if outcome != "shut" and self.chance.random() >= self.a["again"]:
                self._end("gave-up-counter-queue", kind)
                return
        yield from self._file("filed-counter", kind)

    def _file(self, ending: str, kind: int) -> Steps:
        yield from self._wait("late-filing", kind, self.chance.expovariate(1 / self.a["file"]))
        self._end(ending, kind)

    def _wait(self, ending: str, kind: int, minutes: float) -> Steps:
        """Wait; whoever would still be waiting at the deadline ends here."""
        if self.env.now + minutes >= float(self.grid.edges[-1]):
            self._end(ending, kind)
            minutes = FOREVER
        yield self.env.timeout(minutes)
