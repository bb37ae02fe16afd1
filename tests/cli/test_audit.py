import json
from pathlib import Path

import pytest

from kaijo import app
from kaijo.clock import ManualClock
from tests.docs.test_schemas import complaints
from tests.reset.bench import NOON
from tests.reset.trails import KEY, batches, checkpoints_of, lines_of
from tests.support.command import CommandLine

A = "a" * 64
ROWS = batches([[A, A, "b" * 64], [A]])
PUBLIC = KEY.public_key().public_bytes_raw().hex()


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(lines_of(ROWS)))
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "kept.jsonl"
    path.write_text(
        "".join(json.dumps(one.plain(), sort_keys=True, separators=(",", ":")) + "\n" for one in checkpoints_of(ROWS))
    )
    return path


def test_whole_export_is_called_whole(kaijo: CommandLine, export: Path, kept: Path) -> None:
    told = kaijo("audit", "verify", str(export), "--key", PUBLIC, "--since", str(kept), "--lang", "en")
    assert (told.code, told.out) == (
        0,
        "Whole and unchanged: 4 rows, 2 checkpoints, the last of Mon 15 Mar 2027 12:01.\n",
    )


def test_what_was_not_given_was_not_checked(kaijo: CommandLine, export: Path) -> None:
    told = kaijo("audit", "verify", str(export), "--lang", "en")
    assert told.code == 0
    assert told.out.splitlines()[1:] == [
        "Checked without --key: whole, but whose it is was not checked.",
        "Checked without --since: rows cut off at the end would leave no trace.",
    ]


def test_changed_row_is_named_and_ends_with_one(kaijo: CommandLine, export: Path) -> None:
    export.write_bytes(
        export.read_bytes().replace(b'"sequence":2,"tag":"refused"', b'"sequence":2,"tag":"face-passed"')
    )
    told = kaijo("audit", "verify", str(export), "--key", PUBLIC, "--lang", "en")
    assert told.code == 1
    assert told.out.splitlines()[:2] == [
        f"Line 3: a row was changed (partition {A}, row 2)",
        "This is not what was written down (1 findings).",
    ]


def test_lines_without_a_row_are_named(kaijo: CommandLine, export: Path) -> None:
    lines = export.read_bytes().splitlines(keepends=True)
    export.write_bytes(b"".join([*lines[:3], *lines[4:], b"{}\n"]))
    told = kaijo("audit", "verify", str(export), "--lang", "en")
    assert told.out.splitlines()[:2] == [
        "Lines 2 to 4: there are not as many rows as were signed",
        "Line 7: not a line of the agreed form",
    ]


def test_answers_in_json_keep_to_their_schema(kaijo: CommandLine, export: Path, kept: Path) -> None:
    whole = kaijo("audit", "verify", str(export), "--since", str(kept), "--json").json()
    assert (whole["whole"], whole["rows"], whole["checkpoints"], whole["findings"]) == (True, 4, 2, [])
    export.write_bytes(export.read_bytes()[:-9])
    cut = kaijo("audit", "verify", str(export), "--since", str(kept), "--json")
    assert (cut.code, cut.json()["whole"]) == (1, False)
    assert [row["code"] for row in cut.json()["findings"]] == [
        "audit.unreadable-line",
        "audit.not-sealed",
        "audit.cut-short",
    ]
    export.write_bytes(b"")
    empty = kaijo("audit", "verify", str(export), "--json").json()
    assert [complaints("audit", answer) for answer in (whole, cut.json(), empty)] == [[], [], []]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["no-such-file"], "audit.unreadable"),
        (["EXPORT", "--since", "no-such-file"], "audit.unreadable"),
        (["EXPORT", "--since", "EXPORT"], "audit.not-a-checkpoint"),
        (["EXPORT", "--key", "key"], "audit.not-a-key"),
    ],
)
def test_what_cannot_be_read_is_told(kaijo: CommandLine, export: Path, arguments: list[str], code: str) -> None:
    export.write_bytes(b"nothing\n")
    told = kaijo("audit", "verify", *(str(export) if one == "EXPORT" else one for one in arguments), "--json")
    assert (told.code, told.json()["error"]["code"]) == (2, code)


def test_trail_of_a_service_is_signed_kept_taken_out_and_checked(
    kaijo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    data, kept, out = tmp_path / "service", tmp_path / "kept.jsonl", tmp_path / "audit.jsonl"
    app.service(data, ManualClock(NOON), face_required=False)
    place = ["--data", str(data), "--clock", "2027-03-15T12:00"]
    signed = kaijo("audit", "checkpoint", "--keep", str(kept), *place, "--json").json()
    assert signed["checkpoint"]["size"] == 2  # the practice clerks' passwords
    assert json.loads(kept.read_text()) == signed
    made = kaijo("audit", "export", str(out), *place, "--json").json()
    assert (made["file"], made["lines"]) == (str(out), 6)
    checked = kaijo("audit", "verify", str(out), "--key", made["key"], "--since", str(kept), "--json").json()
    assert (checked["whole"], checked["rows"]) == (True, 3)
    assert (data / "checkpoints.key").stat().st_mode & 0o777 == 0o600


def test_commands_speak_in_words(kaijo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    data = tmp_path / "service"
    app.service(data, ManualClock(NOON), face_required=False)
    told = kaijo("audit", "checkpoint", "--data", str(data), "--lang", "en").out.splitlines()
    assert told[0].startswith("Signed 2 rows (")
    assert told[1].startswith("Public key: ")
    out = str(tmp_path / "audit.jsonl")
    assert kaijo("audit", "export", out, "--data", str(data), "--lang", "en").out.splitlines() == [
        f"Wrote 6 lines to {out}.",
        told[1],
    ]


@pytest.mark.parametrize("verb", [["checkpoint"], ["export", "FILE"]])
def test_folder_without_a_service_has_no_trail(kaijo: CommandLine, tmp_path: Path, verb: list[str]) -> None:
    told = kaijo("audit", *verb, "--data", str(tmp_path), "--json")
    assert (told.code, told.json()["error"]["code"], list(tmp_path.iterdir())) == (2, "audit.no-trail", [])


def test_place_that_cannot_be_written_is_told(
    kaijo: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path / "home"))
    data, nowhere = tmp_path / "service", str(tmp_path / "no" / "file")
    app.service(data, ManualClock(NOON), face_required=False)
    for verb in (["checkpoint", "--keep", nowhere], ["export", nowhere]):
        told = kaijo("audit", *verb, "--data", str(data), "--json")
        assert (told.code, told.json()["error"]["code"]) == (2, "usage.unwritable")
