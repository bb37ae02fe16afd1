from pathlib import Path

import pytest

from kaijo.errors import GuardRefused, KaijoError
from kaijo.facts.pins import PinKind
from kaijo.keep.entry import entry
from kaijo.keep.exports import Manager, export
from kaijo.keep.files import check_target, wipe, write_owned

CONTENT = export(Manager.KEEPASS_CSV, [entry(PinKind.RESIDENT, "8642", "ja")])


@pytest.mark.parametrize("name", ["pins.txt", "PINS.TXT", "pins.md", "pins.docx", "pins.xlsx", "pins"])
def test_notes_and_documents_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GuardRefused) as caught:
        check_target(tmp_path / name, ".kdbx")
    assert caught.value.code == "keep.plain-text"


def test_other_ending_is_a_slip_of_the_hand(tmp_path: Path) -> None:
    with pytest.raises(KaijoError) as caught:
        check_target(tmp_path / "pins.csv", ".pdf")
    assert (caught.value.code, caught.value.exit_code) == ("keep.wrong-ending", 2)


def test_file_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "pins.csv"
    write_owned(file, CONTENT)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(GuardRefused) as before:
        check_target(file, ".csv")
    with pytest.raises(GuardRefused) as after:
        write_owned(file, b"")
    assert (before.value.code, after.value.code) == ("keep.file-exists", "keep.file-exists")
    assert file.read_bytes() == CONTENT


def test_wipe_overwrites_before_it_removes(tmp_path: Path) -> None:
    file, other = tmp_path / "pins.csv", tmp_path / "same.csv"
    write_owned(file, CONTENT)
    other.hardlink_to(file)  # the same bytes on the disk, still to be seen afterwards
    wipe(file)
    assert not file.exists()
    assert len(other.read_bytes()) == len(CONTENT)
    assert b"8642" not in other.read_bytes()


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"Kaijo"])
def test_wipe_leaves_what_is_not_ours(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "diary.csv"
    file.write_bytes(content)
    with pytest.raises(GuardRefused) as caught:
        wipe(file)
    assert (caught.value.code, file.read_bytes()) == ("keep.not-ours", content)


def test_wipe_follows_no_link(tmp_path: Path) -> None:
    file, link = tmp_path / "pins.csv", tmp_path / "link.csv"
    write_owned(file, CONTENT)
    link.symlink_to(file)
    with pytest.raises(KaijoError) as caught:
        wipe(link)
    assert (caught.value.code, file.read_bytes()) == ("usage.unwritable", CONTENT)
