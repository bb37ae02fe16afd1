"""What somebody learns who has the certificates of a card, as every shop on the web may have, and not its PIN."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.reset.reservations import Evidence, make_reservation
from kaijo.service.store.database import SqlStore

from .bench import AUTHENTICATION, NOON, SIGNATURE, Bench, key, record, sign
from .trails import audited_bench

DAY = timedelta(days=1)
STATES: dict[str, Callable[[Bench], object]] = {
    "alive": lambda _bench: None,
    "reserved": lambda bench: bench.reserve(),
    "unknown": lambda bench: bench.registry.cards.pop(b"a1"),
    "under 15": lambda bench: bench.change_card(signature=None),
    "revoked": lambda bench: bench.change_card(authentication=replace(record(b"a1"), revoked_at=NOON - DAY)),
    "expired": lambda bench: bench.change_card(signature=replace(record(b"s1"), not_after=NOON - DAY)),
    "another certificate by now": lambda bench: bench.change_card(authentication=record(b"a3")),
}


@dataclass
class Work:
    """What the service did: statements by their first two words, and how often a key was asked for."""

    statements: list[str] = field(default_factory=list)
    keys: int = 0


@contextmanager
def watched(bench: Bench) -> Iterator[Work]:
    work = Work()
    bare = bench.trust.key_of

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        work.statements.append(" ".join(statement.split()[:2]))

    def counted(certificate: bytes) -> object:
        work.keys += 1
        return bare(certificate)

    bench.trust.key_of = counted  # type: ignore[method-assign,assignment]
    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield work
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def ask(state: str, kind: PinKind, proof: bytes) -> tuple[dict[str, object], Work]:
    """Have a stranger ask with the card's certificates and a signature by nobody; return the answer and the work."""
    with closing(SqlStore(None)) as store:
        bench = audited_bench(store)
        STATES[state](bench)
        challenge, _ = bench.challenge(kind)
        evidence = Evidence(b"a1", proof, bytes(256))
        with watched(bench) as work, pytest.raises(KaijoError) as refused:
            make_reservation(bench.desk, challenge_id=challenge.id, kind=kind, evidence=evidence)
        return refused.value.diagnostics(), work


@pytest.mark.parametrize("proof", [b"a1", b"s1", b"x1"])
@pytest.mark.parametrize("kind", [SIGNATURE, AUTHENTICATION])
@pytest.mark.parametrize("state", STATES)
def test_whoever_cannot_sign_hears_the_same_after_the_same_work(state: str, kind: PinKind, proof: bytes) -> None:
    key("x1")
    answer, work = ask(state, kind, proof)
    assert answer == {"code": "reset.bad-proof", "data": {}}
    assert (answer, work) == ask("alive", kind, proof)
    assert work.keys == 1


@pytest.mark.parametrize("state", STATES)
def test_strangers_own_key_learns_no_state_of_a_card_that_is_not_its(state: str) -> None:
    with closing(SqlStore(None)) as store:
        bench = audited_bench(store)
        STATES[state](bench)
        challenge, message = bench.challenge(AUTHENTICATION)
        evidence = replace(bench.evidence(SIGNATURE, message), proof_certificate=b"a2")
        evidence = replace(evidence, signature=sign("a2", message))
        with pytest.raises(KaijoError) as refused:
            make_reservation(bench.desk, challenge_id=challenge.id, kind=AUTHENTICATION, evidence=evidence)
    assert refused.value.code == "reset.unknown-proof"


def test_bearer_of_the_key_is_told_what_is_wrong() -> None:
    with closing(SqlStore(None)) as store:
        bench = audited_bench(store)
        STATES["revoked"](bench)
        with pytest.raises(KaijoError) as refused:
            bench.reserve()
    assert refused.value.code == "reset.certificate-revoked"
