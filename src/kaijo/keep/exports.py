"""Files that password managers import, in the columns that they document (docs/keep.md lists the pages).

All of them are plain text by their nature: whoever opens one reads the PINs. They exist to be imported and wiped.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from xml.etree import ElementTree as ET

from kaijo.keep.entry import MARK, Entry

_FOLDER = "Kaijo"
_LOGIN = 1  # Bitwarden's number for a login
_HIDDEN = 1  # and for a field that is shown as dots


class Manager(Enum):
    """A file format that a password manager imports."""

    BITWARDEN_JSON = "bitwarden-json"
    BITWARDEN_CSV = "bitwarden-csv"
    ONEPASSWORD_CSV = "1password-csv"
    KEEPASS_CSV = "keepass-csv"
    KEEPASS_XML = "keepass-xml"


def export(manager: Manager, entries: Sequence[Entry]) -> bytes:
    """Return the import file for these PINs, in UTF-8, in their order."""
    return _WRITERS[manager](entries)


def _bitwarden_json(entries: Sequence[Entry]) -> bytes:
    items: list[dict[str, object]] = [
        {
            "type": _LOGIN,
            "name": one.title,
            "notes": one.note,
            "favorite": False,
            "reprompt": 1,  # the manager asks for its own password again before it shows the PIN
            "fields": [],
            "login": {"uris": [], "username": one.kind.value, "password": one.pin, "totp": None},
            "organizationId": None,
            "collectionIds": None,
            "folderId": _FOLDER,
        }
        for one in entries
    ]
    content = {"encrypted": False, "folders": [{"id": _FOLDER, "name": _FOLDER}], "items": items}
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def _bitwarden_csv(entries: Sequence[Entry]) -> bytes:
    head = (
        *("folder", "favorite", "type", "name", "notes", "fields", "reprompt"),
        *("login_uri", "login_username", "login_password", "login_totp"),
    )
    rows = [(_FOLDER, "", "login", one.title, one.note, "", "1", "", one.kind.value, one.pin, "") for one in entries]
    return _table(head, rows)


def _onepassword_csv(entries: Sequence[Entry]) -> bytes:
    head = ("title", "website", "username", "password", "notes")
    return _table(head, [(one.title, "", one.kind.value, one.pin, one.note) for one in entries])


def _keepass_csv(entries: Sequence[Entry]) -> bytes:
    head = ("Account", "Login Name", "Password", "Web Site", "Comments")
    return _table(head, [(one.title, one.kind.value, one.pin, "", one.note) for one in entries], quote_all=True)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, quote_all: bool = False) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL).writerows([head, *rows])
    return text.getvalue().encode()


def _keepass_xml(entries: Sequence[Entry]) -> bytes:
    """Return KeePass 2's own XML, with the password marked as one that is to be protected in memory."""
    file = ET.Element("KeePassFile")
    ET.SubElement(ET.SubElement(file, "Meta"), "Generator").text = MARK
    group = ET.SubElement(ET.SubElement(file, "Root"), "Group")
    ET.SubElement(group, "Name").text = _FOLDER
    for one in entries:
        made = ET.SubElement(group, "Entry")
        parts = {"Title": one.title, "UserName": one.kind.value, "Password": one.pin, "URL": "", "Notes": one.note}
        for key, value in parts.items():
            string = ET.SubElement(made, "String")
            ET.SubElement(string, "Key").text = key
            ET.SubElement(string, "Value", {"ProtectInMemory": "True"} if key == "Password" else {}).text = value
    return bytes(ET.tostring(file, encoding="utf-8", xml_declaration=True))


_WRITERS: Mapping[Manager, Callable[[Sequence[Entry]], bytes]] = {
    Manager.BITWARDEN_JSON: _bitwarden_json,
    Manager.BITWARDEN_CSV: _bitwarden_csv,
    Manager.ONEPASSWORD_CSV: _onepassword_csv,
    Manager.KEEPASS_CSV: _keepass_csv,
    Manager.KEEPASS_XML: _keepass_xml,
}
