"""The model's moves in the real code: the verbs of `kaijo.reset` on a real store, and the virtual card."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from kaijo.card.administration import Act, Grant, Receipt
from kaijo.card.files import Application, Jpki
from kaijo.errors import Refused
from kaijo.facts.counter import Visitor
from kaijo.facts.counter_papers import documents
from kaijo.facts.lifetimes import kiosk_session_life, reservation_life
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.cases import Papers, ask, open_case
from kaijo.reset.counter.clerks import add_clerk, sign_in
from kaijo.reset.counter.sessions import begin
from kaijo.reset.grants import relay_step, take_receipt
from kaijo.reset.kiosk_sessions import accept_proof, end_session, open_session
from kaijo.reset.receipts import settle_if_authentic
from kaijo.reset.records import TerminalSession
from kaijo.reset.relay import first_command
from kaijo.reset.reservations import Evidence, cancel_reservation, make_reservation
from kaijo.reset.states import ACTIVE, OVER, ReservationState
from kaijo.service.store.database import SqlStore
from tests.reset.bench import AUTHENTICATION, CARD_ID, JPKI, SIGNATURE, Bench, sign

from .tlc import Bounds
from .walks import Move, State

_FILES = {SIGNATURE: Jpki.SIGNATURE_PIN, AUTHENTICATION: Jpki.AUTHENTICATION_PIN}
_SHORT_ID = 0x80
_OLD = {SIGNATURE: b"ABC123", AUTHENTICATION: b"1234"}
_CHANNEL_STEPS = 3
_CLERK = "clerk"


@dataclass
class _Kiosk:
    """What a terminal knows of one session. `answers` are the card's; `command` is what is to be given to it next.

    `message` is what the holder proves with; at the counter there is none.
    """

    session: TerminalSession
    message: bytes
    answers: list[bytes]
    command: bytes | None = None


class Replay:
    """A bench that makes the model's moves by name. A verb that refuses raises an error of ours."""

    def __init__(self, of: Bounds) -> None:
        self._of = of
        self._store = SqlStore(None)
        self._bench = Bench(store=self._store)
        self._asked: dict[int, tuple[str, Evidence]] = {}
        self._ids: dict[int, bytes] = {}
        self._kiosks: dict[int, _Kiosk] = {}
        self._receipts: list[Receipt] = []
        self._cases: dict[int, str] = {}
        add_clerk(self._bench.desk, _CLERK, _CLERK)

    def close(self) -> None:
        """Let the store go."""
        self._store.close()

    def move(self, name: str, about: tuple[int, ...]) -> None:
        """Make one move of the model. Raises KaijoError where the code refuses."""
        act: Callable[..., None] = getattr(self, f"_{name}")
        act(*about)

    def _kind(self, reservation: int) -> PinKind:
        return AUTHENTICATION if reservation in self._of.of_authentication else SIGNATURE

    def _make_reservation(self, reservation: int) -> None:
        kind = self._kind(reservation)
        if reservation not in self._asked:
            self._bench.clock.advance(timedelta(seconds=1))  # the newest is told by its time
            challenge, message = self._bench.challenge(kind)
            self._asked[reservation] = (challenge.id, self._bench.evidence(kind, message))
        challenge_id, evidence = self._asked[reservation]
        try:
            made = make_reservation(self._bench.desk, challenge_id=challenge_id, kind=kind, evidence=evidence)
        except BaseException:
            del self._asked[reservation]
            raise
        assert self._ids.setdefault(reservation, made.id) == made.id

    def _cancel_reservation(self, reservation: int) -> None:
        cancel_reservation(self._bench.desk, cancel_token=self._bench.cancel_token(self._ids[reservation]))

    def _settle_if_authentic(self, number: int) -> None:
        receipt = self._receipts[number - 1]
        settle_if_authentic(self._bench.desk, card_id=CARD_ID, receipt=receipt, at=self._bench.clock.now())

    def _expire_reservations(self) -> None:
        with self._bench.store.begin() as records:
            records.expire_reservations(self._bench.pseudonym, self._bench.clock.now())

    def _open_session(self, session: int) -> None:
        opened = open_session(
            self._bench.desk, kiosk=f"kiosk {session}", authentication_certificate=b"a1", reset_state=None
        )
        self._kiosks[session] = _Kiosk(opened.session, opened.message, [])

    def _begin(self, session: int, reservation: int) -> None:
        """Begin a reset as a clerk, in a case that is opened when its reservation is first asked for."""
        desk, kind = self._bench.desk, self._kind(reservation)
        token = sign_in(desk, clerk_id=_CLERK, password=_CLERK).token
        if reservation not in self._cases:
            papers = Papers(Visitor.HOLDER, 1, documents(Visitor.HOLDER, 1))
            case = open_case(desk, token=token, papers=papers, authentication_certificate=b"a1", reset_state=None)
            ask(desk, token=token, case_id=case.id, acts=[(Act.RESET, kind)])
            self._cases[reservation] = case.id
        begun = begin(
            desk, token=token, case_id=self._cases[reservation], act=Act.RESET, kind=kind, terminal="counter 1"
        )
        assert self._ids.setdefault(reservation, begun.reservation) == begun.reservation
        self._kiosks[session] = _Kiosk(begun, b"", [])

    def _accept_proof(self, session: int) -> None:
        kiosk = self._kiosks[session]
        proof = "a1" if kiosk.session.kind is SIGNATURE else "s1"
        accept_proof(
            self._bench.desk,
            session_id=kiosk.session.id,
            proof_certificate=proof.encode(),
            signature=sign(proof, kiosk.message),
        )

    def _open_channel(self, session: int) -> None:
        kiosk = self._kiosks[session]
        command: bytes | None = first_command()
        for step in range(_CHANNEL_STEPS):
            assert command is not None
            answer = self._bench.card.transmit(command)
            command = relay_step(
                self._bench.desk, session_id=kiosk.session.id, step=step, response=answer, place=kiosk.session.place
            ).command
        kiosk.command = command

    def _read_receipt(self, session: int) -> None:
        kiosk = self._kiosks[session]
        assert kiosk.command is not None
        kiosk.answers.append(self._bench.card.transmit(kiosk.command))
        kiosk.command = None

    def _relay_step(self, session: int) -> None:
        kiosk = self._kiosks[session]
        done = relay_step(
            self._bench.desk,
            session_id=kiosk.session.id,
            step=_CHANNEL_STEPS,
            response=kiosk.answers[0],
            place=kiosk.session.place,
        )
        kiosk.command = done.command

    def _authorise_reset(self, session: int) -> None:
        kiosk = self._kiosks[session]
        assert kiosk.command is not None
        answer = self._bench.card.transmit(kiosk.command)
        if answer[-2:] == b"\x90\x00":  # a refusal, which anybody could make up, is as good as none
            kiosk.answers.append(answer)

    def _relay_last_step(self, session: int) -> None:
        kiosk = self._kiosks[session]
        relay_step(
            self._bench.desk,
            session_id=kiosk.session.id,
            step=_CHANNEL_STEPS + 1,
            response=kiosk.answers[1],
            place=kiosk.session.place,
        )

    def _take_receipt(self, session: int, number: int) -> None:
        of = self._kiosks[session].session
        take_receipt(self._bench.desk, session_id=of.id, receipt=self._receipts[number - 1], place=of.place)

    def _end_session(self, session: int) -> None:
        of = self._kiosks[session].session
        end_session(self._bench.desk, session_id=of.id, place=of.place)

    def _reset_retry_counter(self) -> None:
        """Type a new PIN, another one each time, for the kind that the card will reset."""
        permission = self._bench.card._chip.volatile.permission
        assert permission is not None
        value = _new(permission.kind, self._bench.image.administration.reset_number + 1)
        self._bench.card.transmit(JPKI)
        answer = self._bench.card.transmit(bytes((0, 0x2C, 2, _SHORT_ID | _FILES[permission.kind], len(value))) + value)
        assert answer[-2:] == b"\x90\x00"
        self._receipts.append(Receipt.decode(answer[:-2]))

    def _select_application(self) -> None:
        assert self._bench.card.transmit(JPKI) == b"\x90\x00"

    def _power_cycle(self) -> None:
        self._bench.card.power_cycle()

    def _session_time_passes(self) -> None:
        self._bench.clock.advance(kiosk_session_life())

    def _reservation_time_passes(self) -> None:
        self._bench.clock.advance(reservation_life())

    def forge(self) -> None:
        """Hand in a receipt for every session, of the next reset, that no card made. All must be refused."""
        for kiosk in self._kiosks.values():
            row = kiosk.session
            made_up = Grant(row.kind, row.reservation, self._bench.image.administration.reset_number + 1)
            with pytest.raises(Refused, match="bad-receipt"):
                take_receipt(self._bench.desk, session_id=row.id, receipt=Receipt(made_up, bytes(16)), place=row.place)

    def possible(self) -> Iterator[Move]:
        """Yield what anybody could ask of the service now, the card aside."""
        for reservation in self._ids:
            if reservation not in self._of.at_counter:
                yield "make_reservation", (reservation,)
            yield "cancel_reservation", (reservation,)
        if len(self._kiosks) < self._of.sessions:
            yield "open_session", (len(self._kiosks) + 1,)
            for reservation in self._of.at_counter:
                yield "begin", (len(self._kiosks) + 1, reservation)
        for number, _ in enumerate(self._receipts, 1):
            yield "settle_if_authentic", (number,)
            for session in self._kiosks:
                yield "take_receipt", (session, number)
        for session, kiosk in self._kiosks.items():
            yield "accept_proof", (session,)
            yield "end_session", (session,)
            for name, _ in zip(("relay_step", "relay_last_step"), kiosk.answers, strict=False):
                yield name, (session,)

    def state(self) -> State:
        """Return how things stand, in the model's words; what the kiosks have heard is theirs to know."""
        now = self._bench.clock.now()
        rows = {row.id: row for row in self._bench.reservations()}
        known = {kiosk.session.id: number for number, kiosk in self._kiosks.items()}
        numbers = {reservation: number for number, reservation in self._ids.items()}
        assert set(rows) == set(numbers)
        reservations, sessions, grants = [], [], []
        with self._bench.store.begin() as records:
            for number in range(1, self._of.reservations + 1):
                if number not in self._ids:
                    reservations.append({"state": "none", "late": False, "holder": 0})
                    continue
                row = rows[self._ids[number]]
                late = now >= row.expires_at and (row.state in ACTIVE or row.state is ReservationState.EXPIRED)
                holder = known[row.holder] if row.holder else 0
                reservations.append({"state": row.state.value, "late": late, "holder": holder})
                grants += [
                    (known[one.session], number, one.reset_number) for one in records.grants(row.pseudonym, row.id)
                ]
            for number in range(1, self._of.sessions + 1):
                if number not in self._kiosks:
                    sessions.append({"state": "none", "late": False, "reservation": 0})
                    continue
                opened = self._kiosks[number].session
                session = records.find_session(opened.pseudonym, opened.id)
                assert session is not None
                late = now >= session.expires_at and session.state not in OVER
                reservation = numbers[session.reservation]
                sessions.append({"state": session.state.value, "late": late, "reservation": reservation})
        return {
            "reservation": tuple(reservations),
            "session": tuple(sessions),
            "grants": sorted(grants),
            "card": self._card(numbers),
            "permission": self._permission(numbers),
        }

    def _card(self, numbers: dict[bytes, int]) -> dict[str, Any]:
        end = self._bench.image.administration
        last = end.last_receipt
        pins = self._bench.image.directories[Application.JPKI].pins
        return {
            "number": end.reset_number,
            "last": (numbers[last.grant.reservation], last.grant.reset_number) if last else (0, 0),
            "pins": {kind.value: _age(kind, pins[file].value, end.reset_number) for kind, file in _FILES.items()},
        }

    def _permission(self, numbers: dict[bytes, int]) -> int:
        permission = self._bench.card._chip.volatile.permission
        return numbers[permission.reservation] if permission else 0


def _new(kind: PinKind, number: int) -> bytes:
    return (f"NEW{number:03}" if kind is SIGNATURE else f"{9000 + number}").encode()


def _age(kind: PinKind, value: bytes | None, newest: int) -> int:
    """Return the number of the reset that set this value, 0 for the one from before them all; nothing else may be."""
    values: list[bytes | None] = [_OLD[kind], *(_new(kind, number) for number in range(1, newest + 1))]
    return values.index(value)


def in_replays_words(model: State) -> State:
    """Return a state of the model as `Replay.state` tells it."""
    last = model["card"]["last"]
    grants = sorted((one["session"], one["reservation"], one["number"]) for one in model["grants"])
    return {
        "reservation": model["reservation"],
        "session": model["session"],
        "grants": grants,
        "card": {**model["card"], "last": (last["reservation"], last["number"])},
        "permission": model["power"]["permission"]["reservation"],
    }
