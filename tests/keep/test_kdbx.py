import subprocess
from pathlib import Path

import pytest

from kaijo.errors import GuardRefused
from kaijo.facts.pins import PinKind
from kaijo.keep.entry import entry
from kaijo.keep.kdbx import kdbx

ENTRIES = [entry(PinKind.SIGNATURE, "katemo7294", "ja"), entry(PinKind.RESIDENT, "8642", "ja")]
PASSPHRASE = "馬と電池と correct"


def keepassxc(file: Path, passphrase: str, title: str) -> tuple[int, str]:
    done = subprocess.run(
        ["keepassxc-cli", "show", "-q", "-s", "-a", "Password", str(file), title],
        input=f"{passphrase}\n", text=True, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.strip()


def test_keepassxc_opens_the_file_with_the_passphrase_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    file = tmp_path / "pins.kdbx"
    file.write_bytes(kdbx(ENTRIES, PASSPHRASE))
    assert not any(text.encode() in file.read_bytes() for text in ("KATEMO7294", "Kaijo", ENTRIES[0].title))
    assert keepassxc(file, PASSPHRASE, f"Kaijo/{ENTRIES[0].title}") == (0, "KATEMO7294")
    assert keepassxc(file, PASSPHRASE, f"Kaijo/{ENTRIES[1].title}") == (0, "8642")
    code, shown = keepassxc(file, PASSPHRASE + "!", f"Kaijo/{ENTRIES[0].title}")
    assert (code != 0, shown) == (True, "")


def test_short_passphrase_is_refused() -> None:
    with pytest.raises(GuardRefused) as caught:
        kdbx(ENTRIES, "eleven char")
    assert caught.value.diagnostics() == {"code": "keep.short-passphrase", "data": {"least": 12}}
