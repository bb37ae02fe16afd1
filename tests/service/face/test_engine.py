"""The engine on rendered pictures of two people: what it sees, and what it refuses to look at."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.reset.face_ports import Sighting
from kaijo.reset.face_records import Pose
from kaijo.reset.face_verdict import unusable, verdict
from kaijo.service.face.engine import DlibEngine
from kaijo.service.face.models import ModelFile, find_models
from kaijo.service.face.pictures import LONG_SIDE
from kaijo.words import catalogue
from tests.support.heads import HEIGHT, WALL, WIDTH, chip_photo, head, jpeg, posed, tilted

NAMES = ("collins", "hopper")
ORDER = ("straight", "left", "closer", "right")
POSES = tuple(map(Pose, ORDER))


def room() -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), WALL)


def backlit(name: str) -> Image.Image:
    one = head(name)
    x, y = one.below(0.3)
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    reach_x, reach_y = 1.6 * one.span, 1.9 * one.span
    mask.paste(255, (round(x - reach_x), round(y - reach_y), round(x + reach_x), round(y + reach_y)))
    dim = one.straight().point([round(level * 0.35) for level in range(256)] * 3)
    return Image.composite(dim, Image.new("RGB", (WIDTH, HEIGHT), (245, 245, 245)), mask)


def beside(name: str, other: str) -> Image.Image:
    """Put two heads into one picture, each half as wide."""
    both = room()
    for at, one in enumerate((name, other)):
        both.paste(head(one).straight().crop((140, 0, 500, HEIGHT)).resize((320, 427)), (at * 320, 30))
    return both


@pytest.mark.parametrize("name", NAMES)
def test_good_picture_has_no_cause_and_a_face_that_looks_ahead(engine: DlibEngine, name: str) -> None:
    reading = engine.look(jpeg(head(name).straight()))
    assert reading.causes == ()
    assert abs(reading.turn) < 0.13
    assert reading.size == pytest.approx(head(name).span / HEIGHT, rel=0.1)


@pytest.mark.parametrize("name", NAMES)
def test_turn_follows_the_head_to_its_own_left(engine: DlibEngine, name: str) -> None:
    turns = [engine.look(jpeg(head(name).turned(degrees))).turn for degrees in (-26, 0, 26)]
    assert turns[0] < turns[1] - 0.11
    assert turns[2] > turns[1] + 0.11


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("cause", "picture"),
    [
        ("face.none", lambda _name: room()),
        ("face.two-faces", lambda name: beside(name, "hopper" if name == "collins" else "collins")),
        ("face.backlit", backlit),
        ("face.blurred", lambda name: head(name).straight().filter(ImageFilter.GaussianBlur(6))),
        ("face.too-far", lambda name: head(name).nearer(0.45)),
        ("face.too-near", lambda name: head(name).nearer(2.45 if name == "collins" else 1.9)),
        ("face.tilted", lambda name: head(name).straight().rotate(28, fillcolor=WALL)),
        ("face.mouth-covered", lambda name: head(name).masked((120, 170, 210))),
        ("face.mouth-covered", lambda name: head(name).masked((240, 240, 245))),
    ],
    ids=["none", "two", "backlit", "blurred", "far", "near", "tilted", "mask-blue", "mask-white"],
)
def test_each_fault_is_named(engine: DlibEngine, name: str, cause: str, picture: object) -> None:
    assert callable(picture)
    assert cause in engine.look(jpeg(picture(name))).causes


@pytest.mark.parametrize("name", NAMES)
def test_dark_picture_is_too_dark(engine: DlibEngine, name: str) -> None:
    assert engine.look(jpeg(head(name).straight(), light=0.2)).causes == ("face.too-dark",)


def test_busy_background_is_told(engine: DlibEngine) -> None:
    stripes = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    for x in range(0, WIDTH, 8):
        stripes.paste((40, 40, 40), (x, 0, x + 4, HEIGHT))
    stripes.paste(head("collins").straight().crop((150, 0, 480, HEIGHT)), (150, 0))
    assert engine.look(jpeg(stripes)).causes == ("face.busy-background",)


@pytest.mark.parametrize("name", NAMES)
def test_holder_in_every_pose_is_confirmed(engine: DlibEngine, name: str) -> None:
    sighting = engine.compare(chip_photo(name), posed(name, ORDER))
    assert unusable(sighting.readings, POSES) is None
    assert verdict(sighting, POSES, engine.model) is None


@pytest.mark.parametrize(("name", "other"), [NAMES, NAMES[::-1]])
def test_another_person_is_refused(engine: DlibEngine, name: str, other: str) -> None:
    sighting = engine.compare(chip_photo(other), posed(name, ORDER))
    assert unusable(sighting.readings, POSES) is None
    assert verdict(sighting, POSES, engine.model) == "face.no-match"


@pytest.mark.parametrize("name", NAMES)
def test_poses_in_the_wrong_order_are_refused(engine: DlibEngine, name: str) -> None:
    readings = [engine.look(picture) for picture in posed(name, ("straight", "right", "closer", "left"))]
    assert unusable(readings, POSES) == (2, "face.turn-left")


@pytest.mark.parametrize("name", NAMES)
def test_static_picture_shows_no_pose(engine: DlibEngine, name: str) -> None:
    still = [engine.look(jpeg(head(name).straight(), seed=seed)) for seed in range(4)]
    assert unusable(still, POSES) == (2, "face.turn-left")


@pytest.mark.parametrize("name", NAMES)
def test_print_that_is_turned_and_tipped_in_the_hand_is_flat(engine: DlibEngine, name: str) -> None:
    """Tipped askew a print moves the nose off the middle as a turned head does: only depth tells them apart."""
    sheet = head(name).straight()
    held = [sheet, tilted(sheet, 28, 28), head(name).nearer(1.35), tilted(sheet, -28, 28)]
    sighting = engine.compare(chip_photo(name), tuple(jpeg(one, seed=at) for at, one in enumerate(held)))
    assert unusable(sighting.readings, POSES) is None
    assert verdict(sighting, POSES, engine.model) == "face.flat"


def test_person_who_changes_between_the_pictures_is_noticed(engine: DlibEngine) -> None:
    mixed = (posed("collins", ORDER)[0], *posed("hopper", ORDER)[1:])
    sighting = engine.compare(chip_photo("collins"), mixed)
    assert verdict(sighting, POSES, engine.model) == "face.changed"


def test_picture_without_a_face_leaves_no_number(engine: DlibEngine) -> None:
    sighting = engine.compare(chip_photo("collins"), (posed("collins", ("straight",))[0], jpeg(room())))
    assert [reading.causes for reading in sighting.readings] == [(), ("face.none",)]
    assert all(value != value for value in sighting.to_photo + sighting.to_first + sighting.likenesses)  # noqa: PLR0124
    assert verdict(sighting, POSES[:2], engine.model) is not None


def encoded(picture: Image.Image, form: str) -> bytes:
    out = BytesIO()
    picture.save(out, form)
    return out.getvalue()


def claiming(side: int) -> bytes:
    """Return a small file whose head says that a picture of `side` by `side` pixels follows [PNG 11.2.2]."""
    small = encoded(Image.new("1", (8, 8)), "PNG")
    header = small[12:16] + side.to_bytes(4) * 2 + small[24:29]
    return small[:12] + header + crc32(header).to_bytes(4) + small[33:]


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xd8\xff" + bytes(2000), id="no picture"),
        pytest.param(encoded(Image.new("RGB", (640, 480)), "GIF"), id="another form"),
        pytest.param(encoded(Image.new("RGB", (239, 480)), "JPEG"), id="too small"),
        pytest.param(encoded(Image.new("RGB", (1281, 480)), "JPEG"), id="too large"),
        pytest.param(claiming(60_000), id="huge in a small file"),
        pytest.param(jpeg(Image.new("RGB", (640, 480)))[:-400], id="cut off"),
        pytest.param(chip_photo("collins"), id="the chip's form"),
    ],
)
def test_what_is_no_picture_of_the_agreed_form_is_refused(engine: DlibEngine, picture: bytes) -> None:
    for act in (
        lambda: engine.look(picture),
        lambda: engine.compare(chip_photo("collins"), (picture,)),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "face.bad-picture"


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), min_size=1, max_size=30))
def test_spoiled_picture_is_measured_or_refused(engine: DlibEngine, changes: list[tuple[int, int]]) -> None:
    raw = bytearray(jpeg(head("collins").straight()))
    for place, value in changes:
        raw[place % len(raw)] = value
    try:
        reading = engine.look(bytes(raw))
    except Refused as refusal:
        assert refusal.code == "face.bad-picture"
    else:
        assert all(code in catalogue() for code in reading.causes)


def test_picture_is_measured_alike_whatever_its_size(engine: DlibEngine) -> None:
    picture = head("collins").straight()
    sizes = {engine.look(jpeg(picture.resize(size))).size for size in ((320, 240), (640, 480), (1280, 960))}
    assert max(sizes) - min(sizes) < 0.01
    assert LONG_SIDE == WIDTH


@pytest.mark.parametrize("photo", [b"", jpeg(room()), encoded(room(), "JPEG2000")], ids=["nothing", "jpeg", "a wall"])
def test_photo_without_a_face_is_refused(engine: DlibEngine, photo: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        engine.compare(photo, posed("collins", ("straight",)))
    assert refusal.value.code == "face.photo-unreadable"


def changed(path: Path, model: ModelFile, change: str) -> ModelFile:
    """Return the model in a file of its own: with one byte of it changed, or not there."""
    if change == "byte":
        raw = bytearray(model.path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    return replace(model, path=path)


@pytest.mark.parametrize(("change", "code"), [("missing", "face.model-missing"), ("byte", "face.model-damaged")])
@pytest.mark.parametrize("which", ["landmarks", "recognition"])
def test_damaged_model_lets_nobody_through(tmp_path: Path, which: str, change: str, code: str) -> None:
    models = find_models()
    path = tmp_path / "model.dat"
    if which == "landmarks":
        spoiled = replace(models, landmarks=changed(path, models.landmarks, change))
    else:
        file = changed(path, models.recognition.file, change)
        spoiled = replace(models, recognition=replace(models.recognition, file=file))
    engine = DlibEngine(spoiled)
    for act in (
        engine.require_ready,
        lambda: engine.look(jpeg(room())),
        lambda: engine.compare(chip_photo("collins"), posed("collins", ("straight",))),
    ):
        with pytest.raises(ServiceTrouble) as trouble:
            act()
        assert trouble.value.code == code


def test_file_with_the_right_hash_that_is_another_model_is_damaged() -> None:
    models = find_models()
    swapped = replace(models.recognition, file=models.landmarks)
    with pytest.raises(KaijoError) as trouble:
        DlibEngine(replace(models, recognition=swapped)).require_ready()
    assert trouble.value.code == "face.model-damaged"


def test_trouble_inside_a_library_is_ours(engine: DlibEngine) -> None:
    def stumble(_tools: object) -> Sighting:
        raise MemoryError

    with pytest.raises(ServiceTrouble) as trouble:
        engine._measured(stumble)
    assert trouble.value.diagnostics() == {"code": "face.model-failed", "data": {"reason": "MemoryError"}}


def test_engine_calls_itself_evaluated_only_when_told_so() -> None:
    models = find_models()
    assert not DlibEngine(models).model.evaluated
    asked = []

    def known(sha256: str, threshold: float) -> bool:
        asked.append((sha256, threshold))
        return True

    assert DlibEngine(models, known).model.evaluated
    assert asked == [(models.recognition.file.sha256, models.recognition.threshold)]
