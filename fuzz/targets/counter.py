"""Bodies of any content to every path of the counter, in the middle of a visit: never an internal fault."""

from functools import cache

from starlette.testclient import TestClient

from fuzz.bodies import Good, Stage, post, written
from fuzz.tape import Tape
from kaijo.facts.pins import PinKind
from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from tests.reset.counter.bench import ONE, PASSWORDS, TWO, CounterBench
from tests.service.counter_wire import Wire
from tests.service.wire import b64

_AT = "/v1/counter/"


@cache
def _visit() -> tuple[TestClient, Stage, str, tuple[Good, ...]]:
    """Return a counter with a case and a session under way, how to put it back, the clerk's token, and good bodies."""
    store = SqlStore(None)
    bench = CounterBench(store=store)
    client = TestClient(create_app(desk=bench.desk, practice=True))
    wire = Wire(client, bench)
    wire.sign_in()
    wire.post("tickets", {}, 201)
    wire.post("tickets", {}, 201)
    number = wire.post("tickets/next")["number"]
    case = wire.open()
    wire.ask(case, "reset", PinKind.RESIDENT)
    wire.ask(case, "reset", PinKind.SIGNATURE)
    begun = {"act": "reset", "kind": "resident", "terminal": "counter-1"}
    session = wire.post(f"cases/{case}/sessions", begun, 201)["session_id"]
    bodies: tuple[Good, ...] = (
        (_AT + "sign-ins", {"clerk": ONE, "password": PASSWORDS[ONE]}),
        (_AT + "sign-out", {}),
        (_AT + "clerks/" + TWO + "/unlock", {}),
        (_AT + "own-card", {"authentication_certificate": b64(bench.certificate())}),
        (_AT + "tickets", {}),
        (_AT + "tickets/next", {}),
        (_AT + f"tickets/{number}/done", {}),
        (_AT + "tickets/{}/done", {}),
        (_AT + "cases", {**wire.papers(), "ticket": number}),
        (_AT + "cases", {**wire.papers("proxy", 2), "letter": "1" * 12}),
        (_AT + f"cases/{case}/acts", {"acts": [{"act": "renew", "kind": "signature"}]}),
        (_AT + f"cases/{case}/approval", {"clerk": TWO, "password": PASSWORDS[TWO]}),
        (_AT + f"cases/{case}/letter", {}),
        (_AT + f"cases/{case}/close", {}),
        (_AT + f"cases/{case}/sessions", {**begun, "kind": "signature"}),
        (_AT + "cases/{}/sessions", begun),
        (_AT + f"sessions/{session}/relay", {"step": 0, "response": "9000"}),
        (_AT + f"sessions/{session}/receipt", {"receipt": "00"}),
        (_AT + f"sessions/{session}/end", {}),
    )
    return client, Stage(store), wire.token, bodies


def run(data: bytes) -> None:
    """Send `data` as a body, or as the value of one field in a good one, to a counter that is always at one point."""
    client, stage, token, bodies = _visit()
    stage.again()
    tape = Tape(data)
    post(client, *written(tape, bodies), {"Authorization": f"Bearer {token}"})
