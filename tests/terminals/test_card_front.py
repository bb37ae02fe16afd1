"""Code B off a photograph of the card's front: read where it can be, never guessed, nothing on a disk."""

import shutil
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kaijo.errors import Refused
from kaijo.facts.card_front import front_rule
from kaijo.terminals import card_front
from kaijo.terminals.card_front import FIELDS, read_front
from kaijo.virtualcard.front import front
from kaijo.virtualcard.identity import printed_date
from kaijo.virtualcard.persons import identity, person
from tests.support.pcscd import cannot
from tests.support.photographs import Taken, patience, photograph
from tests.support.world import NIGHT, issued

PERSON = "signature-locked"
BORN = identity(person(PERSON), NIGHT).birth_date
PRINTED = {
    "era": "showa",
    "year": str(BORN.year - 1925),
    "month": str(BORN.month),
    "day": str(BORN.day),
    "expiry": "2034",
    "security": identity(person(PERSON), NIGHT).security_code,
}


@pytest.fixture(scope="module", autouse=True)
def _program() -> None:
    if not shutil.which("tesseract"):
        cannot("no tesseract on this machine")


@pytest.fixture(scope="module")
def card() -> bytes:
    return front(issued(PERSON))


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Let a busy machine take its time."""
    with patience():
        yield


def reader(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Put another program in the reader's place."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def refused(picture: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_front(picture)
    return caught.value.code


def test_printed_of_the_test_person_are_all_fields() -> None:
    assert tuple(PRINTED) == FIELDS
    assert printed_date(BORN).startswith("昭和")


@pytest.mark.parametrize(
    "how",
    [Taken(), Taken(fill=0.45), Taken(angle=8), Taken(angle=180, blur=2), Taken(blur=3, light=0.3), Taken(slant=0.06)],
    ids=str,
)
def test_photograph_is_read(card: bytes, how: Taken) -> None:
    assert read_front(photograph(card, how)) == PRINTED


def test_upright_is_what_the_camera_says(card: bytes) -> None:
    out, turned = BytesIO(), Image.Exif()
    turned[0x0112] = 6  # taken with the camera on its side
    Image.open(BytesIO(photograph(card, Taken()))).rotate(90, expand=True).save(out, "JPEG", exif=turned)
    assert read_front(out.getvalue()) == PRINTED


def test_photograph_that_cannot_be_read_says_so(card: bytes) -> None:
    assert refused(photograph(card, Taken(blur=20))) == "front.nothing-read"


def test_other_paper_with_four_digits_is_no_card(card: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reader(monkeypatch, tmp_path, "/bin/cat > /dev/null; echo 1745")
    assert refused(photograph(card, Taken())) == "front.nothing-read"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("昭和 63 年 12月 16日 生", {"era": "showa", "year": "63", "month": "12", "day": "16"}),
        ("平成元年1月8日生", {"era": "heisei", "year": "1", "month": "1", "day": "8"}),
        ("１９８０年２月１７日生", {"era": "gregorian", "year": "1980", "month": "2", "day": "17"}),
        ("胃和63年12月16日生", {"year": "63", "month": "12", "day": "16"}),
        ("昭和63年12月16日生\n昭和63年12月10日生", {}),
        ("2034年12月16日まで有効", {"expiry": "2034"}),
        ("2034年12月16日", {}),
        ("セキュリティコード 1745", {}),
        ("コード\n1745", {"security": "1745"}),
        ("1745\n\n1749", {}),
        ("1234 5678 9012 3456", {}),
    ],
)
def test_only_what_is_sure_is_taken(text: str, found: Mapping[str, str]) -> None:
    assert card_front._printed(text) == found


def test_missing_program_is_told(card: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(photograph(card, Taken())) == "front.no-program"
    reader(monkeypatch, tmp_path, "exit 1")  # one without its Japanese data
    assert refused(photograph(card, Taken())) == "front.no-program"


def test_program_that_does_not_come_back_is_not_waited_for(
    card: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader(monkeypatch, tmp_path, "exec /bin/sleep 600")
    monkeypatch.setattr(card_front, "monotonic", iter([0.0, 899.8, *[901.0] * 9]).__next__)
    assert refused(photograph(card, Taken())) == "front.nothing-read"


def test_picture_goes_through_a_pipe_and_is_on_no_disk(
    card: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    reader(monkeypatch, tmp_path, f'echo "$@" > {seen}; /bin/cat > /dev/null')
    assert refused(photograph(card, Taken())) == "front.nothing-read"
    assert seen.read_text().split()[:2] == ["stdin", "stdout"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["seen", "tesseract"]


@pytest.mark.parametrize("picture", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_no_picture_is_told(picture: bytes) -> None:
    assert refused(picture) == "front.no-picture"


def test_small_picture_is_told() -> None:
    out = BytesIO()
    Image.new("L", (front_rule().least_side - 1, 900), 255).save(out, "PNG")
    assert refused(out.getvalue()) == "front.no-picture"


def test_picture_that_claims_to_be_huge_is_never_unpacked() -> None:
    side = (60_000).to_bytes(4)
    header = b"IHDR" + side + side + b"\x08\x00\x00\x00\x00"
    png = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + header + zlib.crc32(header).to_bytes(4)
    data = b"IDAT" + zlib.compress(bytes(99))
    png += (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)
    assert refused(png) == "front.no-picture"


def test_too_many_bytes_are_told() -> None:
    assert refused(bytes(front_rule().most_bytes + 1)) == "front.too-large"
