"""What the counter and the face check leave behind."""

import secrets
from contextlib import closing
from dataclasses import replace

import pytest

from kaijo.card.administration import Act
from kaijo.clock import ManualClock
from kaijo.errors import Refused
from kaijo.facts.counter_papers import clerk_tries
from kaijo.facts.pins import PinKind
from kaijo.reset.audit import HOUSE, Tag, canonical
from kaijo.reset.counter.clerks import add_clerk, sign_in, unlock
from kaijo.reset.counter.records import DONE, Deed, Entry
from kaijo.reset.scribe import Scribe
from kaijo.reset.veil import Veil
from kaijo.service.store.audited import AuditedStore
from kaijo.service.store.database import SqlStore

from .bench import NOON
from .counter.bench import ONE, PASSWORDS, TWO, CounterBench
from .trails import is_chained, read_all

SCRIBE = Scribe(Veil(b"v" * 32, randomness=secrets.token_bytes), ManualClock(NOON))


def test_counter_case_is_told_from_papers_to_receipt() -> None:
    with closing(SqlStore(None)) as sql:
        bench = CounterBench(store=AuditedStore(sql, SCRIBE))
        case = bench.open()
        bench.ask(case, (Act.RESET, PinKind.RESIDENT))
        bench.reset(case, PinKind.RESIDENT)
        rows = read_all(bench.store)
        assert is_chained(rows)
        of_card = [
            (row.entry.tag, row.entry.attributes.get("deed")) for row in rows if row.partition == bench.pseudonym
        ]
        assert [one for one in of_card if one[0] is Tag.COUNTER_ACT] == [
            (Tag.COUNTER_ACT, deed) for deed in ("case", "ask", "reset")
        ]
        assert [tag for tag, _ in of_card if tag is not Tag.COUNTER_ACT] == [
            Tag.RESERVATION_MADE,
            Tag.SESSION_OPENED,
            Tag.GRANT_INTENDED,
            Tag.GRANT_CONFIRMED,
            Tag.RECEIPT_TAKEN,
            Tag.SESSION_ENDED,
        ]
        assert not [clerk for clerk in (ONE, TWO) for row in rows if clerk.encode() in canonical(row.plain())]
        # Each line of the journal has its row.
        acts = [row for row in rows if row.entry.tag in {Tag.COUNTER_ACT, Tag.CLERK_SIGNED_IN}]
        assert len(acts) == len(bench.journal())


def test_clerk_is_told_signing_in_missing_locked_out_and_let_in_again() -> None:
    with closing(SqlStore(None)) as sql:
        bench = CounterBench(store=AuditedStore(sql, SCRIBE))
        before = len(of_clerk(bench, ONE))
        for _ in range(clerk_tries()):
            with pytest.raises(Refused):
                sign_in(bench.desk, clerk_id=ONE, password="wrong")
        unlock(bench.desk, token=bench.sign_in(TWO), clerk_id=ONE)
        add_clerk(bench.desk, ONE, PASSWORDS[TWO])
        assert of_clerk(bench, ONE)[before:] == [
            *[Tag.CLERK_REFUSED] * (clerk_tries() - 1),
            Tag.CLERK_LOCKED_OUT,
            Tag.CLERK_UNLOCKED,
            Tag.OPERATOR_ACT,
        ]


def of_clerk(bench: CounterBench, clerk: str) -> list[Tag]:
    return [row.entry.tag for row in read_all(bench.store) if row.partition == SCRIBE.clerk(clerk)]


LINE = Entry(day=NOON.date(), id="0" * 32, at=NOON, deed=Deed.CALL, outcome=DONE, clerk=None)


@pytest.mark.parametrize("deed", list(Deed))
@pytest.mark.parametrize("outcome", [DONE, "counter.own-card"])
def test_every_line_of_the_journal_can_be_told(deed: Deed, outcome: str) -> None:
    line = replace(LINE, deed=deed, outcome=outcome)
    assert SCRIBE.counter_line(line, locked_out=False).partition == HOUSE
    told = replace(
        line, clerk=ONE, second=TWO, pseudonym="a" * 64, case="a" * 64 + "." + "b" * 32, kind=PinKind.RESIDENT
    )
    entry = SCRIBE.counter_line(told, locked_out=False)
    assert (entry.partition, entry.tag) == ("a" * 64, Tag.COUNTER_ACT)
    assert entry.attributes == {
        "deed": deed.value,
        "outcome": outcome,
        "clerk": SCRIBE.clerk(ONE),
        "helper": SCRIBE.clerk(TWO),
        "case": "b" * 32,
        "kind": "resident",
    }
