"""Model files: where they lie, the hash that each must have, and the threshold that belongs to it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from kaijo.errors import ServiceTrouble

_PACKAGE: Final = "face_recognition_models"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file, to be believed only with this SHA-256 (hexadecimal)."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """A recognition model: faces within `threshold` match, faces within `sitting` are of one sitting."""

    file: ModelFile
    threshold: float
    sitting: float


@dataclass(frozen=True, slots=True)
class Models:
    """The two models that the engine works with."""

    landmarks: ModelFile
    recognition: Recognition


def find_models(own: Path | None = None) -> Models:
    """Return the models of the installed package; the recognition model of the description `own`, where that exists.

    `own` is a TOML file with `name`, `file` (beside it or absolute), `sha256`, `threshold`, `sitting`. Raises
    ServiceTrouble `face.no-extra` (module), `face.model-damaged` (path) for a description that is none.
    """
    described = _described(Path(str(files(__package__) / "models.toml")))
    try:
        folder = Path(str(files(_PACKAGE) / "models"))
    except ModuleNotFoundError:
        raise ServiceTrouble("face.no-extra", module=_PACKAGE) from None
    landmarks, recognition = described["landmarks"], described["recognition"]
    if own is not None and own.exists():
        return Models(_file(landmarks, folder), _recognition(_described(own), own))
    return Models(_file(landmarks, folder), _recognition(recognition, folder / "models.toml"))


def require_intact(model: ModelFile) -> str:
    """Return the path of a file that has its hash. Raises ServiceTrouble `face.model-missing`, `face.model-damaged`."""
    try:
        with model.path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ServiceTrouble("face.model-missing", path=str(model.path), reason=error.strerror or "") from None
    if found != model.sha256:
        raise ServiceTrouble("face.model-damaged", path=str(model.path))
    return str(model.path)


def _described(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        raise ServiceTrouble("face.model-damaged", path=str(path)) from None


def _recognition(row: Mapping[str, Any], described_in: Path) -> Recognition:
    threshold, sitting = row.get("threshold"), row.get("sitting")
    if not isinstance(threshold, float) or not isinstance(sitting, float) or not 0 < threshold <= sitting:
        raise ServiceTrouble("face.model-damaged", path=str(described_in))
    return Recognition(_file(row, described_in.parent, described_in), threshold, sitting)


def _file(row: Mapping[str, Any], folder: Path, described_in: Path | None = None) -> ModelFile:
    texts = [row.get(part) for part in ("name", "file", "sha256")]
    if not all(isinstance(text, str) for text in texts):
        raise ServiceTrouble("face.model-damaged", path=str(described_in or folder))
    name, file, sha256 = map(str, texts)
    return ModelFile(name, folder / file, sha256.lower())
