"""The guard: the only way from Kaijo to a card, and the only place that lets a PIN leave.

Whatever can spend a try or change a PIN (VERIFY, CHANGE REFERENCE DATA, CHANGE KEY, RESET RETRY COUNTER) goes
through its own methods here; `transmit` refuses it. Before a PIN is sent its form is checked, the count is read
again and compared with what the person saw, and the last try is held back. A card that leaves in the middle is
"unknown", never "wrong PIN", and nothing is ever sent twice.
"""

from dataclasses import dataclass
from datetime import datetime

from kaijo.card.administration import Receipt
from kaijo.card.apdu import Command, Ins, Response
from kaijo.card.files import PIN_REFERENCES, REFERENCES, Application, Code, PinReference
from kaijo.card.link import Link
from kaijo.card.pins import normalise, tries_max
from kaijo.card.status import Outcome, Status, read_status
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, GuardRefused, Refused, WrongPin
from kaijo.facts.lifetimes import consent_reading_life
from kaijo.facts.pins import PinKind, tries_floor

_ENVELOPE = 0xC2
# An odd instruction is the same command with a BER-TLV data field [ISO 7816-4 5.4.2]; ENVELOPE may carry any of them.
_PROTECTED = frozenset(
    (Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA, Ins.RESET_RETRY_COUNTER, Ins.CHANGE_KEY, Ins.UNLOCK_KEY, _ENVELOPE)
)
# Link errors that come before the card could have obeyed; after any other the outcome is unknown.
_NOT_SENT = frozenset(("card.was-reset", "card.unpowered"))
_JICSAP_CHANGE = frozenset((Application.RESIDENT, Application.COMMON))


@dataclass(frozen=True, slots=True)
class TriesReading:
    """How many tries the card itself says are left for one PIN, when it said so, and where it lay.

    For the resident PIN, which is two references, `tries_left` is the lower of the two.
    """

    kind: PinKind | Code
    tries_left: int
    tries_max: int
    read_at: datetime
    place: str

    @property
    def locked(self) -> bool:
        """True when no try is left."""
        return self.tries_left == 0


@dataclass(frozen=True, slots=True)
class LastTryConsent:
    """The holder's deliberate word that the last try may be spent, given on sight of `reading`."""

    reading: TriesReading


