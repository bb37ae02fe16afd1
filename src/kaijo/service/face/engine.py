"""The engine on dlib: finds faces, measures them, compares them. The port `FaceEngine`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.reset.face_ports import FaceModel, Reading, Sighting
from kaijo.service.face.flatness import likeness
from kaijo.service.face.measures import Box, Face, is_mouth_covered, read
from kaijo.service.face.models import Models, require_intact
from kaijo.service.face.pictures import Pixels, from_camera, from_chip

_CHIP_SIDE, _CHIP_MARGIN = 150, 0.25  # what the recognition model was trained on
_DOUBTFUL: Final = -1.2  # of the detector's own score: down to here somebody may be behind a mask
_ANOTHER: Final = 0.25  # a second face is one beyond doubt; patterns on clothes are seen as faces at less

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Tools:
    detector: Any
    landmarks: Any
    recognition: Any
    align: Callable[..., Any]


class DlibEngine:
    """Loads its models at first use, each only with its hash. One picture at a time: dlib's tools are not for sharing.

    `is_evaluated` says whether a report speaks for this model and threshold.
    """

    def __init__(self, models: Models, is_evaluated: Callable[[str, float], bool] = lambda _hash, _cut: False) -> None:
        self._models = models
        self._is_evaluated = is_evaluated
        self._tools: _Tools | None = None
        self._lock = Lock()

    @property
    def model(self) -> FaceModel:
        """The recognition model with its threshold."""
        used = self._models.recognition
        known = self._is_evaluated(used.file.sha256, used.threshold)
        return FaceModel(used.file.name, used.file.sha256, used.threshold, used.sitting, known)

    def require_ready(self) -> None:
        """Load the models. Raises ServiceTrouble `face.no-extra`, `face.model-missing`, `face.model-damaged`."""
        self._measured(lambda _tools: None)

    def look(self, picture: bytes) -> Reading:
        """Return the measures of one picture."""
        pixels = from_camera(picture)
        return self._measured(lambda tools: _find(tools, pixels)[1])

    def compare(self, photo: bytes, pictures: tuple[bytes, ...]) -> Sighting:
        """Return the measures of the pictures of one sitting against the photo and the first of them."""
        on_chip = from_chip(photo)
        seen = tuple(from_camera(picture) for picture in pictures)
        return self._measured(lambda tools: _compare(tools, on_chip, seen))

    def describe(self, picture: bytes) -> tuple[Reading, NDArray[np.float64] | None]:
        """Return a picture's measures and its face as the model's vector of unit scale; None without a usable face.

        For the evaluation alone. Raises as `look`.
        """
        pixels = from_camera(picture)

        def describe(tools: _Tools) -> tuple[Reading, NDArray[np.float64] | None]:
            face, reading = _find(tools, pixels)
            return reading, None if face is None else _vector(tools, face)

        return self._measured(describe)

    def _measured(self, work: Callable[[_Tools], _T]) -> _T:
        with self._lock:
            try:
                self._tools = self._tools or _load(self._models)
                return work(self._tools)
            except KaijoError:
                raise
            # Whatever a library stumbles over, it did not say yes.
            except Exception as trouble:
                raise ServiceTrouble("face.model-failed", reason=type(trouble).__name__) from trouble


def _load(models: Models) -> _Tools:
    try:
        import dlib
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("face.no-extra", module=missing.name or "dlib") from None
    landmarks, recognition = require_intact(models.landmarks), require_intact(models.recognition.file)
    try:
        return _Tools(
            detector=dlib.get_frontal_face_detector(),
            landmarks=dlib.shape_predictor(landmarks),
            recognition=dlib.face_recognition_model_v1(recognition),
            align=dlib.get_face_chip,
        )
    except RuntimeError as unreadable:  # with the right hash, but no model of this kind
        raise ServiceTrouble("face.model-damaged", path=str(Path(recognition))) from unreadable


def _boxes(tools: _Tools, pixels: Pixels, *, enlarge: int, least: float) -> list[Box]:
    places, scores, _views = tools.detector.run(pixels, enlarge, least)
    boxes = [
        Box(place.left(), place.top(), place.right(), place.bottom(), score)
        for place, score in zip(places, scores, strict=True)
    ]
    return sorted(boxes, key=lambda box: (box.score >= 0, box.width), reverse=True)


def _find(tools: _Tools, pixels: Pixels) -> tuple[Face | None, Reading]:
    """Return the largest face and the reading of the picture."""
    boxes = _boxes(tools, pixels, enlarge=0, least=_DOUBTFUL)
    sure = [box for box in boxes if box.score >= 0] or _boxes(tools, pixels, enlarge=1, least=0.0)
    if sure:
        face = _face(tools, pixels, sure[0])
        return face, read(pixels, face, [box for box in sure[1:] if box.score >= _ANOTHER])
    covered = any(is_mouth_covered(_face(tools, pixels, box)) for box in boxes)
    return None, Reading(("face.mouth-covered" if covered else "face.none",))


def _face(tools: _Tools, pixels: Pixels, box: Box) -> Face:
    import dlib

    shape = tools.landmarks(pixels, dlib.rectangle(box.left, box.top, box.right, box.bottom))
    points = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
    return Face(box, points, tools.align(pixels, shape, _CHIP_SIDE, _CHIP_MARGIN))


def _vector(tools: _Tools, face: Face) -> NDArray[np.float64]:
    return np.array(tools.recognition.compute_face_descriptor(face.chip), dtype=np.float64)


def _compare(tools: _Tools, photo: Pixels, pictures: tuple[Pixels, ...]) -> Sighting:
    on_chip, _ = _find(tools, photo)
    if on_chip is None:
        raise Refused("face.photo-unreadable")
    found = [_find(tools, picture) for picture in pictures]
    readings = tuple(reading for _, reading in found)
    faces = [face for face, _ in found]
    nothing = (float("nan"),) * len(faces)  # matches nothing
    if any(face is None for face in faces):
        return Sighting(readings, nothing, nothing, nothing)
    whole = [face for face in faces if face is not None]
    wanted, vectors = _vector(tools, on_chip), [_vector(tools, face) for face in whole]
    return Sighting(
        readings,
        tuple(_distance(wanted, vector) for vector in vectors),
        tuple(_distance(vectors[0], vector) for vector in vectors),
        (1.0, *(likeness(pictures[0], whole[0], *one) for one in zip(pictures[1:], whole[1:], strict=True))),
    )


def _distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(one - other))
