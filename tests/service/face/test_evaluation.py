"""The harness on two rendered people, and the report that decides what the product may call itself."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.book import fact, use
from kaijo.service.face.engine import DlibEngine
from kaijo.service.face.evaluation import Evaluation, Rate, evaluate
from kaijo.service.face.report import REPORT, is_evaluated, write_report
from tests.support.heads import head, jpeg

NOW = datetime(2027, 3, 15, 12, tzinfo=JST)


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three usable pictures of each of two people, a dark one, and a file that is no picture."""
    folder = tmp_path_factory.mktemp("photographs")
    for name in ("collins", "hopper"):
        own = folder / name
        own.mkdir()
        (own / "1.jpg").write_bytes(jpeg(head(name).straight()))
        (own / "2.jpeg").write_bytes(jpeg(head(name).straight(), seed=2, light=0.8, quality=70))
        (own / "3.JPG").write_bytes(jpeg(head(name).nearer(1.35), seed=3))
    (folder / "hopper" / "dark.jpg").write_bytes(jpeg(head("hopper").straight(), light=0.2))
    (folder / "hopper" / "notes.txt").write_text("no picture")
    (folder / "collins" / "broken.png").write_bytes(b"no picture")
    (folder / "nobody").mkdir()
    return folder


@pytest.fixture(scope="session")
def evaluation(photographs: Path, engine: DlibEngine) -> Evaluation:
    return evaluate(photographs, engine, NOW)


def test_pairs_and_failures_are_counted(evaluation: Evaluation) -> None:
    assert (evaluation.persons, evaluation.pictures, evaluation.acquired) == (2, 8, 6)
    assert evaluation.false_matches == Rate(0, 9)
    assert evaluation.false_non_matches == Rate(0, 6)
    assert evaluation.failures == {"face.bad-picture": 1, "face.too-dark": 1}


def test_few_pairs_are_no_evaluation(evaluation: Evaluation) -> None:
    told = evaluation.as_dict()
    assert (told["evaluated"], told["pairs_needed"]) == (False, 30_000)
    assert told["failures"] == {code: Rate(1, 8).as_dict() for code in ("face.bad-picture", "face.too-dark")}
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("threshold", [0.01, 1.5])
def test_threshold_decides_what_is_an_error(photographs: Path, engine: DlibEngine, threshold: float) -> None:
    models = engine._models
    other = DlibEngine(replace(models, recognition=replace(models.recognition, threshold=threshold, sitting=threshold)))
    other._tools = engine._tools
    seen: list[Path] = []
    measured = evaluate(photographs, other, NOW, seen.append)
    assert len(seen) == measured.pictures == 8
    strict = threshold < 1
    assert measured.false_matches == Rate(0 if strict else 9, 9)
    assert measured.false_non_matches == Rate(6 if strict else 0, 6)


@pytest.mark.parametrize("folders", [(), ("one",)])
def test_fewer_than_two_people_make_no_pairs(tmp_path: Path, engine: DlibEngine, folders: tuple[str, ...]) -> None:
    for name in folders:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").write_bytes(b"")
    for place in (tmp_path, tmp_path / "not there"):
        with pytest.raises(UsageProblem) as problem:
            evaluate(place, engine, NOW)
        assert problem.value.code == "face.no-photographs"


def report_of(evaluation: Evaluation, pairs: int) -> dict[str, Any]:
    return replace(evaluation, false_matches=Rate(0, pairs)).as_dict()


def test_report_speaks_for_its_model_and_threshold_alone(tmp_path: Path, evaluation: Evaluation) -> None:
    path, model = tmp_path / REPORT, evaluation.model
    assert not is_evaluated(path, model.sha256, model.threshold)
    write_report(path, report_of(evaluation, 29_999))
    assert not is_evaluated(path, model.sha256, model.threshold)
    write_report(path, report_of(evaluation, 30_000))
    assert is_evaluated(path, model.sha256, model.threshold)
    assert not is_evaluated(path, "0" * 64, model.threshold)
    assert not is_evaluated(path, model.sha256, model.threshold + 0.01)
    with use({"face-evaluation": replace(fact("face-evaluation"), value={"impostor_pairs": 30_001})}):
        assert not is_evaluated(path, model.sha256, model.threshold)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"sha256": 1}', "[" * 100_000, '{"false_match": 1}'])
def test_report_that_is_none_says_no(tmp_path: Path, content: str) -> None:
    path = tmp_path / REPORT
    path.write_text(content)
    assert not is_evaluated(path, "0" * 64, 0.45)


def test_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as problem:
        write_report(tmp_path / "not there" / REPORT, {})
    assert problem.value.code == "usage.unwritable"
