import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from kaijo.card.files import Application, Jpki
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.cardfile import CardFile, create, load, open_card, save
from kaijo.virtualcard.image import CardImage

from .handmade import JPKI, WRONG_AUTHENTICATION, Office, handmade_image, talk


@pytest.fixture
def path(tmp_path: Path, image: CardImage) -> Path:
    path = tmp_path / "my.card"
    create(path, image)
    return path


def code_of(caught: pytest.ExceptionInfo[CardTrouble]) -> str:
    return caught.value.code


def test_created_card_is_loaded_as_it_was_and_is_the_owners_alone(path: Path) -> None:
    assert load(path) == handmade_image()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_card_keeps_what_happened_to_it(path: Path) -> None:
    card = open_card(path)
    talk(card, JPKI, WRONG_AUTHENTICATION)
    Office(card).grant(PinKind.SIGNATURE)
    talk(card, JPKI, "002C029B0651575A373737")
    card.close()
    again = load(path)
    pins = again.directories[Application.JPKI].pins
    assert (pins[Jpki.AUTHENTICATION_PIN].tries_left, pins[Jpki.SIGNATURE_PIN].value) == (2, b"QWZ777")
    assert again.administration.reset_number == 1
    assert again.administration.last_receipt is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_card_lies_at_its_path_and_takes_options(path: Path) -> None:
    card = open_card(path, clears_on_reselect=True, random=bytes)
    assert card.place == str(path)
    assert talk(card, "0084000004", JPKI, "0020009B06414243313233", JPKI, "00B0810001") == [
        "000000009000",
        "9000",
        "9000",
        "9000",
        "6982",
    ]
    card.close()


def test_card_lies_in_one_place_at_a_time(path: Path) -> None:
    card = open_card(path)
    with pytest.raises(CardTrouble) as caught:
        open_card(path)
    assert code_of(caught) == "cardfile.in-use"
    assert load(path) == handmade_image()
    card.close()
    card.close()
    open_card(path).close()


def test_card_that_cannot_run_is_let_go(tmp_path: Path, image: CardImage) -> None:
    image.administration.key_enc = b"short"
    path = tmp_path / "bad.card"
    create(path, image)
    for _ in range(2):
        with pytest.raises(CardTrouble) as caught:
            open_card(path)
        assert code_of(caught) == "channel.bad-key"


def test_create_never_overwrites(path: Path, image: CardImage) -> None:
    before = path.read_bytes()
    image.person = "other"
    with pytest.raises(CardTrouble) as caught:
        create(path, image)
    assert (code_of(caught), path.read_bytes()) == ("cardfile.exists", before)


def test_missing_card_is_told_and_leaves_no_trace(tmp_path: Path) -> None:
    for act in (load, open_card):
        with pytest.raises(CardTrouble) as caught:
            act(tmp_path / "none")
        assert caught.value.diagnostics() == {"code": "cardfile.missing", "data": {"path": str(tmp_path / "none")}}
    assert list(tmp_path.iterdir()) == []


def test_folder_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(CardTrouble) as caught:
        load(tmp_path)
    assert code_of(caught) == "cardfile.unreadable"


@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.7", b"\xff\xfe", b'{"kaijo-card"', b"[" * 100_000])
def test_other_file_is_foreign(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CardTrouble) as caught:
        load(path)
    assert code_of(caught) == "cardfile.foreign"


def test_other_version_is_told(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"kaijo-card":1', b'"kaijo-card":2', 1))
    with pytest.raises(CardTrouble) as caught:
        load(path)
    assert code_of(caught) == "cardfile.version"
    assert (caught.value.data["version"], caught.value.data["known"]) == (2, 1)


def test_any_changed_byte_of_the_card_is_found(path: Path) -> None:
    whole = path.read_bytes()
    start = whole.index(b'"sha256"')
    for position in range(start, len(whole) - 1, 97):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(CardTrouble) as caught:
            load(path)
        assert code_of(caught) == "cardfile.damaged"


@pytest.mark.parametrize("part", [0.2, 0.5, 0.99])
def test_cut_file_is_damaged_and_let_go(path: Path, part: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(CardTrouble) as caught:
        CardFile(path)
    assert code_of(caught) == "cardfile.damaged"
    path.write_bytes(whole)
    CardFile(path).close()


@pytest.mark.parametrize(
    "content",
    [
        b'{"kaijo-card":1}',
        b'{"kaijo-card":1,"card":' + b"[" * 100_000,
        b'{"kaijo-card":1,"sha256":"' + hashlib.sha256(b"null").hexdigest().encode() + b'","card":null}',
    ],
)
def test_card_file_with_nothing_in_it_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CardTrouble) as caught:
        load(path)
    assert code_of(caught) == "cardfile.damaged"


def test_file_is_plain_json_of_one_line(path: Path) -> None:
    raw = path.read_text("ascii")
    assert raw.count("\n") == 1
    assert set(json.loads(raw)) == {"kaijo-card", "sha256", "card"}


def test_card_below_a_file_cannot_be_written(path: Path, image: CardImage) -> None:
    for act in (create, save):
        with pytest.raises(CardTrouble) as caught:
            act(path / "card", image)
        assert code_of(caught) == "cardfile.unwritable"


def test_disk_that_fails_leaves_the_old_card_and_ends_this_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = open_card(path)
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CardTrouble) as caught:
            talk(card, JPKI, WRONG_AUTHENTICATION)
    assert code_of(caught) == "cardfile.unwritable"
    with pytest.raises(CardTrouble) as caught:
        talk(card, JPKI)
    assert code_of(caught) == "card.removed"
    card.close()
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir() if not one.name.endswith(".lock")) == ["my.card"]


def test_card_behind_a_symbolic_link_is_written_where_it_is(path: Path) -> None:
    link = path.with_name("link")
    link.symlink_to(path)
    card = open_card(link)
    talk(card, JPKI, WRONG_AUTHENTICATION)
    card.close()
    assert link.is_symlink()
    assert load(path).directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].tries_left == 2


@pytest.mark.parametrize("deep", [900, 990, 1_000, 100_000])
@pytest.mark.parametrize("place", ["kaijo-card", "card"])
def test_file_of_brackets_within_brackets_is_damaged(tmp_path: Path, place: str, deep: int) -> None:
    nest = "[" * deep + "]" * deep
    version, card = (nest, "{}") if place == "kaijo-card" else ("1", nest)
    path = tmp_path / "deep.card"
    path.write_text(f'{{"kaijo-card":{version},"card":{card}}}')
    with pytest.raises(CardTrouble) as caught:
        load(path)
    assert code_of(caught) == "cardfile.damaged"
