import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ReasonFlags

from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.persons import CertificateState
from kaijo.virtualcard.register import IssuedCard, IssuedCertificate, Register, Revocation
from kaijo.words import explain

from .issued import NOW


def made_certificate(serial: int) -> IssuedCertificate:
    return IssuedCertificate(
        serial=serial,
        sha256=serial.to_bytes(32),
        spki_sha256=b"k" * 32,
        not_before=NOW - timedelta(days=500),
        not_after=NOW + timedelta(days=900),
    )


def made_card(serial: int, *, signature: bool = True) -> IssuedCard:
    return IssuedCard(
        card_id=serial.to_bytes(10),
        person="fresh",
        surface_spki_sha256=b"s" * 32,
        authentication=made_certificate(serial),
        signature=made_certificate(serial + 1000) if signature else None,
    )


def add(register: Register, *cards: IssuedCard) -> None:
    with register.writing():
        for card in cards:
            register.add_card(card)


def test_register_without_a_file_knows_no_card(tmp_path: Path) -> None:
    register = Register(tmp_path / "register.jsonl")
    assert register.card(b"x" * 32) is None
    assert register.certificate(PinKind.SIGNATURE, 1) is None
    assert register.revoked(PinKind.SIGNATURE) == []
    assert not (tmp_path / "register.jsonl").exists()


def test_card_is_found_by_its_authentication_certificate_and_by_anybody_who_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    one, child = made_card(1), made_card(2, signature=False)
    register, other = Register(path), Register(path)
    add(register, one)
    assert other.card(one.authentication.sha256) == one
    add(register, child)
    assert [other.card(card.authentication.sha256) for card in (one, child)] == [one, child]
    assert other.certificate(PinKind.SIGNATURE, 1001) == one.signature
    assert other.certificate(PinKind.SIGNATURE, 1002) is None
    assert other.certificate(PinKind.SIGNATURE, 1) is None


def test_revocation_changes_only_the_certificate_it_names(tmp_path: Path) -> None:
    register = Register(tmp_path / "register.jsonl")
    one, two = made_card(1), made_card(2)
    add(register, one, two)
    moved = Revocation(NOW, ReasonFlags.affiliation_changed)
    lost = Revocation(NOW - timedelta(days=1), ReasonFlags.unspecified)
    with register.writing():
        register.add_revocation(PinKind.SIGNATURE, 1001, moved)
        register.add_revocation(PinKind.AUTHENTICATION, 2, lost)
    assert register.card(one.authentication.sha256) == replace(
        one, signature=replace(made_certificate(1001), revocation=moved)
    )
    assert register.card(two.authentication.sha256) == replace(
        two, authentication=replace(made_certificate(2), revocation=lost)
    )
    assert register.revoked(PinKind.SIGNATURE) == [(1001, moved)]
    assert register.revoked(PinKind.AUTHENTICATION) == [(2, lost)]


def test_state_goes_from_valid_to_expired_and_revoked_beats_both() -> None:
    one = made_certificate(1)
    end = one.not_after
    assert [one.state(at) for at in (NOW, end, end + timedelta(seconds=1))] == [
        CertificateState.VALID,
        CertificateState.VALID,
        CertificateState.EXPIRED,
    ]
    revoked = replace(one, revocation=Revocation(NOW, ReasonFlags.unspecified))
    assert [revoked.state(at) for at in (NOW - timedelta(seconds=1), NOW, end + timedelta(days=1))] == [
        CertificateState.VALID,
        CertificateState.REVOKED,
        CertificateState.REVOKED,
    ]


def test_line_cut_off_by_a_power_cut_is_ignored_and_then_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    add(Register(path), made_card(1))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    register = Register(path)
    assert register.card(made_card(1).authentication.sha256) == made_card(1)
    add(register, made_card(2))
    assert path.read_bytes().count(b"\n") == 2
    assert Register(path).card(made_card(2).authentication.sha256) == made_card(2)


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n",
        b"{}\n",
        b"[]\n",
        b'{"event": "issued"}\n',
        b'{"event": "revoked", "kind": "signature", "serial": 5, "at": "2027-01-01T00:00:00+09:00", "reason": "x"}\n',
        b'{"event": "issued", "card_id": 5}\n',
        b"\xff\xfe\n",
    ],
)
def test_line_that_cannot_be_understood_is_damage(line: bytes, tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    path.write_bytes(line)
    with pytest.raises(CardTrouble) as caught:
        Register(path).card(b"")
    assert caught.value.diagnostics() == {"code": "issuer.damaged", "data": {"path": str(path)}}
    assert str(path) in explain(caught.value, "ja").cause


def test_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "register.jsonl"
    add(Register(path), made_card(1))
    assert [file.stat().st_mode & 0o777 for file in (path, tmp_path / "lock")] == [0o600, 0o600]


def test_place_that_cannot_be_written_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "register.jsonl"
    with pytest.raises(CardTrouble) as caught:
        add(Register(path), made_card(1))
    assert caught.value.code == "issuer.unwritable"
    folder = tmp_path / "register.jsonl"
    folder.mkdir()
    with pytest.raises(CardTrouble) as caught:
        Register(folder).card(b"")
    assert caught.value.diagnostics() == {
        "code": "issuer.unwritable",
        "data": {"path": str(folder), "reason": os.strerror(21)},
    }
