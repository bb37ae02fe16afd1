"""The load: cards of test persons that reserve and are reset, over and over, and whoever asks whether all is well."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event, Thread

import httpx2

from kaijo.card.guard import Guard
from kaijo.card.manager import CardManagerSession
from kaijo.clock import Clock
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.identity import Identity
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.persons import identity, person

PERSON = "signature-locked"
KIND = PinKind.SIGNATURE
_NEW_PINS = ("NEUE77PIN", "ALTE88PIN")
_PATIENCE = 3.0
_PAUSE = 0.2
_SETTLED_WITHIN = 120.0
_BEAT = 0.05


@dataclass
class Walker:
    """One holder with a card. `acknowledged` are the reservations that the service said it has made."""

    card: VirtualCard
    card_id: bytes
    clock: Clock
    acknowledged: list[bytes] = field(default_factory=list)
    completed: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    _waiting: bool = False

    @property
    def reset_number(self) -> int:
        """How often the card itself says that it was reset."""
        return CardManagerSession(Guard(self.card, self.clock)).reset_state().reset_number

    def step(self, service: ServiceClient) -> bool:
        """Reserve, or take the reservation to the kiosk; return whether that came to its end.

        What does not is done again at the next step, as a person would who is told to come back.
        """
        try:
            if self._waiting:
                self._reset(service)
            else:
                self._reserve(service)
        except (ServiceTrouble, Refused) as trouble:
            self.refusals[trouble.code] = self.refusals.get(trouble.code, 0) + 1
            if trouble.code in {"reset.already-done", "reset.no-reservation"}:
                self._waiting = False
            return False
        return True

    def settle(self, service: ServiceClient, until: float) -> None:
        """Use what is still reserved. Raises KaijoError when that is not possible, with trouble only after `until`."""
        while self._waiting:
            try:
                self._reset(service)
            except Refused as refused:
                if refused.code != "reset.already-done":
                    raise
                self._waiting = False
            except ServiceTrouble:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE)

    def _reserve(self, service: ServiceClient) -> None:
        phone = Phone(Guard(self.card, self.clock), service, self.clock)
        shown = phone.look(KIND)
        proof = dict(identity(person(PERSON), self.clock.now()).pins)[PinKind.AUTHENTICATION]
        made = phone.reserve(KIND, proof, shown=shown)
        self.acknowledged.append(bytes.fromhex(made.reservation_id))
        self._waiting = True

    def _reset(self, service: ServiceClient) -> None:
        kiosk = Kiosk(Guard(self.card, self.clock), service, self.clock, name="cluster-kiosk")
        visit = kiosk.open()
        proof = dict(identity(person(PERSON), self.clock.now()).pins)[PinKind.AUTHENTICATION]
        new = _NEW_PINS[len(self.acknowledged) % 2]
        kiosk.reset(visit, proof, new, new)
        self._waiting = False
        self.completed += 1


def walker(image: CardImage, clock: Clock) -> Walker:
    """Return a holder with this card."""
    return Walker(VirtualCard(image, place="cluster"), image.administration.card_id, clock)


class Beat:
    """Asks for a challenge twenty times a second, which is a write, and keeps the times at which it got one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.answered: list[float] = [time.monotonic()]

    def run(self, over: Event) -> None:
        """Ask until `over`."""
        with httpx2.Client(timeout=_PATIENCE, trust_env=False) as client:
            while not over.is_set():
                try:
                    answer = client.post(f"{self._url}/v1/challenges", json={"purpose": "reserve", "kind": KIND.value})
                except httpx2.TransportError:
                    over.wait(_BEAT)
                    continue
                if answer.status_code == 201:
                    self.answered.append(time.monotonic())
                over.wait(_BEAT)

    def longest_silence(self, since: float) -> float:
        """Return the longest time in seconds without an answer, from the last answer before `since` until now."""
        before = [moment for moment in self.answered if moment <= since]
        moments = [before[-1], *[moment for moment in self.answered if moment > since], time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(moments))


@contextmanager
def under_load(url: str, walkers: list[Walker], kiosk: Identity, threads: int) -> Iterator[Beat]:
    """Have the walkers walk and the beat beat; raise afterwards what a walker could not explain."""
    over = Event()
    beat = Beat(url)
    failures: list[BaseException] = []

    def walk(own: list[Walker]) -> None:
        client = httpx2.Client(timeout=_PATIENCE, trust_env=False)
        try:
            with ServiceClient(url, client=client, terminals=[kiosk]) as service:
                while not over.is_set():
                    for one in own:
                        if over.is_set():
                            break
                        if not one.step(service):
                            over.wait(_PAUSE)
        except BaseException as failure:  # noqa: BLE001 -- told to whoever started the thread
            failures.append(failure)

    workers = [Thread(target=walk, args=(walkers[number::threads],)) for number in range(threads)]
    workers.append(Thread(target=beat.run, args=(over,)))
    for worker in workers:
        worker.start()
    try:
        yield beat
    finally:
        over.set()
        for worker in workers:
            worker.join()
    if failures:
        raise failures[0]


def settle_all(url: str, walkers: list[Walker], kiosk: Identity) -> list[str]:
    """Use every reservation that is left; return the codes of those that could not be."""
    left = []
    until = time.monotonic() + _SETTLED_WITHIN
    with ServiceClient(url, terminals=[kiosk]) as service:
        for one in walkers:
            try:
                one.settle(service, until)
            except KaijoError as trouble:
                left.append(trouble.code)
    return left
