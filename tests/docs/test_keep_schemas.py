"""The answers of `kaijo pin suggest`, `keep` and `recall` are what docs/schemas says."""

from pathlib import Path

import pytest

from kaijo.app.remembering import TARGETS
from kaijo.facts.pins import PinKind
from tests.docs.test_schemas import complaints, part, run

PIN = "KANARI7294\nKANARI7294\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))


def test_words_of_the_schemas_are_those_of_the_code() -> None:
    kinds = [kind.value for kind in PinKind]
    assert part("pin-suggestion", "properties", "kind", "enum") == kinds
    assert part("pin-recall", "properties", "kind", "enum") == kinds
    for listed in ("kinds", "replaced", "restored"):
        assert part("pin-keep", "properties", listed, "items", "enum") == kinds
    assert part("pin-keep", "properties", "target", "enum") == [*TARGETS, None]


def test_suggestion_answers_as_described() -> None:
    code, answer = run("pin", "suggest", "resident", "--show")
    assert (code, complaints("pin-suggestion", answer)) == (0, [])


def test_keeping_and_wiping_answer_as_described(tmp_path: Path) -> None:
    file = str(tmp_path / "slip.csv")
    code, kept = run("pin", "keep", "--pin", "signature", "--to", "1password-csv", "--out", file, typed=PIN)
    assert (code, complaints("pin-keep", kept)) == (0, [])
    code, wiped = run("pin", "keep", "--wipe", file)
    assert (code, complaints("pin-keep", wiped)) == (0, [])


def test_recall_answers_as_described() -> None:
    code, learned = run("pin", "recall", "signature", "--learn", typed=PIN)
    assert (code, complaints("pin-recall", learned)) == (0, [])
    code, tested = run("pin", "recall", "signature", typed="KANARI7295\n")
    assert (code, complaints("pin-recall", tested)) == (1, [])
