import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kaijo.clock import JST, ManualClock
from kaijo.errors import GuardRefused, KaijoError, Refused
from kaijo.facts.keeping import recall_intervals, recall_pause
from kaijo.facts.pins import PinKind
from kaijo.keep import recall
from kaijo.keep.recall import RecallBook

START = datetime(2027, 3, 16, 9, 0, tzinfo=JST)
KIND = PinKind.AUTHENTICATION
SECRET = bytes(range(32))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    monkeypatch.setattr(recall, "_COST", 2**4)  # the walk below asks a hundred times; one test has the real cost
    return ManualClock(START)


@pytest.fixture
def book(clock: ManualClock, tmp_path: Path) -> RecallBook:
    made = RecallBook(tmp_path, SECRET, clock)
    made.learn(KIND, "8642")
    return made


def test_real_cost_remembers_and_misses(tmp_path: Path) -> None:
    book = RecallBook(tmp_path, SECRET, ManualClock(START))
    book.learn(PinKind.SIGNATURE, "KATEMO7294")
    assert book.test(PinKind.SIGNATURE, "katemo7294").remembered
    assert not book.test(PinKind.SIGNATURE, "KATEMO7295").remembered


def test_neither_pin_nor_plain_hash_is_kept_and_the_file_is_the_owners(book: RecallBook, tmp_path: Path) -> None:
    del book
    kept = tmp_path / "recall.json"
    row = json.loads(kept.read_text())["authentication"]
    assert "8642" not in kept.read_text().replace(row["hash"], "").replace(row["salt"], "")
    assert kept.stat().st_mode & 0o777 == 0o600


def test_hash_is_worth_nothing_without_the_secret(book: RecallBook, tmp_path: Path, clock: ManualClock) -> None:
    del book
    assert not RecallBook(tmp_path, bytes(32), clock).test(KIND, "8642").remembered
    assert RecallBook(tmp_path, SECRET, clock).test(KIND, "8642").remembered


def test_intervals_grow_while_remembered_and_begin_anew_after_a_miss(book: RecallBook, clock: ManualClock) -> None:
    waits = []
    for _ in range(6):
        due = book.test(KIND, "8642").due
        waits.append(due - clock.now())
        clock.advance(due - clock.now())
    intervals = recall_intervals()
    assert waits == [*intervals[1:], intervals[-1], intervals[-1]]
    assert book.test(KIND, "1111").due - clock.now() == intervals[0]
    assert book.due() == {KIND: clock.now() + intervals[0]}


def test_misses_cost_a_pause_that_doubles_to_its_most(book: RecallBook, clock: ManualClock) -> None:
    pause, waits = recall_pause(), []
    for _ in range(pause.misses + 14):
        ended = book.test(KIND, "9753")
        waits.append((ended.not_before or clock.now()) - clock.now())
        if ended.not_before:
            with pytest.raises(Refused) as caught:
                book.test(KIND, "8642")
            assert caught.value.code == "keep.recall-pause"
            clock.advance(waits[-1])
    doubled = [min(pause.most, pause.first * 2**n) for n in range(14)]
    assert waits == [timedelta()] * pause.misses + doubled
    assert book.test(KIND, "8642").remembered
    assert book.test(KIND, "9753").not_before is None


def test_wrong_form_is_no_miss(book: RecallBook) -> None:
    for _ in range(10):
        with pytest.raises(GuardRefused):
            book.test(KIND, "864")
    assert book.test(KIND, "8642").remembered


def test_forgotten_kind_is_unknown(book: RecallBook) -> None:
    book.forget(KIND)
    for call in (lambda: book.forget(KIND), lambda: book.check(KIND), lambda: book.test(KIND, "8642")):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code == "keep.nothing-to-recall"


@pytest.mark.parametrize("content", ["{", "[]", '{"moon": {}}', '{"signature": {"salt": "00"}}', '{"signature": 3}'])
def test_damaged_record_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "recall.json").write_text(content)
    with pytest.raises(KaijoError) as caught:
        RecallBook(tmp_path, SECRET, ManualClock(START)).check(KIND)
    assert caught.value.code == "keep.recall-damaged"
