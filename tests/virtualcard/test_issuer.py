import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kaijo.card.files import Application, Jpki
from kaijo.clock import ManualClock
from kaijo.errors import CardTrouble, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.hierarchy import Role, public_key_der
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import CertificateState, TestPerson, identity, person, persons
from kaijo.virtualcard.register import IssuedCard
from kaijo.virtualcard.surface_data import CARD_KEY
from kaijo.words import explain

from .issued import CERTIFICATE_KINDS, NOW, certificate, hierarchy, open_issuer

OPENING = """
import sys
from pathlib import Path
from kaijo.clock import SystemClock
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person
issuer = Issuer.open(Path(sys.argv[1]), SystemClock())
card = issuer.issue(person("face-only"), SystemClock().now())
print(issuer.id, card.administration.card_id.hex())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer")


@pytest.fixture(scope="module")
def issuer(folder: Path) -> Issuer:
    return open_issuer(folder)


@pytest.fixture(scope="module")
def cards(issuer: Issuer) -> dict[str, CardImage]:
    return {one.id: issuer.issue(one, NOW) for one in persons()}


def found(issuer: Issuer, image: CardImage) -> IssuedCard:
    der = certificate(image, PinKind.AUTHENTICATION)
    assert der is not None
    card = issuer.find(der)
    assert card is not None
    return card


def test_first_opening_founds_an_issuer_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "issuer"
    issuer = Issuer.open(folder, ManualClock(NOW))
    again = Issuer.open(folder, ManualClock(NOW + timedelta(days=100)))
    assert (again.id, again.administration_master) == (issuer.id, issuer.administration_master)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted((file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()) == [
        ("issuer.json", 0o600),
        ("lock", 0o600),
    ]
    assert issuer.id != hierarchy().id


def test_eight_processes_at_once_open_one_issuer_and_lose_no_card(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENING, str(tmp_path / "issuer")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    answers = [process.communicate()[0].split() for process in running]
    assert [process.returncode for process in running] == [0] * 8
    assert len({issuer_id for issuer_id, _ in answers}) == 1
    lines = [json.loads(line) for line in (tmp_path / "issuer" / "register.jsonl").read_text().splitlines()]
    assert sorted(line["card_id"] for line in lines) == sorted(card_id for _, card_id in answers)
    assert len({line["authentication"]["serial"] for line in lines}) == 8


@pytest.mark.parametrize("one", persons(), ids=lambda one: one.id)
def test_certificates_on_the_card_are_in_the_state_of_the_story(
    one: TestPerson, issuer: Issuer, cards: dict[str, CardImage]
) -> None:
    entry = found(issuer, cards[one.id])
    for kind in CERTIFICATE_KINDS:
        der, row = certificate(cards[one.id], kind), entry.certificate(kind)
        if der is None or row is None:
            assert (der, row, one.certificates[kind]) == (None, None, CertificateState.ABSENT)
            continue
        read = x509.load_der_x509_certificate(der)
        read.verify_directly_issued_by(x509.load_der_x509_certificate(issuer.ca_certificate(kind)))
        assert row.state(NOW) is one.certificates[kind]
        assert (row.serial, row.sha256) == (read.serial_number, sha256(der).digest())
        assert row.spki_sha256 == sha256(public_key_der(read.public_key())).digest()
        assert (row.not_before, row.not_after) == (read.not_valid_before_utc, read.not_valid_after_utc)


def test_private_keys_on_the_card_are_those_of_its_certificates(cards: dict[str, CardImage]) -> None:
    held = cards["fresh"].directories[Application.JPKI].keys
    for kind, file in ((PinKind.AUTHENTICATION, Jpki.AUTHENTICATION_KEY), (PinKind.SIGNATURE, Jpki.SIGNATURE_KEY)):
        der = certificate(cards["fresh"], kind)
        assert der is not None
        private = load_der_private_key(held[file].private, None)
        assert x509.load_der_x509_certificate(der).public_key() == private.public_key()


def test_register_names_card_person_and_surface_key(issuer: Issuer, cards: dict[str, CardImage]) -> None:
    image = cards["moved"]
    entry = found(issuer, image)
    surface = load_der_private_key(image.directories[Application.SURFACE].keys[CARD_KEY].private, None)
    assert (entry.card_id, entry.person) == (image.administration.card_id, "moved")
    assert entry.surface_spki_sha256 == sha256(public_key_der(surface.public_key())).digest()
    assert len({one.administration.card_id for one in cards.values()}) == len(cards)


def test_find_of_a_strange_certificate_is_nobody(issuer: Issuer) -> None:
    assert issuer.find(issuer.ca_certificate(PinKind.AUTHENTICATION)) is None
    assert issuer.find(b"") is None


def test_cards_of_one_person_share_the_person_but_no_key(issuer: Issuer) -> None:
    one, two = (issuer.issue(person("face-only"), NOW) for _ in range(2))
    assert one.administration.card_id != two.administration.card_id
    assert one.administration.key_enc != two.administration.key_enc
    assert certificate(one, PinKind.AUTHENTICATION) != certificate(two, PinKind.AUTHENTICATION)
    assert one.data_objects[0x0045] == two.data_objects[0x0045]


def forms(text: str) -> Iterator[bytes]:
    """Yield a text as it could lie in a file: plain, wide, escaped by JSON, hexadecimal, base64."""
    for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
        yield raw
        yield raw.hex().encode()
        yield b64encode(raw).rstrip(b"=")
    yield json.dumps(text)[1:-1].encode()


def without_random(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line without its hashes and drawn numbers: among so many digits short texts turn up by chance."""
    drawn = {"card_id": 20, "sha256": 64, "spki_sha256": 64, "surface_spki_sha256": 64}
    assert all(re.fullmatch(f"[0-9a-f]{{{size}}}", line.get(name, "0" * size)) for name, size in drawn.items())
    return {
        name: without_random(value) if isinstance(value, dict) else value
        for name, value in line.items()
        if name not in drawn and name != "serial"
    }


