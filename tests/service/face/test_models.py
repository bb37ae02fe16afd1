import sys
from pathlib import Path

import pytest

from kaijo import app
from kaijo.errors import ServiceTrouble
from kaijo.service.face.engine import DlibEngine
from kaijo.service.face.models import find_models, require_intact
from tests.support.world import World

GOOD = 'name = "ours"\nfile = "ours.dat"\nsha256 = "{hash}"\nthreshold = 0.4\nsitting = 0.5\n'


def test_models_of_the_package_are_those_we_know_and_never_the_large_one() -> None:
    models = find_models()
    names = {Path(require_intact(file)).name for file in (models.landmarks, models.recognition.file)}
    assert names == {"shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"}
    assert (models.recognition.threshold, models.recognition.sitting) == (0.45, 0.6)


def test_another_model_is_a_file_a_hash_and_thresholds(tmp_path: Path) -> None:
    description = tmp_path / "face-model.toml"
    assert find_models(description) == find_models()
    description.write_text(GOOD.format(hash="AB" * 32))
    used = find_models(description).recognition
    assert (used.file.name, used.file.path, used.file.sha256) == ("ours", tmp_path / "ours.dat", "ab" * 32)
    assert (used.threshold, used.sitting) == (0.4, 0.5)
    assert find_models(description).landmarks == find_models().landmarks


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name =",
        GOOD.replace("0.4", "4"),
        GOOD.replace("0.4", "0.6"),
        GOOD.replace("0.4", "0.0"),
        GOOD.replace("0.4", "nan"),
        GOOD.replace('file = "ours.dat"\n', ""),
        GOOD.replace('"ours.dat"', "7"),
    ],
)
def test_description_that_is_none_lets_nobody_through(tmp_path: Path, text: str) -> None:
    description = tmp_path / "face-model.toml"
    description.write_text(text)
    with pytest.raises(ServiceTrouble) as trouble:
        find_models(description)
    assert trouble.value.diagnostics() == {"code": "face.model-damaged", "data": {"path": str(description)}}


@pytest.mark.parametrize("module", ["dlib", "face_recognition_models"])
def test_without_the_extra_nobody_is_let_through(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ServiceTrouble) as trouble:
        DlibEngine(find_models()).require_ready()
    assert trouble.value.diagnostics() == {"code": "face.no-extra", "data": {"module": module}}


def test_service_without_the_extra_runs_and_judges_no_face(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World
) -> None:
    monkeypatch.setitem(sys.modules, "face_recognition_models", None)
    assert app.desk(tmp_path, world.clock, face_required=True).face is None


def test_service_with_a_bad_description_does_not_start(tmp_path: Path, world: World) -> None:
    (tmp_path / "face-model.toml").write_text("name =")
    with pytest.raises(ServiceTrouble) as trouble:
        app.desk(tmp_path, world.clock, face_required=False)
    assert trouble.value.code == "face.model-damaged"
