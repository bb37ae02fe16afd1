"""Records what this program says to its database on a whole walk, so that the next schema can be tried with it.

    python -m tests.service.store.record ENGINE STEP

Run with the program of step STEP, before the next step is added; see `test_versions.py`.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL, event

from kaijo.card.administration import Act
from kaijo.errors import Refused
from kaijo.facts.counter import Visitor
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.waiting import call_next, finish_ticket, take_ticket
from kaijo.reset.operations import count_refusal, summarise
from kaijo.reset.ports import Store
from kaijo.reset.reservations import cancel_reservation
from kaijo.reset.scribe import Scribe
from kaijo.service.audit.trail import Trail
from kaijo.service.store.audited import AuditedStore
from kaijo.service.store.database import SqlStore
from tests.reset.bench import AUTHENTICATION, LIFE, SIGNATURE
from tests.reset.counter.bench import CounterBench
from tests.reset.trails import audited_bench
from tests.support.postgres import OLDER, running

RECORDED = Path(__file__).parent / "recorded"
OFTEN = 2  # a question that changes nothing is recorded so often, whatever it is answered


def walk(store: SqlStore) -> None:
    """Phone, kiosk, counter, cancelling, lapsing, figures, checkpoints: every table is written to and read."""
    bench = audited_bench(store)
    bench.reserve(AUTHENTICATION)
    bench.end(bench.open())
    cancel_reservation(bench.desk, cancel_token=bench.cancel_token(bench.reserve(AUTHENTICATION).id))
    bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset(SIGNATURE))
    bench.reserve()
    bench.clock.advance(LIFE)
    bench.reserve(AUTHENTICATION)
    bench.clock.advance(LIFE)
    try:
        bench.open(reset_state=bench.reset_state())
    except Refused as refused:
        count_refusal(bench.desk, refused.code)
    summarise(bench.desk, days=7)
    at_the_counter(bench.store)
    scribe = Scribe(bench.desk.veil, bench.clock)
    trail = Trail(AuditedStore(store, scribe), Ed25519PrivateKey.generate(), scribe, bench.clock)
    for _ in trail.export():
        pass


def at_the_counter(store: Store) -> None:
    """Go through a day at the counter."""
    counter = CounterBench(store=store)
    take_ticket(counter.desk)
    finish_ticket(counter.desk, token=counter.token, number=call_next(counter.desk, token=counter.token).number)
    case = counter.open()
    counter.ask(case, (Act.RESET, PinKind.SIGNATURE), (Act.RENEW, PinKind.AUTHENTICATION))
    counter.approve(case)
    counter.reset(case, PinKind.SIGNATURE)
    counter.renew(case, PinKind.AUTHENTICATION)
    counter.open(Visitor.PROXY)
    counter.journal()


def frozen(value: object) -> object:
    """Return a parameter or a row as JSON holds it."""
    value = getattr(value, "obj", value)  # psycopg wraps bytes
    if isinstance(value, bytes | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, dict):
        return {name: frozen(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [frozen(one) for one in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def thawed(value: object) -> Any:
    """Return what JSON holds of a parameter: bytes stand in an object of their own."""
    if isinstance(value, dict):
        return bytes.fromhex(value["bytes"]) if set(value) == {"bytes"} else {k: thawed(v) for k, v in value.items()}
    return tuple(map(thawed, value)) if isinstance(value, list) else value


def record(store: SqlStore, engine: Any) -> list[dict[str, Any]]:
    """Return every statement of a walk with its parameters, in order."""
    said: list[dict[str, Any]] = []
    seen: dict[str, int] = {}

    def note(_c: object, cursor: Any, statement: str, parameters: object, _x: object, many: bool) -> None:
        seen[statement] = seen.get(statement, 0) + 1
        if statement.startswith("SELECT") and seen[statement] > OFTEN:
            return
        sets = parameters if many else [parameters]
        assert isinstance(sets, list)
        said.extend({"statement": statement, "parameters": frozen(one)} for one in sets)
        del cursor

    event.listen(engine, "after_cursor_execute", note)
    walk(store)
    event.remove(engine, "after_cursor_execute", note)
    return [
        one for one in said if not one["statement"].startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA"))
    ]


def answered(engine: Any, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements with what a database of the same schema, empty at first, says to them."""
    with engine.begin() as connection:
        for one in said:
            result = connection.exec_driver_sql(one["statement"], thawed(one["parameters"]))
            one["told"] = frozen([list(row) for row in result] if result.returns_rows else result.rowcount)
    return said


def main(dialect: str, step: str) -> None:
    """Record on one engine."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        places: list[Path | URL] = [folder / "first.db", folder / "second.db"]
        if dialect == "postgresql":
            server = stack.enter_context(running(OLDER))
            with server.admin() as admin:
                for name in ("first", "second"):
                    admin.execute(f"create database {name}")
            places = [server.url("first"), server.url("second")]
        stores = [SqlStore(place) for place in places]
        engines = [getattr(one, "_engine", None) or one._opened.engine for one in stores]
        lines = answered(engines[1], record(stores[0], engines[0]))
        for one in stores:
            one.close()
    with (RECORDED / f"{step}.{dialect}.jsonl").open("w") as out:
        out.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
    print(len(lines))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