def test_nothing_personal_lies_in_the_register(folder: Path, cards: dict[str, CardImage]) -> None:
    lines = [json.loads(line) for line in (folder / "register.jsonl").read_bytes().splitlines()]
    assert len(lines) >= len(cards)
    register = "\n".join(json.dumps(without_random(line)) for line in lines).encode()
    told = []
    for one in persons():
        who = identity(one, NOW)
        personal = [who.name, who.family.kanji, who.given.kanji, who.address, who.town.kanji, who.my_number]
        personal += [who.name_romaji, f"{who.birth_date:%Y%m%d}", who.birth_date.isoformat(), who.serial]
        personal += [who.pins[PinKind.SIGNATURE], who.code_b(NOW.date())]
        told += [(one.id, text) for text in personal for form in forms(text) if len(form) > 5 and form in register]
    assert told == []
    fields = {line["event"]: sorted(line) for line in lines}
    # A PIN of four digits is found in any long number; what counts is that no field could hold one.
    assert fields == {
        "issued": ["authentication", "card_id", "event", "person", "signature", "surface_spki_sha256"],
        "revoked": ["at", "event", "kind", "reason", "serial"],
    }


def test_revocation_list_names_the_certificate_of_who_moved(issuer: Issuer, cards: dict[str, CardImage]) -> None:
    der = certificate(cards["moved"], PinKind.SIGNATURE)
    assert der is not None
    serial = x509.load_der_x509_certificate(der).serial_number
    made = x509.load_der_x509_crl(issuer.crl(PinKind.SIGNATURE, NOW))
    entry = made.get_revoked_certificate_by_serial_number(serial)
    assert entry is not None
    assert entry.revocation_date_utc == NOW - timedelta(days=45)
    assert (made.last_update_utc, made.next_update_utc) == (NOW, NOW + timedelta(days=7))
    authority = x509.load_der_x509_certificate(issuer.ca_certificate(PinKind.SIGNATURE))
    key = hierarchy().authorities[PinKind.SIGNATURE].key.public_key()
    assert authority.public_key() == key
    assert made.is_signature_valid(key)
    assert list(x509.load_der_x509_crl(issuer.crl(PinKind.AUTHENTICATION, NOW))) == []


def test_revoking_is_seen_by_everybody_from_its_time_on(tmp_path: Path) -> None:
    issuer, other = open_issuer(tmp_path), open_issuer(tmp_path)
    entry = found(issuer, issuer.issue(person("fresh"), NOW))
    assert entry.signature is not None
    serial, when = entry.signature.serial, NOW + timedelta(hours=1)
    issuer.revoke(serial, PinKind.SIGNATURE, when, x509.ReasonFlags.superseded)
    issuer.revoke(serial, PinKind.SIGNATURE, when + timedelta(days=1))
    before, after = (x509.load_der_x509_crl(other.crl(PinKind.SIGNATURE, at)) for at in (NOW, when))
    assert list(before) == []
    (one,) = after
    assert (one.serial_number, one.revocation_date_utc) == (serial, when)
    assert len((tmp_path / "register.jsonl").read_bytes().splitlines()) == 2


def test_revoking_a_certificate_nobody_has_is_a_usage_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        open_issuer(tmp_path).revoke(123456, PinKind.SIGNATURE, NOW)
    assert caught.value.diagnostics() == {
        "code": "issuer.unknown-certificate",
        "data": {"certificate": "certificate.signature"},
    }
    assert "署名用電子証明書" in explain(caught.value, "ja").cause


def test_public_keys_of_the_card_hierarchy_are_given_out(issuer: Issuer) -> None:
    assert issuer.surface_ca == hierarchy().keys[Role.SURFACE_CA].key.public_key()
    assert issuer.attributes_ca == hierarchy().keys[Role.ATTRIBUTES_CA].key.public_key()
    assert issuer.administration_master == hierarchy().administration_master


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"format": 1}', b"\xff\xfe", b"[" * 100_000])
def test_damaged_key_file_is_told_with_its_path(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / "issuer.json"
    file.write_bytes(raw)
    with pytest.raises(CardTrouble) as caught:
        Issuer.open(tmp_path, ManualClock(NOW))
    assert caught.value.diagnostics() == {"code": "issuer.damaged", "data": {"path": str(file)}}
    assert [str(file) in explain(caught.value, lang).cause for lang in ("ja", "en")] == [True, True]


def test_key_file_cut_anywhere_is_damaged_and_never_a_new_issuer(tmp_path: Path) -> None:
    whole = hierarchy().encode()
    file = tmp_path / "issuer.json"
    for end in range(0, len(whole) - 1, 997):
        file.write_bytes(whole[:end])
        with pytest.raises(CardTrouble) as caught:
            Issuer.open(tmp_path, ManualClock(NOW))
        assert caught.value.code == "issuer.damaged"


def test_register_without_keys_is_damage(tmp_path: Path) -> None:
    (tmp_path / "register.jsonl").write_text("")
    with pytest.raises(CardTrouble) as caught:
        Issuer.open(tmp_path, ManualClock(NOW))
    assert caught.value.diagnostics()["data"] == {"path": str(tmp_path / "issuer.json")}


def test_folder_that_cannot_be_made_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CardTrouble) as caught:
        Issuer.open(tmp_path / "file" / "issuer", ManualClock(NOW))
    assert caught.value.diagnostics() == {
        "code": "issuer.unwritable",
        "data": {"path": str(tmp_path / "file" / "issuer"), "reason": os.strerror(20)},
    }
