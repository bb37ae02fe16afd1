"""Many at once on one case, on a database file as in service."""

from collections import Counter

from kaijo.card.administration import Act
from kaijo.facts.pins import PinKind
from kaijo.reset.counter.records import Deed
from tests.reset.bench import code_of
from tests.reset.test_race import at_once
from tests.support.engines import Database

from .bench import CounterBench

THREADS = 64


def test_64_threads_on_one_case_make_one_reset(database: Database) -> None:
    bench = CounterBench(store=database.store())
    case = bench.open()
    bench.ask(case, (Act.RESET, PinKind.RESIDENT))
    outcomes = at_once(THREADS, lambda _: code_of(lambda: bench.reset(case, PinKind.RESIDENT)))
    assert outcomes[""] == 1
    assert set(outcomes) <= {"", "reset.in-use", "counter.done-already"}
    assert bench.image.administration.reset_number == 1
    done = Counter(entry.deed for entry in bench.journal() if entry.deed is Deed.RESET and entry.outcome == "done")
    assert done == {Deed.RESET: 1}
