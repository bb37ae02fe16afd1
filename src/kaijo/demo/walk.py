"""The walk itself, step by step."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from kaijo import app
from kaijo.card.guard import Guard
from kaijo.card.link import Link
from kaijo.clock import Clock, SharedClock
from kaijo.demo.filing import SHUT, file_return
from kaijo.demo.night import BACK_HOME, LAST_LOOK, TO_THE_STORE
from kaijo.demo.signature import Signed, make_new_pin, sign_and_verify
from kaijo.doctor import CardKind, Examination, examine
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.processes import pcsc_daemon, service_process
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.filing_client import FilingClient, Notice
from kaijo.terminals.kiosk import Kiosk
from kaijo.terminals.phone import Phone
from kaijo.terminals.rehearsal import CardKeys, rehearse
from kaijo.virtualcard.cardfile import create, open_card
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import TestPerson, identity
from kaijo.virtualcard.vpcd import HOST, PORT, insert

_STORE_KINDS = (PinKind.SIGNATURE, PinKind.AUTHENTICATION)
_VIRTUAL_READER = "Virtual PCD 00 00"
_INSERTION_SECONDS = 5.0
OpenGuard = Callable[[], AbstractContextManager[Guard]]


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step that was done: its code in the catalogue, what fills the sentence, and how long it took."""

    code: str
    data: dict[str, object]
    milliseconds: float


class Demo:
    """The walk of one test person through service, phone and kiosk, with the card in a file or in the PC/SC daemon.

    `on_step` is told each step as it is done. After `run`, `steps` has them all.
    """

    def __init__(
        self,
        person: TestPerson,
        clock: Clock,
        *,
        pcsc: bool = False,
        out: Path | None = None,
        on_step: Callable[[DemoStep], None] = lambda _step: None,
    ) -> None:
        self._person = person
        self._clock = clock
        self._pcsc = pcsc
        self._out = out
        self._on_step = on_step
        self._began = time.perf_counter()
        self.steps: list[DemoStep] = []
        self.notice: Notice | None = None
        self._pins: dict[PinKind, str] = {}

    def run(self) -> Signed:
        """Walk to the end and return the signature that the card made there, verified.

        Raises the KaijoError that stops this person, with the way on in its message.
        """
        with TemporaryDirectory(prefix="kaijo-demo-") as folder, self._daemon():
            return self._walk(Path(folder))

    def _daemon(self) -> AbstractContextManager[None]:
        return pcsc_daemon() if self._pcsc else nullcontext()

    def _walk(self, folder: Path) -> Signed:
        began = self._clock.now()
        self._step("person", person=self._person.id, time=began)
        issuer = Issuer.open(folder / "issuer", self._clock)
        file = folder / "card.json"
        create(file, issuer.issue(self._person, self._clock.now()))
        self._step("card")
        self._clock = time = SharedClock(folder / "clock.txt")
        time.set(began)
        data, environment = folder / "service", {"KAIJO_HOME": str(folder)}
        running = service_process(data=data, clock_file=time.file, terminals="required", environment=environment)
        desk = app.serving(app.filing_desk(folder / "filing", time, issuer))
        with running as url, self._place(file) as open_guard:
            kiosk = app.enrolled(data, url, self._clock, "demo-kiosk", "kiosk")
            with ServiceClient(url, terminals=[kiosk]) as client:
                self._step("service", url=url)
                signed = self._recover(open_guard, client, time)
            with desk as address, FilingClient(address) as filing:
                self._file(open_guard, filing, time)
        return signed

    def _recover(self, open_guard: OpenGuard, client: ServiceClient, time: SharedClock) -> Signed:
        with open_guard() as guard:
            seen = examine(guard, self._clock)
        self._tell_reading(seen)
        pins = self._pins = dict(identity(self._person, self._clock.now()).pins)
        kind = next((kind for kind in _STORE_KINDS if kind in seen.locked()), PinKind.SIGNATURE)
        if kind not in seen.locked() and seen.kind is CardKind.CURRENT:
            self._step("nothing-locked")
        else:
            with open_guard() as guard:
                phone = Phone(guard, client, self._clock)
                shown = phone.look(kind)
                self._step("proof", kind=shown.kind, tries_left=shown.tries_left)
                made = phone.reserve(kind, pins[PinKind(shown.kind.value)], shown=shown)
            self._step("reserved", kind=kind, expires_at=made.expires_at, chains=made.chains)
            self._pass(time, TO_THE_STORE, "at-store")
            with open_guard() as guard:
                kiosk = Kiosk(guard, client, self._clock, name="demo-kiosk")
                visit = kiosk.open()
                self._step("found", kind=visit.kind)
                new = make_new_pin(kind, pins[kind], secrets.choice)
                kiosk.reset(visit, pins[PinKind(visit.proof.kind.value)], new, new)
                pins[kind] = new
            self._step("reset", kind=kind)
            self._pass(time, BACK_HOME, "at-home")
        with open_guard() as guard:
            self._tell_reading(examine(guard, self._clock))
            signed = sign_and_verify(guard, kind, pins[kind])
        if self._out is not None:
            signed.write(self._out)
        self._step("signed", kind=kind)
        return signed

    def _file(self, open_guard: OpenGuard, desk: FilingClient, time: SharedClock) -> None:
        """Rehearse both acts, then file; a desk that is shut at this hour is told, and is nobody's failure."""
        with open_guard() as guard:
            keys = CardKeys(guard, time, lambda shown: self._pins[PinKind(shown.kind.value)])
            result = rehearse(keys, desk, time)
        for trial in result.trials:
            if trial.because is not None:
                raise trial.because
        self._step("rehearsed", until=result.holds_until or result.due_before)
        self._pass(time, LAST_LOOK, "at-desk")
        try:
            with open_guard() as guard:
                notice = file_return(guard, desk, time, self._pins)
        except Refused as refused:
            if refused.code not in SHUT:
                raise
            self._step("not-filed", opens_at=desk.state().opens_at)
            return
        self.notice = notice
        self._step("filed", number=notice.number, at=notice.recorded_at, due_before=notice.due_before)

    def _pass(self, time: SharedClock, span: timedelta, where: str) -> None:
        time.set(time.now() + span)
        self._step(where, time=time.now())

    @contextmanager
    def _place(self, file: Path) -> Iterator[Callable[[], AbstractContextManager[Guard]]]:
        """Lay the card down for the whole walk; yield how a terminal takes hold of it."""
        if not self._pcsc:
            yield lambda: self._held(lambda: app.open_link(file, None))
            return
        from kaijo.readers.pcsc import open_reader

        card = open_card(file)
        try:
            with insert(card, HOST, PORT):
                self._step("inserted", reader=_VIRTUAL_READER)
                yield lambda: self._held(lambda: open_reader(_VIRTUAL_READER, wait=_INSERTION_SECONDS))
        finally:
            card.close()

    @contextmanager
    def _held(self, open_link: Callable[[], Link]) -> Iterator[Guard]:
        guard = Guard(open_link(), self._clock)
        try:
            yield guard
        finally:
            guard.close()

    def _tell_reading(self, seen: Examination) -> None:
        for pin in seen.pins.values():
            if pin.tries is not None and pin.kind in _STORE_KINDS:
                self._step("reading", kind=pin.kind, tries_left=pin.tries.tries_left, tries_max=pin.tries.tries_max)

    def _step(self, name: str, **data: object) -> None:
        now = time.perf_counter()
        step = DemoStep(f"demo.step.{name}", data, (now - self._began) * 1000)
        self._began = now
        self.steps.append(step)
        self._on_step(step)
