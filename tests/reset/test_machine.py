"""Phones, kiosks and a card doing anything in any order: repeated, dropped, reordered, late."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from kaijo.card.administration import Receipt
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.reset.again import again
from kaijo.reset.extending import extend_session
from kaijo.reset.grants import RelayStep, relay_step
from kaijo.reset.kiosk_sessions import Opened
from kaijo.reset.ports import Store
from kaijo.reset.relay import first_command
from kaijo.reset.reservations import Evidence, cancel_reservation, find_reservation, make_reservation
from kaijo.reset.states import ACTIVE, RESERVATION_MOVES, ReservationState
from kaijo.service.store.database import SqlStore

from .bench import AUTHENTICATION, JPKI, RESETS, SIGNATURE, Bench

KINDS = st.sampled_from([SIGNATURE, AUTHENTICATION])
PAUSES = st.sampled_from([timedelta(seconds=1), timedelta(minutes=4), timedelta(minutes=15), timedelta(hours=5)])


def reachable(before: ReservationState) -> set[ReservationState]:
    found = {before}
    for _ in ReservationState:
        found |= {after for state in found for after in RESERVATION_MOVES[state]}
    return found


class Recovery(RuleBasedStateMachine):
    """Every call may be refused, with an error of ours; the invariants hold after every one."""

    sessions = Bundle("sessions")
    proofs = Bundle("proofs")

    def __init__(
        self, store: SqlStore | None = None, faults: Callable[[SqlStore], Store] = lambda store: store
    ) -> None:
        super().__init__()
        self.kept = store
        self.store = store or SqlStore(None)
        self.bench = Bench(store=faults(self.store))
        self.seen: dict[bytes, ReservationState] = {}
        self.receipts: list[Receipt] = []
        self.commands: dict[str, tuple[int, bytes | None]] = {}
        self.said: list[tuple[str, int, bytes]] = []

    def teardown(self) -> None:
        if self.kept is None:
            self.store.close()

    @rule(target=proofs, kind=KINDS)
    def sign_challenge(self, kind: PinKind) -> tuple[str, PinKind, Evidence]:
        challenge, message = self.bench.challenge(kind)
        return challenge.id, kind, self.bench.evidence(kind, message)

    @rule(proof=proofs)
    def reserve_or_repeat(self, proof: tuple[str, PinKind, Evidence]) -> None:
        challenge_id, kind, evidence = proof
        with suppress(KaijoError):
            made = again(
                lambda: make_reservation(self.bench.desk, challenge_id=challenge_id, kind=kind, evidence=evidence)
            )
            self.seen.setdefault(made.id, made.state)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        token = self.bench.cancel_token(data.draw(st.sampled_from(sorted(self.seen))))
        before = again(lambda: find_reservation(self.bench.desk, cancel_token=token))
        try:
            after = again(lambda: cancel_reservation(self.bench.desk, cancel_token=token))
        except KaijoError as refused:
            expected = {ReservationState.USED: "reset.already-done", ReservationState.HELD: "reset.in-use"}
            assert refused.code == expected[before.state]
            return
        assert after.state is (ReservationState.CANCELLED if before.state in ACTIVE else before.state)
        assert again(lambda: cancel_reservation(self.bench.desk, cancel_token=token)) == after

    @rule(target=sessions, told=st.booleans())
    def open(self, *, told: bool) -> Opened | None:
        state = self.bench.reset_state() if told else None
        with suppress(KaijoError):
            return self.bench.open(reset_state=state)
        return None

    @rule(session=sessions)
    def prove(self, session: Opened | None) -> None:
        with suppress(KaijoError):
            if session is not None:
                self.bench.prove(session)
                self.commands.setdefault(session.session.id, (0, first_command()))

    @rule(session=sessions)
    def extend(self, session: Opened | None) -> None:
        with suppress(KaijoError):
            if session is not None:
                extend_session(self.bench.desk, session_id=session.session.id)

    @rule(session=sessions, passes=st.integers(1, 5))
    def relay(self, session: Opened | None, passes: int) -> None:
        for _ in range(passes):
            step, command = self.commands.get(session.session.id if session else "", (0, None))
            if session is None or command is None:
                return
            response = self.bench.card.transmit(command)
            self.said.append((session.session.id, step, response))
            try:
                done = self.say(session.session.id, step, response)
            except KaijoError:
                return
            self.commands[session.session.id] = (done.step, done.command)

    def say(self, session: str, step: int, response: bytes) -> RelayStep:
        return again(lambda: relay_step(self.bench.desk, session_id=session, step=step, response=response))

    @precondition(lambda self: self.said)
    @rule(data=st.data(), drop=st.booleans())
    def repeat_or_mix_up(self, data: st.DataObject, *, drop: bool) -> None:
        session, step, response = data.draw(st.sampled_from(self.said))
        if drop:
            session = data.draw(st.sampled_from(self.said))[0]
        with suppress(KaijoError):
            done = self.say(session, step, response)
            if done.command is not None:
                self.bench.card.transmit(done.command)

    @rule(kind=KINDS)
    def reset(self, kind: PinKind) -> None:
        self.bench.card.transmit(JPKI)
        answer = self.bench.card.transmit(RESETS[kind])
        if answer[-2:] == b"\x90\x00":
            self.receipts.append(Receipt.decode(answer[:-2]))

    @precondition(lambda self: self.receipts)
    @rule(session=sessions, data=st.data())
    def hand_in(self, session: Opened | None, data: st.DataObject) -> None:
        receipt = data.draw(st.sampled_from(self.receipts))
        with suppress(KaijoError):
            if session is not None:
                self.bench.finish(session, receipt)

    @rule(session=consumes(sessions))
    def end(self, session: Opened | None) -> None:
        if session is not None:
            self.bench.end(session)

    @rule()
    def take_card_away(self) -> None:
        self.bench.card.power_cycle()

    @rule(pause=PAUSES)
    def wait(self, pause: timedelta) -> None:
        self.bench.clock.advance(pause)

    @rule()
    def whole_visit(self) -> None:
        with suppress(KaijoError):
            opened = self.bench.grant()
            receipt = self.bench.reset(opened.session.kind)
            self.receipts.append(receipt)
            self.bench.finish(opened, receipt)

    @invariant()
    def a_reservation_causes_at_most_one_reset(self) -> None:
        assert max(Counter(receipt.grant.reservation for receipt in self.receipts).values(), default=0) <= 1
        assert self.bench.image.administration.reset_number == len(self.receipts)

    @invariant()
    def an_acknowledged_reservation_is_never_lost_and_moves_by_the_table(self) -> None:
        now = {row.id: row.state for row in self.bench.reservations()}
        assert set(self.seen) <= set(now)
        for reservation_id, before in self.seen.items():
            assert now[reservation_id] in reachable(before)
        self.seen.update(now)

    @invariant()
    def at_most_one_is_active_for_each_kind(self) -> None:
        active = Counter(row.kind for row in self.bench.reservations() if row.state in ACTIVE)
        assert max(active.values(), default=0) <= 1

    @invariant()
    def held_is_what_has_a_holder_and_used_is_what_the_card_did(self) -> None:
        did = {receipt.grant.reservation for receipt in self.receipts}
        for row in self.bench.reservations():
            assert (row.state is ReservationState.HELD) == (row.holder is not None) == (row.held_until is not None)
            assert (row.state is ReservationState.USED) == (row.used_at is not None)
            assert row.state is not ReservationState.USED or row.id in did

    @invariant()
    def every_reset_had_its_intent(self) -> None:
        with self.store.begin() as records:
            for receipt in self.receipts:
                done = receipt.grant
                grants = records.grants(self.bench.pseudonym, done.reservation)
                assert (done.kind, done.reset_number) in {(row.kind, row.reset_number + 1) for row in grants}


TestRecovery = Recovery.TestCase
TestRecovery.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
