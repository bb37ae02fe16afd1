"""`kaijo face evaluate` on the photographs that developer packages carry, and a card with one's own photo."""

from pathlib import Path

import pytest

from kaijo.card.files import Application, Surface
from kaijo.virtualcard.cardfile import load
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.heads import head, jpeg
from tests.support.world import World


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    for name in ("collins", "hopper"):
        (folder / name).mkdir()
        for number in range(2):
            (folder / name / f"{number}.jpg").write_bytes(jpeg(head(name).straight(), seed=number))
    return folder


def test_evaluation_is_told_kept_and_not_enough(kaijo: CommandLine, photographs: Path, tmp_path: Path) -> None:
    told = kaijo("face", "evaluate", str(photographs), "--data", str(tmp_path), "--json")
    assert told.code == 1
    assert complaints("face-evaluation", told.json()) == []
    assert (told.json()["false_match"]["count"], told.json()["false_non_match"]["count"]) == (4, 2)
    assert told.json()["evaluated"] is False
    assert (tmp_path / "face-evaluation.json").exists()


def test_evaluation_in_words_says_not_evaluated(kaijo: CommandLine, photographs: Path, tmp_path: Path) -> None:
    told = kaijo("face", "evaluate", str(photographs), "--data", str(tmp_path), "--lang", "en")
    assert told.code == 1
    assert "False matches (FMR): 0.0000% (0/4, 95 % between 0.0000% and 60.2365%)" in told.out
    assert "Accuracy not evaluated" in told.out
    assert "it takes 30,000 pairs of different people (there were 4)" in told.out


def test_folder_without_people_is_refused(kaijo: CommandLine, tmp_path: Path) -> None:
    told = kaijo("face", "evaluate", str(tmp_path), "--data", str(tmp_path), "--json")
    assert (told.code, told.json()["error"]["code"]) == (2, "face.no-photographs")


def test_card_can_carry_the_photo_of_who_practises(kaijo: CommandLine, world: World, tmp_path: Path) -> None:
    picture, file = tmp_path / "me.jpg", tmp_path / "card.json"
    picture.write_bytes(jpeg(head("collins").straight()))
    assert kaijo("card", "new", str(file), "--person", "signature-locked", "--photo", str(picture)).code == 0
    face = load(file).directories[Application.SURFACE].files[Surface.CARD_FACE].content
    drawn = load(world.card_file("signature-locked")).directories[Application.SURFACE].files[Surface.CARD_FACE].content
    assert b"jP  \r\n" in face
    assert face != drawn


def test_photo_that_is_none_makes_no_card(kaijo: CommandLine, world: World, tmp_path: Path) -> None:
    picture, file = tmp_path / "me.jpg", tmp_path / "card.json"
    picture.write_text("no picture")
    told = kaijo("card", "new", str(file), "--person", "fresh", "--photo", str(picture), "--json")
    assert (told.code, told.json()["error"]["code"], file.exists()) == (2, "usage.photo", False)
    assert world.url
