"""The guard: the only way from Kaijo to a card, and the only place that lets a PIN leave.

Whatever can spend a try or change a PIN (VERIFY, CHANGE REFERENCE DATA, CHANGE KEY, RESET RETRY COUNTER) goes
through its own methods here; `transmit` refuses it. Before a PIN is sent its form is checked, the count is read
again and compared with what the person saw, and the last try is held back. A card that leaves in the middle is
"unknown", never "wrong PIN", and nothing is ever sent twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kaijo.card.apdu import EXTENDED_LE, Command, Ins, Response
from kaijo.card.files import PIN_REFERENCES, REFERENCES, Application, Code, PinReference
from kaijo.card.link import Link
from kaijo.card.pins import normalise, tries_max
from kaijo.card.status import Outcome, Status, read_status
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, GuardRefused, Refused, WrongPin
from kaijo.facts.lifetimes import consent_reading_life
from kaijo.facts.pins import PinKind, tries_floor

if TYPE_CHECKING:
    from kaijo.card.administration import Receipt

_ENVELOPE = 0xC2
# An odd instruction is the same command with a BER-TLV data field [ISO 7816-4 5.4.2]; ENVELOPE may carry any of them.
_PROTECTED = frozenset(
    (Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA, Ins.RESET_RETRY_COUNTER, Ins.CHANGE_KEY, Ins.UNLOCK_KEY, _ENVELOPE)
)
# Link errors that come before the card could have obeyed; after any other the outcome is unknown.
_NOT_SENT = frozenset(("card.was-reset", "card.unpowered"))
# The answers that say what became of a PIN, and of a change or reset. After any other the outcome is unknown, as if
# none had come.
_COMPARED = frozenset((Outcome.DONE, Outcome.TRIES, Outcome.NOT_VERIFIED, Outcome.LOCKED))
_DONE_OR_REFUSED = frozenset(
    (
        Outcome.DONE,
        Outcome.NOT_ALLOWED,
        Outcome.CONDITIONS,
        Outcome.NOT_FOUND,
        Outcome.WRONG_LENGTH,
        Outcome.WRONG_PARAMETERS,
        Outcome.WRONG_DATA,
        Outcome.NOT_SUPPORTED,
        Outcome.SECURE_MESSAGING,
    )
)
# A card in trouble, which says nothing about what it has.
_TROUBLED = frozenset((Outcome.CARD_FAULT, Outcome.MEMORY, Outcome.INVALID))
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
            if status.outcome is Outcome.MORE_DATA and (not response.data or len(data) > EXTENDED_LE):
                raise CardTrouble("card.malformed-data")  # it would never come to an end
        return Response(data, response.sw)

    def relay(self, command: bytes) -> bytes:
        """Pass on one command of the service, byte for byte, and return the card's answer. Raises as `transmit`."""
        self._refuse_protected(Command.decode(command))
        self._selected = self._asked = None
        return self._link.transmit(command)

    def select(self, application: Application) -> None:
        """Make `application` the current one. A no-op when it is, so that its security status is kept.

        Raises CardTrouble `card.no-application` when the card does not have it, `card.unexpected-status` when the card
        is in trouble and does not say.
        """
        if self._selected is application:
            return
        command = Command(0x00, Ins.SELECT, 0x04, 0x0C, application.value)
        status = read_status(self.transmit(command).sw)
        if status.outcome is Outcome.CARD_FAULT:  # real cards may say so once after power-on [card notes 2.1]
            status = read_status(self.transmit(command).sw)
        if status.outcome in _TROUBLED:
            raise _unexpected(status)
        if not status.done:
            raise CardTrouble("card.no-application", application=f"application.{application.name.lower()}")
        self._selected = application

    def tries(self, kind: PinKind | Code) -> TriesReading:
        """Ask the card how many tries are left. Spends nothing: an empty VERIFY to a reference that was just selected.

        Raises CardTrouble `card.no-such-pin` when the card has no such reference, `card.tries-not-told` when it
        gives no count, `card.unexpected-status` when it says neither, and what `select` and the link raise.
        """
        left = min(self.count(reference) for reference in REFERENCES[kind])
        return TriesReading(kind, left, tries_max(kind), self._clock.now(), self.place)

    def count(self, reference: PinReference) -> int:
        """Return the tries left of one reference alone, as the card tells them. Raises as `tries`."""
        return self._query(reference)[1]

    def verify(
        self, kind: PinKind | Code, typed: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> None:
        """Present a PIN once. `shown` is the reading that the person saw before typing.

        Raises GuardRefused when nothing was sent (`guard.wrong-form`, `guard.count-changed`, `guard.last-try`,
        `guard.stale-consent`), Refused `card.locked`, WrongPin with the tries left, or CardTrouble
        `card.verify-unknown` when the card left before its answer, or gave none that says whether a try was spent: then
        read again, do not send again.
        """
        secret = normalise(kind, typed).encode("ascii")
        least = self._admit(kind, shown, consent)
        for reference in REFERENCES[kind]:
            self._present(reference, secret, least)

    def change(
        self, kind: PinKind, old: str, new: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> None:
        """Change a PIN whose present value is known. The new value is presented afterwards, as proof.

        Both references of the resident PIN get the new value; the old one is proved on every reference before the
        first is changed, and a change that was cut in half before is completed by asking for the same change again.
        Raises as `verify`, GuardRefused `guard.same-pin`, and CardTrouble `card.change-unknown` when the card left, or
        gave no clear answer, after the first change was sent: then ask it with `new_is_valid`.
        """
        before, after = normalise(kind, old).encode("ascii"), normalise(kind, new).encode("ascii")
        if before == after:
            raise GuardRefused("guard.same-pin", kind=kind)
        least = self._admit(kind, shown, consent)
        first, *others = PIN_REFERENCES[kind]
        for reference in others:
            self._present(reference, before, least)
        if not self._changed_before(first, before, after, least, may_be_half=bool(others)):
            self._change(first, after)
        with _unknown("card.change-unknown", kind):  # whatever happens now, the first reference is changed
            for reference in others:
                self._present(reference, before, least)
                self._change(reference, after)

    def new_is_valid(
        self, kind: PinKind, old: str, new: str, *, shown: TriesReading, consent: LastTryConsent | None = None
    ) -> bool:
        """Return which of two PINs the card holds after a change with unknown outcome: True for the new one.

        The new value is presented first; only if the card says no and more than the last try is left, the old one.
        A change that reached one reference of two is completed. Raises as `change`; WrongPin means that it is neither.
        """
        before, after = normalise(kind, old).encode("ascii"), normalise(kind, new).encode("ascii")
        least = self._admit(kind, shown, consent)
        first, *others = PIN_REFERENCES[kind]
        if not self._holds_new(first, before, after, least):
            return False
        for reference in others:
            if not self._holds_new(reference, before, after, least):
                self._change(reference, after)
        return True

    def reset(self, kind: PinKind, new: str) -> "Receipt":
        """Give a PIN its new value and full tries, once, if the card holds a grant for it [ISO 7816-4 11.6.10].

        Raises GuardRefused `guard.wrong-form`, Refused `card.no-grant`, or CardTrouble `card.reset-unknown` when the
        card left before its answer or gave no clear one: its last receipt tells at the next contact.
        """
        from kaijo.card.administration import Receipt

        secret = normalise(kind, new).encode("ascii")
        reference = PIN_REFERENCES[kind][0]
        self.select(reference.application)
        command = Command(0x00, Ins.RESET_RETRY_COUNTER, 0x02, 0x80 | reference.file, secret, 256)
        answer = self._send_once(command, "card.reset-unknown", kind, _DONE_OR_REFUSED)
        status = read_status(answer.sw)
        if status.outcome is Outcome.NOT_ALLOWED:
            raise Refused("card.no-grant", kind=kind)
        if not status.done:
            raise _unexpected(status)
        try:
            return Receipt.decode(answer.data)
        except CardTrouble as trouble:
            raise CardTrouble("card.reset-unknown", kind=kind) from trouble

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

    def _send_once(self, command: Command, unknown: str, kind: PinKind | Code, clear: frozenset[Outcome]) -> Response:
        """Return an answer that is one of `clear`; the error `unknown` stands for every other and for none."""
        try:
            answer = self._send(command)
        except CardTrouble as trouble:
            if trouble.code in _NOT_SENT or trouble.code.startswith("reader."):
                raise
            raise CardTrouble(unknown, kind=kind) from trouble
        status = read_status(answer.sw)
        if status.outcome not in clear or (answer.data and not command.le):  # data unasked for is no answer
            raise CardTrouble(unknown, kind=kind) from _unexpected(status)
        return answer

    def _admit(self, kind: PinKind | Code, shown: TriesReading, consent: LastTryConsent | None) -> int:
        """Return the tries left when a PIN may be sent on this reading."""
        now = self.tries(kind)
        if (shown.kind, shown.tries_left, shown.place) != (kind, now.tries_left, now.place):
            raise GuardRefused("guard.count-changed", kind=kind, shown=shown.tries_left, tries_left=now.tries_left)
        if now.locked:
            raise Refused("card.locked", kind=kind)
        if now.tries_left >= tries_floor():
            return now.tries_left
        if consent is None:
            raise GuardRefused("guard.last-try", kind=kind, tries_left=now.tries_left)
        seen = consent.reading
        fresh = now.read_at - seen.read_at <= consent_reading_life()
        if not fresh or (seen.kind, seen.tries_left, seen.place) != (kind, now.tries_left, now.place):
            raise GuardRefused("guard.stale-consent", kind=kind, seconds=int(consent_reading_life().total_seconds()))
        return now.tries_left

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
        status = read_status(self._send(Command(0x00, Ins.SELECT, 0x02, 0x0C, file_id)).sw)
        if not status.done:
            raise _absent(status, reference)
        status = read_status(self._send(Command(0x00, Ins.VERIFY, 0, 0x80)).sw)
        count = _count(status, reference)
        if count is None:
            raise _absent(status, reference)
        self._asked = reference, 0x80
        return 0x80, count

    def _present(self, reference: PinReference, secret: bytes, least: int) -> None:
        """Send a PIN to a reference that has just been asked. Where it must be asked again, `least` tries are left."""
        if self._asked and self._asked[0] == reference:
            p2 = self._asked[1]
        else:
            p2, left = self._query(reference)
            if left < least:
                raise GuardRefused("guard.count-changed", kind=reference.kind, shown=least, tries_left=left)
        command = Command(0x00, Ins.VERIFY, 0, p2, secret)
        status = read_status(self._send_once(command, "card.verify-unknown", reference.kind, _COMPARED).sw)
        if status.tries_left is not None:
            raise WrongPin(kind=reference.kind, tries_left=status.tries_left)
        if status.outcome is Outcome.NOT_VERIFIED:
            with _unknown("card.verify-unknown", reference.kind):  # a try is spent, and that must be told
                left = self.tries(reference.kind).tries_left
            raise WrongPin(kind=reference.kind, tries_left=left)
        if status.outcome is Outcome.LOCKED:
            raise Refused("card.locked", kind=reference.kind)

    def _holds_new(self, reference: PinReference, before: bytes, after: bytes, least: int) -> bool:
        """Return whether the reference holds the new value; when not, the old one has been verified on it."""
        try:
            self._present(reference, after, least)
        except WrongPin as wrong:
            if wrong.tries_left < tries_floor():
                raise
            with _unknown("card.verify-unknown", reference.kind):  # a try is spent until this gives it back
                self._present(reference, before, wrong.tries_left)
            return False
        return True

    def _changed_before(
        self, reference: PinReference, before: bytes, after: bytes, least: int, *, may_be_half: bool
    ) -> bool:
        """Present the old value; where an earlier change was cut in half this reference already holds the new one."""
        try:
            self._present(reference, before, least)
        except WrongPin as wrong:
            if not may_be_half or wrong.tries_left < tries_floor():
                raise
            with _unknown("card.verify-unknown", reference.kind):
                self._present(reference, after, wrong.tries_left)
            return True
        return False

    def _change(self, reference: PinReference, secret: bytes) -> None:
        # The reference is the current one: it was just verified. [card notes 8.3]
        jicsap = reference.application in _JICSAP_CHANGE
        cla, ins, p1 = (0x80, Ins.CHANGE_KEY, 0x00) if jicsap else (0x00, Ins.CHANGE_REFERENCE_DATA, 0x01)
        command = Command(cla, ins, p1, 0x80, secret)
        status = read_status(self._send_once(command, "card.change-unknown", reference.kind, _DONE_OR_REFUSED).sw)
        if not status.done:
            raise _unexpected(status)
        with _unknown("card.change-unknown", reference.kind):
            self._present(reference, secret, tries_floor())


def _count(status: Status, reference: PinReference) -> int | None:
    """Return the count that an empty VERIFY told, None when it was refused as a command."""
    if status.tries_left is not None:
        return status.tries_left
    if status.outcome is Outcome.LOCKED:
        return 0
    if status.outcome in {Outcome.DONE, Outcome.NOT_VERIFIED}:
        raise CardTrouble("card.tries-not-told", kind=reference.kind)
    return None


@contextmanager
def _unknown(code: str, kind: PinKind | Code) -> Iterator[None]:
    """Turn any trouble inside into `code`: what went before has left its mark on the card."""
    try:
        yield
    except (CardTrouble, GuardRefused) as trouble:
        raise CardTrouble(code, kind=kind) from trouble


def _absent(status: Status, reference: PinReference) -> CardTrouble:
    if status.outcome is Outcome.NOT_FOUND:
        return CardTrouble("card.no-such-pin", kind=reference.kind)
    return _unexpected(status)


def _unexpected(status: Status) -> CardTrouble:
    return CardTrouble("card.unexpected-status", status=f"{status.sw:04X}", meaning=f"outcome.{status.outcome.value}")
