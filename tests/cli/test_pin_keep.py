"""`kaijo pin suggest`, `keep` and `recall`: nothing shown unasked, nothing kept where anybody reads it."""

import json
from pathlib import Path

import keyring
import pytest

from kaijo.app.remembering import ENDINGS
from kaijo.facts.pins import PinKind
from kaijo.keep.weakness import weaknesses
from tests.docs.test_schemas import complaints
from tests.support.canary import files_below, found
from tests.support.command import CommandLine
from tests.support.keychains import Trusted

PIN = "KANARI7294"
PASSPHRASE = "correct horse battery"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return tmp_path / "home"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_suggestion_is_shown_only_when_that_was_asked_for(kaijo: CommandLine) -> None:
    refused = kaijo("pin", "suggest", "signature", "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (4, "keep.not-shown")
    shown = kaijo("pin", "suggest", "signature", "--show", "--json")
    assert (shown.code, weaknesses(PinKind.SIGNATURE, shown.json()["pin"])) == (0, ())


@pytest.mark.parametrize("target", ENDINGS)
def test_every_target_writes_its_file_and_no_pin_anywhere_else(
    kaijo: CommandLine, home: Path, tmp_path: Path, target: str
) -> None:
    file = tmp_path / f"kept{ENDINGS[target]}"
    stdin = typed(*([PASSPHRASE] * 2 if target == "kdbx" else []), PIN, PIN.lower())
    ended = kaijo("pin", "keep", "--pin", "signature", "--to", target, "--out", str(file), stdin=stdin)
    assert (ended.code, file.stat().st_mode & 0o777) == (0, 0o600)
    assert [path for path in files_below(tmp_path, without={file}) if found(PIN, path.read_bytes())] == []
    assert found(PIN, (ended.out + ended.err).encode()) == []
    assert found(PASSPHRASE, (ended.out + ended.err).encode()) == []
    del home


@pytest.mark.parametrize(
    ("arguments", "lines", "ended_as"),
    [
        (("--to", "paper", "--out", "pins.txt"), (), (4, "keep.plain-text")),
        (("--to", "kdbx", "--out", "pins.pdf"), (), (2, "keep.wrong-ending")),
        (("--to", "kdbx"), (), (2, "keep.no-file")),
        (("--to", "paper", "--out", "nowhere/pins.pdf"), (), (2, "usage.unwritable")),
        (("--wipe", "nowhere.pdf"), (), (2, "keep.nothing-to-wipe")),
        ((), (), (2, "keep.no-target")),
        (("--to", "paper", "--out", "a.pdf", "--undo"), (), (2, "keep.undo-what")),
        (("--to", "paper", "--out", "a.pdf", "--replace"), (), (2, "keep.undo-what")),
        (("--to", "paper", "--out", "a.pdf", "--name", "1234"), (), (2, "keep.bad-name")),
        (("--to", "paper", "--out", "a.pdf", "--name", "kanari1"), ("KANARI1", "KANARI1"), (4, "keep.pin-in-name")),
        (("--to", "paper", "--out", "a.pdf", "--wipe", "b.pdf"), (), (2, "keep.no-target")),
        (("--to", "paper", "--out", "a.pdf"), ("KANARI7294", "KANARI7295"), (4, "guard.pins-differ")),
        (("--to", "paper", "--out", "a.pdf"), ("KANARI", "KANARI"), (4, "guard.wrong-form")),
        (("--to", "kdbx", "--out", "a.kdbx"), ("short", "short"), (4, "keep.short-passphrase")),
        (("--to", "kdbx", "--out", "a.kdbx"), (PASSPHRASE, "other"), (4, "keep.passphrases-differ")),
    ],
)
def test_what_is_refused_writes_nothing(
    kaijo: CommandLine, empty: Path, arguments: tuple[str, ...], lines: tuple[str, ...], ended_as: tuple[int, str]
) -> None:
    ended = kaijo("pin", "keep", "--pin", "signature", *arguments, "--json", stdin=typed(*lines))
    assert (ended.code, ended.json()["error"]["code"]) == ended_as
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("target", ["paper", "bitwarden-json", "bitwarden-csv", "keepass-xml"])
def test_unencrypted_file_can_be_wiped(kaijo: CommandLine, tmp_path: Path, target: str) -> None:
    file = tmp_path / f"kept{ENDINGS[target]}"
    kaijo("pin", "keep", "--pin", "signature", "--to", target, "--out", str(file), stdin=typed(PIN, PIN))
    ended = kaijo("pin", "keep", "--wipe", str(file), "--json")
    assert (ended.code, ended.json()["wiped"], file.exists()) == (0, str(file), False)


@pytest.mark.parametrize(("backend", "code"), [("fail", "keep.no-keychain"), ("null", "keep.untrusted-keychain")])
def test_machine_without_a_keychain_is_told_other_ways(
    kaijo: CommandLine, monkeypatch: pytest.MonkeyPatch, backend: str, code: str
) -> None:
    monkeypatch.setattr(
        keyring.core, "_keyring_backend", keyring.core.load_keyring(f"keyring.backends.{backend}.Keyring")
    )
    ended = kaijo("pin", "keep", "--to", "keychain", "--json")
    assert (ended.code, ended.json()["error"]["code"]) == (4, code)
    assert "--to kdbx" in ended.json()["error"]["remedy"]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    backend = Trusted()
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
    return backend.kept


def test_keychain_keeps_a_family_apart_and_replaces_only_when_told(
    kaijo: CommandLine, kept: dict[tuple[str, str], str]
) -> None:
    words = ("pin", "keep", "--pin", "resident", "--to", "keychain", "--json")
    ended = [kaijo(*words, *more, stdin=typed(pin, pin)) for pin, more in (("8642", ()), ("9753", ("--name", "母")))]
    assert [(one.code, one.json()["name"], one.json()["replaced"]) for one in ended] == [(0, "", []), (0, "母", [])]
    refused = kaijo(*words, "--name", "母", stdin=typed("1357", "1357"))
    assert (refused.code, refused.json()["error"]["code"]) == (4, "keep.already-kept")
    assert sorted(kept.values()) == ["8642", "9753"]
    told = kaijo(*words, "--name", "母", "--replace", stdin=typed("1357", "1357")).json()
    assert (told["replaced"], complaints("pin-keep", told)) == (["resident"], [])
    assert kept["Kaijo", "My Number Card (母) resident"] == "1357"
    back = kaijo(*words, "--name", "母", "--undo").json()
    assert (back["restored"], complaints("pin-keep", back)) == (["resident"], [])
    assert kept["Kaijo", "My Number Card (母) resident"] == "9753"
    never = kaijo(*words, "--undo")
    assert (never.code, never.json()["error"]["code"]) == (1, "keep.nothing-to-undo")


def test_recall_is_learned_tested_and_forgotten_without_the_pin_on_the_disk(kaijo: CommandLine, home: Path) -> None:
    learned = kaijo("pin", "recall", "signature", "--learn", "--json", stdin=typed(PIN, PIN))
    right = kaijo("pin", "recall", "signature", "--json", stdin=typed(PIN.lower()))
    wrong = kaijo("pin", "recall", "signature", "--json", stdin=typed("KANARI7295"))
    assert [(ended.code, ended.json()["remembered"]) for ended in (learned, right, wrong)] == [
        (0, None),
        (0, True),
        (1, False),
    ]
    assert [path for path in files_below(home, without=set()) if found(PIN, path.read_bytes())] == []
    assert {path.stat().st_mode & 0o777 for path in home.iterdir()} == {0o600}
    assert kaijo("pin", "recall", "signature", "--forget").code == 0
    assert json.loads((home / "recall.json").read_text()) == {}
    again = kaijo("pin", "recall", "signature", "--json", stdin=typed(PIN))
    assert (again.code, again.json()["error"]["code"]) == (1, "keep.nothing-to-recall")
