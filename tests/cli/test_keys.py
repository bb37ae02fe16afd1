from pathlib import Path

import pytest

from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.softhsm import PIN, Tokens

WORDS = "correct horse battery"
MASTER = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("KAIJO_PASSPHRASE_FILE", "KAIJO_TOKEN_PIN_FILE", "KAIJO_TOKEN_MODULE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    return tmp_path / "master.keys"


def lines(*words: str) -> str:
    return "".join(f"{word}\n" for word in words)


def test_new_status_and_rotate(kaijo: CommandLine, file: Path) -> None:
    made = kaijo("keys", "new", str(file), "--json", stdin=lines(WORDS, WORDS))
    assert made.code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    seen = kaijo("keys", "status", str(file), "--json", stdin=lines(WORDS)).json()
    assert seen == made.json()
    rotated = kaijo("keys", "rotate", str(file), "--json", stdin=lines(WORDS)).json()
    assert [row["version"] for row in rotated["versions"]] == [1, 2]
    assert rotated["versions"][0] == seen["versions"][0]
    assert kaijo("keys", "status", str(file), "--json", stdin=lines(WORDS)).json() == rotated
    assert [complaints("keys", answer) for answer in (seen, rotated)] == [[], []]


def test_protect_encrypts_what_was_in_clear_and_changes_a_passphrase(kaijo: CommandLine, file: Path) -> None:
    file.write_bytes(MASTER)
    file.chmod(0o600)
    clear = kaijo("keys", "status", str(file), "--json").json()
    assert clear == {"place": str(file), "protected": False, "versions": [{"version": 1, "check": "75e208"}]}
    assert kaijo("keys", "protect", str(file), stdin=lines(WORDS, WORDS)).code == 0
    assert MASTER not in file.read_bytes()
    assert kaijo("keys", "protect", str(file), stdin=lines(WORDS, WORDS * 2, WORDS * 2)).code == 0
    assert kaijo("keys", "status", str(file), stdin=lines(WORDS)).code == 5
    changed = kaijo("keys", "status", str(file), "--json", stdin=lines(WORDS * 2)).json()
    assert changed == clear | {"protected": True}


def test_passphrase_comes_from_a_file_that_the_environment_names(
    kaijo: CommandLine, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "passphrase"
    words.write_text(f"{WORDS}\n")
    words.chmod(0o400)
    monkeypatch.setenv("KAIJO_PASSPHRASE_FILE", str(words))
    assert kaijo("keys", "new", str(file)).code == 0
    assert "第1版" in kaijo("keys", "status", str(file)).out
    words.chmod(0o444)
    exposed = kaijo("keys", "status", str(file), "--json")
    assert (exposed.code, exposed.json()["error"]["code"]) == (5, "service.key-exposed")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["new"], "", "keys.no-secret"),
        (["new"], lines(WORDS, WORDS + "x"), "keys.secrets-differ"),
        (["new"], lines("short", "short"), "keys.short-passphrase"),
    ],
)
def test_new_that_fails_leaves_nothing(
    kaijo: CommandLine, file: Path, arguments: list[str], stdin: str, code: str
) -> None:
    told = kaijo("keys", *arguments, str(file), "--json", stdin=stdin)
    assert (told.code, told.json()["error"]["code"], file.exists()) == (2, code, False)


def test_new_takes_no_place_of_another(kaijo: CommandLine, file: Path) -> None:
    file.write_bytes(b"something")
    told = kaijo("keys", "new", str(file), "--json", stdin=lines(WORDS, WORDS))
    assert (told.code, told.json()["error"]["code"], file.read_bytes()) == (2, "keys.exists", b"something")


@pytest.mark.parametrize(
    "arguments",
    [
        ["new"],
        ["status", "--token", "kaijo"],
        ["rotate", "FILE", "--token", "kaijo", "--module", "x"],
        ["new", "--token", "kaijo", "--module", "x", "--practice"],
    ],
)
def test_one_place_must_be_named(kaijo: CommandLine, file: Path, arguments: list[str]) -> None:
    assert not file.exists()
    told = kaijo("keys", *arguments, "--json")
    assert (told.code, told.json()["error"]["code"]) == (2, "keys.one-place")


def test_practice_keys_are_those_of_the_practice_issuer(kaijo: CommandLine, file: Path) -> None:
    from kaijo import app
    from kaijo.clock import SystemClock
    from kaijo.service.cardadmin import check_value

    told = kaijo("keys", "new", str(file), "--practice", "--json", stdin=lines(WORDS, WORDS)).json()
    master = app.practice_issuer(SystemClock()).administration_master
    assert told["versions"] == [{"version": 1, "check": check_value(master)}]


def test_masters_are_made_in_a_token(kaijo: CommandLine, file: Path, tokens: Tokens) -> None:
    assert not file.exists()
    place = ["--token", tokens.full, "--module", tokens.module, "--json"]
    assert kaijo("keys", "new", *place, stdin=lines(PIN)).json() == {
        "place": tokens.full,
        "protected": True,
        "made": 1,
    }
    assert kaijo("keys", "rotate", *place, stdin=lines(PIN)).json()["made"] == 2
    told = kaijo("keys", "status", *place, stdin=lines(PIN)).json()
    assert [row["version"] for row in told["versions"]] == [1, 2]
    assert complaints("keys", told) == []
    again = kaijo("keys", "new", *place, stdin=lines(PIN))
    assert (again.code, again.json()["error"]["code"]) == (2, "keys.exists")


def test_pin_comes_from_a_file_that_the_environment_names(
    kaijo: CommandLine, file: Path, tokens: Tokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not file.exists()
    pin = tmp_path / "pin"
    pin.write_bytes(b"\xff\xfe")
    pin.chmod(0o600)
    monkeypatch.setenv("KAIJO_TOKEN_PIN_FILE", str(pin))
    monkeypatch.setenv("KAIJO_TOKEN_MODULE", tokens.module)
    assert kaijo("keys", "status", "--token", tokens.full, "--json").json()["error"]["code"] == "keys.wrong-token-pin"
    pin.write_text(PIN)
    assert kaijo("keys", "new", "--token", tokens.full).out == f"{tokens.full}の中に第1版の鍵を作りました。\n"