class Guard:
    """A card behind its guard. Sessions of applications are built on one Guard and share its selection."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._selected: Application | None = None
        self._without_short_ids: set[PinReference] = set()
        self._asked: tuple[PinReference, int] | None = None

    @property
    def place(self) -> str:
        """Where the card lies."""
        return self._link.place

    def transmit(self, command: Command) -> Response:
        """Send a command that can neither spend a try nor change a PIN, and return the whole answer.

        Raises GuardRefused `guard.protected-command` for any other, and what the link raises.
        """
        self._refuse_protected(command)
        if command.ins == Ins.SELECT and command.p1 == 0x04:
            self._selected = None
        response = self._send(command)
        status = read_status(response.sw)
        if status.outcome is Outcome.WRONG_LE and status.count is not None:
            response = self._send(Command(command.cla, command.ins, command.p1, command.p2, command.data, status.count))
            status = read_status(response.sw)
        data = response.data
        while status.outcome is Outcome.MORE_DATA and status.count is not None:
            response = self._send(Command(0x00, Ins.GET_RESPONSE, 0, 0, le=status.count))
            status = read_status(response.sw)
            data += response.data
        return Response(data, response.sw)

    def relay(self, command: bytes) -> bytes:
        """Pass on one command of the service, byte for byte, and return the card's answer. Raises as `transmit`."""
        self._refuse_protected(Command.decode(command))
        self._selected = self._asked = None
        return self._link.transmit(command)

    def select(self, application: Application) -> None:
        """Make `application` the current one. A no-op when it is, so that its security status is kept.

        Raises CardTrouble `card.no-application` when the card does not have it.
        """
        if self._selected is application:
            return
        answer = self.transmit(Command(0x00, Ins.SELECT, 0x04, 0x0C, application.value))
        if answer.sw != 0x9000:
            raise CardTrouble("card.no-application", application=f"application.{application.name.lower()}")
        self._selected = application

    def tries(self, kind: PinKind | Code) -> TriesReading:
        """Ask the card how many tries are left. Spends nothing: an empty VERIFY to a reference that was just selected.

        Raises CardTrouble `card.no-such-pin` when the card has no such reference, `card.tries-not-told` when it
        gives no count, and what `select` and the link raise.
        """
        left = min(self._query(reference)[1] for reference in REFERENCES[kind])
        return TriesReading(kind, left, tries_max(kind), self._clock.now(), self.place)

    def verify(
        self, kind: PinKind | Code, typed: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> None:
        """Present a PIN once. `shown` is the reading that the person saw before typing.

        Raises GuardRefused when nothing was sent (`guard.wrong-form`, `guard.count-changed`, `guard.last-try`,
        `guard.stale-consent`), Refused `card.locked`, WrongPin with the tries left, or CardTrouble
        `card.verify-unknown` when the card left before its answer: then read again, do not send again.
        """
        secret = normalise(kind, typed).encode("ascii")
        self._admit(kind, shown, consent)
        for reference in REFERENCES[kind]:
            self._present(reference, secret)

    def change(
        self, kind: PinKind, old: str, new: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> None:
        """Change a PIN whose present value is known. The new value is presented afterwards, as proof.

        Both references of the resident PIN get the new value; the old one is proved on every reference before the
        first is changed, and a change that was cut in half before is completed by asking for the same change again.
        Raises as `verify`, GuardRefused `guard.same-pin`, and CardTrouble `card.change-unknown` when the card left
        during the change: then read, with `verify`, which PIN is valid.
        """
        before, after = normalise(kind, old).encode("ascii"), normalise(kind, new).encode("ascii")
        if before == after:
            raise GuardRefused("guard.same-pin", kind=kind)
        self._admit(kind, shown, consent)
        first, *others = PIN_REFERENCES[kind]
        for reference in others:
            self._present(reference, before)
        if not self._changed_before(first, before, after, may_be_half=bool(others)):
            self._change(first, after)
        for reference in others:
            self._present(reference, before)
            self._change(reference, after)

    def new_is_valid(
        self, kind: PinKind, old: str, new: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> bool:
        """Return which of two PINs the card holds after a change with unknown outcome: True for the new one.

        The new value is presented first; only if the card says no and more than the last try is left, the old one.
        Raises as `verify`; WrongPin means that it is neither.
        """
        before, after = normalise(kind, old).encode("ascii"), normalise(kind, new).encode("ascii")
        self._admit(kind, shown, consent)
        reference = PIN_REFERENCES[kind][0]
        try:
            self._present(reference, after)
        except WrongPin as wrong:
            if wrong.tries_left < tries_floor():
                raise
            self._present(reference, before)
            return False
        return True

    def reset(self, kind: PinKind, new: str) -> Receipt:
        """Give a PIN its new value and full tries, once, if the card holds a grant for it [ISO 7816-4 11.6.10].

        Raises GuardRefused `guard.wrong-form`, Refused `card.no-grant`, or CardTrouble `card.reset-unknown` when the
        card left before its answer: its last receipt tells at the next contact.
        """
        secret = normalise(kind, new).encode("ascii")
        reference = PIN_REFERENCES[kind][0]
        self.select(reference.application)
        command = Command(0x00, Ins.RESET_RETRY_COUNTER, 0x02, 0x80 | reference.file, secret, 256)
        answer = self._send_once(command, "card.reset-unknown", kind)
        status = read_status(answer.sw)
        if status.outcome is Outcome.NOT_ALLOWED:
            raise Refused("card.no-grant", kind=kind)
        if not status.done:
            raise _unexpected(status)
        return Receipt.decode(answer.data)

    def power_cycle(self) -> None:
        """Take power from the card and give it back: no PIN stays verified. Raises what the link raises."""
        self._selected = None
        self._link.power_cycle()

    def close(self) -> None:
        """Power the card off and let it go."""
        self._selected = None
        self._link.close()

    def _send(self, command: Command) -> Response:
        self._asked = None
        try:
            return Response.decode(self._link.transmit(command.encode()))
        except CardTrouble:
            self._selected = None
            raise

    @staticmethod
    def _refuse_protected(command: Command) -> None:
        if command.ins & 0xFE in _PROTECTED:
            raise GuardRefused("guard.protected-command", instruction=f"{command.ins:02X}")

    def _send_once(self, command: Command, unknown: str, kind: PinKind | Code) -> Response:
        try:
            return self._send(command)
        except CardTrouble as trouble:
            if trouble.code in _NOT_SENT or trouble.code.startswith("reader."):
                raise
            raise CardTrouble(unknown, kind=kind) from trouble

    def _admit(self, kind: PinKind | Code, shown: TriesReading, consent: LastTryConsent | None) -> None:
        now = self.tries(kind)
        if (shown.kind, shown.tries_left, shown.place) != (kind, now.tries_left, now.place):
            raise GuardRefused("guard.count-changed", kind=kind, shown=shown.tries_left, tries_left=now.tries_left)
        if now.locked:
            raise Refused("card.locked", kind=kind)
        if now.tries_left >= tries_floor():
            return
        if consent is None:
            raise GuardRefused("guard.last-try", kind=kind, tries_left=now.tries_left)
        seen = consent.reading
        fresh = now.read_at - seen.read_at <= consent_reading_life()
        if not fresh or (seen.kind, seen.tries_left, seen.place) != (kind, now.tries_left, now.place):
            raise GuardRefused("guard.stale-consent", kind=kind, seconds=int(consent_reading_life().total_seconds()))

    def _query(self, reference: PinReference) -> tuple[int, int]:
        """Return P2 for the form that the card answered, and the count. Selecting and asking are one operation."""
        self.select(reference.application)
        if reference not in self._without_short_ids:
            p2 = 0x80 | reference.file
            status = read_status(self._send(Command(0x00, Ins.VERIFY, 0, p2)).sw)
            count = _count(status, reference)
            if count is not None:
                self._asked = reference, p2
                return p2, count
            self._without_short_ids.add(reference)
        file_id = reference.file.to_bytes(2)
        if self._send(Command(0x00, Ins.SELECT, 0x02, 0x0C, file_id)).sw != 0x9000:
            raise CardTrouble("card.no-such-pin", kind=reference.kind)
        status = read_status(self._send(Command(0x00, Ins.VERIFY, 0, 0x80)).sw)
        count = _count(status, reference)
        if count is None:
            raise CardTrouble("card.no-such-pin", kind=reference.kind)
        self._asked = reference, 0x80
        return 0x80, count

    def _present(self, reference: PinReference, secret: bytes) -> None:
        asked = self._asked
        p2 = asked[1] if asked and asked[0] == reference else self._query(reference)[0]
        answer = self._send_once(Command(0x00, Ins.VERIFY, 0, p2, secret), "card.verify-unknown", reference.kind)
        status = read_status(answer.sw)
        if status.done:
            return
        if status.tries_left is not None:
            raise WrongPin(kind=reference.kind, tries_left=status.tries_left)
        if status.outcome is Outcome.NOT_VERIFIED:
            raise WrongPin(kind=reference.kind, tries_left=self.tries(reference.kind).tries_left)
        if status.outcome is Outcome.LOCKED:
            raise Refused("card.locked", kind=reference.kind)
        raise _unexpected(status)

    def _changed_before(self, reference: PinReference, before: bytes, after: bytes, *, may_be_half: bool) -> bool:
        """Present the old value; where an earlier change was cut in half this reference already holds the new one."""
        try:
            self._present(reference, before)
        except WrongPin as wrong:
            if not may_be_half or wrong.tries_left < tries_floor():
                raise
            self._present(reference, after)
            return True
        return False

    def _change(self, reference: PinReference, secret: bytes) -> None:
        # The reference is the current one: it was just verified. [card notes 8.3]
        jicsap = reference.application in _JICSAP_CHANGE
        cla, ins, p1 = (0x80, Ins.CHANGE_KEY, 0x00) if jicsap else (0x00, Ins.CHANGE_REFERENCE_DATA, 0x01)
        status = read_status(
            self._send_once(Command(cla, ins, p1, 0x80, secret), "card.change-unknown", reference.kind).sw
        )
        if not status.done:
            raise _unexpected(status)
        self._present(reference, secret)


def _count(status: Status, reference: PinReference) -> int | None:
    """Return the count that an empty VERIFY told, None when it was refused as a command."""
    if status.tries_left is not None:
        return status.tries_left
    if status.outcome is Outcome.LOCKED:
        return 0
    if status.outcome in {Outcome.DONE, Outcome.NOT_VERIFIED}:
        raise CardTrouble("card.tries-not-told", kind=reference.kind)
    return None


def _unexpected(status: Status) -> CardTrouble:
    return CardTrouble("card.unexpected-status", status=f"{status.sw:04X}", meaning=f"outcome.{status.outcome.value}")
