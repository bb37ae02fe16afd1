"""The columns are those that the managers' own pages describe: docs/keep.md names them."""

import csv
import io
import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kaijo.facts.pins import PinKind
from kaijo.keep.entry import Entry, entry
from kaijo.keep.exports import Manager, export
from kaijo.words import LANGS, Lang

PINS = {PinKind.SIGNATURE: "KATEMO7294", PinKind.AUTHENTICATION: "8642"}
BITWARDEN = [
    *("folder", "favorite", "type", "name", "notes", "fields", "reprompt"),
    *("login_uri", "login_username", "login_password", "login_totp"),
]


def entries(lang: Lang = "ja") -> list[Entry]:
    return [entry(kind, pin, lang) for kind, pin in PINS.items()]


def table(manager: Manager) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(manager, entries()).decode())))


@pytest.mark.parametrize(
    ("manager", "columns", "password", "title"),
    [
        (Manager.BITWARDEN_CSV, BITWARDEN, "login_password", "name"),
        (Manager.ONEPASSWORD_CSV, ["title", "website", "username", "password", "notes"], "password", "title"),
        (Manager.KEEPASS_CSV, ["Account", "Login Name", "Password", "Web Site", "Comments"], "Password", "Account"),
    ],
)
def test_table_has_the_columns_of_its_manager(manager: Manager, columns: list[str], password: str, title: str) -> None:
    rows = table(manager)
    assert list(rows[0]) == columns
    assert [row[password] for row in rows] == list(PINS.values())
    assert [row[title] for row in rows] == [one.title for one in entries()]


def test_bitwarden_json_is_an_unencrypted_export_of_logins() -> None:
    content = json.loads(export(Manager.BITWARDEN_JSON, entries()))
    assert (content["encrypted"], [folder["name"] for folder in content["folders"]]) == (False, ["Kaijo"])
    assert {item["folderId"] for item in content["items"]} == {content["folders"][0]["id"]}
    assert [(item["type"], item["reprompt"], item["login"]["password"]) for item in content["items"]] == [
        (1, 1, pin) for pin in PINS.values()
    ]


def test_keepass_xml_protects_the_password_alone() -> None:
    root = ET.fromstring(export(Manager.KEEPASS_XML, entries()))  # noqa: S314 -- our own words
    values = root.findall(".//Entry/String/Value[@ProtectInMemory='True']")
    assert [value.text for value in values] == list(PINS.values())


@pytest.mark.parametrize("lang", LANGS)
def test_keepassxc_imports_the_xml(tmp_path: Path, lang: Lang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    xml, database = tmp_path / "pins.xml", tmp_path / "pins.kdbx"
    xml.write_bytes(export(Manager.KEEPASS_XML, entries(lang)))
    asked = ["keepassxc-cli", "import", "-q", "-t", "100", "-p", str(xml), str(database)]
    subprocess.run(asked, input=b"long enough\nlong enough\n", check=True, capture_output=True)
    shown = subprocess.run(
        ["keepassxc-cli", "show", "-q", "-s", "-a", "Password", str(database), entries(lang)[0].title],
        input=b"long enough\n", check=True, capture_output=True,
    )  # fmt: skip
    assert shown.stdout.decode().strip() == "KATEMO7294"


@pytest.mark.parametrize("manager", Manager)
def test_every_import_file_tells_which_card_it_is(manager: Manager) -> None:
    named = [entry(kind, pin, "ja", "母") for kind, pin in PINS.items()]
    content = export(manager, named).decode()
    assert [one.title for one in named if one.title not in content or "（母）" not in one.title] == []


def test_entry_hides_its_pin_from_repr() -> None:
    assert "KATEMO7294" not in repr(entries()[0])
