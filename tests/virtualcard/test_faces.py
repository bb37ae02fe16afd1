from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kaijo.virtualcard.faces import SIZE, face, photo
from kaijo.virtualcard.identity import Sex
from kaijo.virtualcard.persons import TestPerson, persons


@pytest.mark.parametrize("one", persons(), ids=lambda one: one.id)
def test_photo_is_a_small_grey_jpeg_2000_file(one: TestPerson) -> None:
    raw = photo(one.seed, one.age, one.sex)
    assert raw[:12].hex() == "0000000c6a5020200d0a870a"
    assert 1_000 < len(raw) < 12_000
    with Image.open(BytesIO(raw)) as picture:
        picture.load()
        assert (picture.format, picture.mode, picture.size) == ("JPEG2000", "L", (240, 320))


def test_photo_is_the_same_for_the_same_seed_and_another_for_each_person() -> None:
    photos = [photo(one.seed, one.age, one.sex) for one in persons()]
    assert len(set(photos)) == len(photos)
    assert photo(1, 41, Sex.FEMALE) == photos[0]


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), age=st.integers(0, 110), sex=st.sampled_from(Sex))
def test_face_of_any_seed_is_a_picture_with_a_face_in_the_middle(seed: int, age: int, sex: Sex) -> None:
    picture = face(seed, age, sex)
    assert (picture.size, picture.mode) == (SIZE, "L")
    corner, cheek = (picture.crop((x, y, x + 1, y + 1)).tobytes()[0] for x, y in ((2, 2), (120, 190)))
    assert corner > 210
    assert 100 < cheek < 210


def test_hair_of_the_old_is_grey() -> None:
    assert face(4, 59, Sex.MALE).getpixel((120, 62)) != face(4, 60, Sex.MALE).getpixel((120, 62))
