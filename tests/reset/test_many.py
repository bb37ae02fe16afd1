"""A crowd: ten kiosks with copies of each card, all at once, and one reset for each reservation.

`KAIJO_RESERVATIONS=1000` makes the ten thousand redeems of the promise; a run of the tests makes fewer.
"""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from secrets import token_bytes

import pytest
from sqlalchemy import func, select

from kaijo.card.administration import Receipt
from kaijo.errors import KaijoError
from kaijo.reset.grants import relay_step, take_receipt
from kaijo.reset.kiosk_sessions import accept_proof, open_session
from kaijo.reset.ports import RegisteredCard
from kaijo.reset.records import Purpose
from kaijo.reset.relay import first_command
from kaijo.reset.reservations import Evidence, make_challenge, make_reservation
from kaijo.reset.scribe import Scribe
from kaijo.reset.veil import Veil
from kaijo.service.store.audited import AuditedStore
from kaijo.service.store.schema import grants, reservations
from kaijo.virtualcard.card import VirtualCard
from tests.support.engines import Database

from .bench import JPKI, RESETS, SIGNATURE, Bench, image, key, patiently, record, sign
from .trails import is_chained, read_all

RESERVATIONS = int(os.environ.get("KAIJO_RESERVATIONS", "12"))
KIOSKS = 10
THREADS = 64


class Crowd:
    """A desk on one database, and as many cards as there are reservations; all share a key, for the time it takes."""

    def __init__(self, database: Database) -> None:
        plain = Bench(store=database.store())
        veil = Veil(b"v" * 32, randomness=token_bytes)
        store = AuditedStore(database.opened[0], Scribe(veil, plain.clock))
        self.desk = replace(plain.desk, store=store, randomness=token_bytes, veil=veil)
        self.ids = [f"CROWD{number:05}".encode() for number in range(RESERVATIONS)]
        for card_id in self.ids:
            surface = sha256(card_id).digest()
            plain.registry.cards[card_id] = RegisteredCard(card_id, record(b"s" + card_id), record(card_id), surface)
            plain.trust.names[card_id] = ("a1", plain.trust.names[b"a1"][1])
        key("a1")

    def reserve(self, card_id: bytes) -> None:
        challenge, message = patiently(lambda: make_challenge(self.desk, purpose=Purpose.RESERVE, kind=SIGNATURE))
        evidence = Evidence(card_id, card_id, sign("a1", message))
        patiently(lambda: make_reservation(self.desk, challenge_id=challenge.id, kind=SIGNATURE, evidence=evidence))

    def redeem(self, card_id: bytes) -> tuple[bytes, str]:
        """Let one kiosk try with a copy of the card; return the card and how it ended: "" for a reset."""
        copy = image(card_id)
        card = VirtualCard(copy, place="copy")
        try:
            opened = patiently(
                lambda: open_session(self.desk, kiosk="crowd", authentication_certificate=card_id, reset_state=None)
            )
            session, signature = opened.session.id, sign("a1", opened.message)
            patiently(
                lambda: accept_proof(self.desk, session_id=session, proof_certificate=card_id, signature=signature)
            )
            command: bytes | None = first_command()
            step = 0
            while command is not None:
                answer = card.transmit(command)
                command = self.relay(session, step, answer)
                step += 1
            card.transmit(JPKI)
            receipt = Receipt.decode(card.transmit(RESETS[SIGNATURE])[:-2])
            patiently(lambda: take_receipt(self.desk, session_id=session, receipt=receipt))
        except KaijoError as error:
            assert copy.administration.reset_number == 0
            return card_id, error.code
        assert copy.administration.reset_number == 1
        return card_id, ""

    def relay(self, session: str, step: int, answer: bytes) -> bytes | None:
        return patiently(lambda: relay_step(self.desk, session_id=session, step=step, response=answer)).command


@pytest.mark.timeout(3600)
def test_ten_redeems_of_each_reservation_make_one_reset_each(database: Database) -> None:
    crowd = Crowd(database)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(crowd.reserve, crowd.ids))
        began = time.perf_counter()
        ended = list(pool.map(crowd.redeem, [one for one in crowd.ids for _ in range(KIOSKS)]))
    took = time.perf_counter() - began
    told = Counter(code for _, code in ended)
    print(f"{database.engine}: {len(ended)} redeems, {told['']} resets in {took:.0f} s: {dict(told)}")  # noqa: T201
    assert Counter(card for card, code in ended if code == "") == dict.fromkeys(crowd.ids, 1)
    assert set(told) <= {"", "reset.in-use", "reset.already-done", "reset.no-reservation"}
    with database.opened[0].begin() as records:
        used = select(reservations.c.state, func.count()).group_by(reservations.c.state)
        assert [tuple(row) for row in records.connection.execute(used)] == [("used", RESERVATIONS)]
        given = select(grants.c.outcome, func.count()).group_by(grants.c.outcome)
        assert [tuple(row) for row in records.connection.execute(given)] == [("used", RESERVATIONS)]
    assert is_chained(read_all(crowd.desk.store))
