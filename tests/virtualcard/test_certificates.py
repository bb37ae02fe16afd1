import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from kaijo.facts.pins import PinKind
from kaijo.virtualcard.hierarchy import public_key_der

from .issued import CERTIFICATE_KINDS, NOW, hierarchy, holder, issue_certificate, keys, validity

UNITS = {
    PinKind.AUTHENTICATION: "JPKI for user authentication",
    PinKind.SIGNATURE: "JPKI for digital signature",
}


def openssl(*arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def store(folder: Path, kind: PinKind, revoked: list[int]) -> tuple[Path, Path, Path]:
    """Write authority, revocation list and certificate as PEM."""
    authority = hierarchy().authorities[kind]
    rows = [(serial, NOW - timedelta(days=3), x509.ReasonFlags.affiliation_changed) for serial in revoked]
    made = authority.revocation_list(rows, NOW, NOW + timedelta(days=7))
    files = folder / "ca.pem", folder / "crl.pem", folder / "holder.pem"
    contents = [one.public_bytes(Encoding.PEM) for one in (authority.certificate, issue_certificate(kind))]
    contents.insert(1, made.public_bytes(Encoding.PEM))
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


@pytest.mark.parametrize("kind", CERTIFICATE_KINDS)
def test_openssl_verifies_the_certificate_with_its_revocation_list(kind: PinKind, tmp_path: Path) -> None:
    ca, crl, one = map(str, store(tmp_path, kind, revoked=[78]))
    when = str(int(NOW.timestamp()))
    answer = openssl("verify", "-x509_strict", "-crl_check", "-attime", when, "-CAfile", ca, "-CRLfile", crl, one)
    assert answer == f"{one}: OK\n"


@pytest.mark.parametrize("kind", CERTIFICATE_KINDS)
def test_openssl_refuses_the_certificate_once_it_is_on_the_list(kind: PinKind, tmp_path: Path) -> None:
    ca, crl, one = map(str, store(tmp_path, kind, revoked=[77]))
    when = str(int(NOW.timestamp()))
    with pytest.raises(subprocess.CalledProcessError) as caught:
        openssl("verify", "-crl_check", "-attime", when, "-CAfile", ca, "-CRLfile", crl, one)
    assert "certificate revoked" in caught.value.stderr


def test_openssl_reads_the_signature_certificate_as_the_profile_has_it(tmp_path: Path) -> None:
    _, _, one = store(tmp_path, PinKind.SIGNATURE, revoked=[])
    text = openssl("x509", "-in", str(one), "-noout", "-text", "-nameopt", "utf8,sep_comma_plus")
    lines = [line.strip() for line in text.splitlines()]
    names = (
        "1.2.392.200149.8.5.5.1::星川　真帆",
        "1.2.392.200149.8.5.5.4::319850520",
        "1.2.392.200149.8.5.5.3::2",
        "1.2.392.200149.8.5.5.5::神奈川県空想市例示町６－１３－４３５",
        "1.2.392.200149.8.5.5.2::00000",
        "1.2.392.200149.8.5.5.6::000000000000000000",
    )
    assert ", ".join(f"othername: {name}" for name in names) in lines
    assert "Issuer: C=JP,O=JPKI-TEST,OU=JPKI for digital signature,OU=Kaijo practice issuer" in lines
    assert "X509v3 Key Usage: critical" in lines
    assert "Digital Signature, Non Repudiation" in lines
    assert "X509v3 Certificate Policies: critical" in lines
    assert "Policy: 1.2.392.200149.8.5.1.0.20" in lines
    assert "Signature Algorithm: sha256WithRSAEncryption" in lines


def test_authentication_certificate_tells_nothing_of_the_holder() -> None:
    one, who = issue_certificate(PinKind.AUTHENTICATION), holder()
    raw = one.public_bytes(Encoding.DER)
    told = (who.name, who.family.kanji, who.address, f"{who.birth_date:%Y%m%d}", who.my_number)
    assert [text for text in told if text.encode() in raw] == []
    with pytest.raises(x509.ExtensionNotFound):
        one.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    usage = one.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.digital_signature, usage.value.content_commitment) == (True, True, False)


@pytest.mark.parametrize("kind", CERTIFICATE_KINDS)
def test_extensions_are_those_of_the_profile_and_only_two_are_critical(kind: PinKind) -> None:
    found = [(extension.oid._name, extension.critical) for extension in issue_certificate(kind).extensions]
    names = [("subjectAltName", False)] if kind is PinKind.SIGNATURE else []
    assert found == [
        ("keyUsage", True),
        *names,
        ("issuerAltName", False),
        ("certificatePolicies", True),
        ("cRLDistributionPoints", False),
        ("authorityKeyIdentifier", False),
        ("subjectKeyIdentifier", False),
    ]


@pytest.mark.parametrize("kind", CERTIFICATE_KINDS)
def test_distribution_point_is_a_directory_name_of_the_municipality(kind: PinKind) -> None:
    points = issue_certificate(kind).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (point,) = points
    assert point.full_name is not None
    (name,) = point.full_name
    assert isinstance(name, x509.DirectoryName)
    assert [attribute.value for attribute in name.value] == [
        "JP",
        "JPKI-TEST",
        UNITS[kind],
        "CRL Distribution Points",
        "Kanagawa-ken",
        "Kuuso-shi CRLDP",
    ]


def test_subjects_have_the_names_of_the_profile() -> None:
    start = validity().not_before
    signature = issue_certificate(PinKind.SIGNATURE, 12077).subject
    assert [(one.oid, one.value) for one in signature] == [
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.LOCALITY_NAME, "Kanagawa-ken"),
        (NameOID.LOCALITY_NAME, "Kuuso-shi"),
        (NameOID.COMMON_NAME, f"{start:%Y%m%d}10150007714999001A"),
    ]
    authentication = issue_certificate(PinKind.AUTHENTICATION, 0x6E0D51A7).subject
    assert [one.value for one in authentication] == ["JP", "0000006E0D51A714999001A"]


def test_certificate_ends_with_the_day_in_japan() -> None:
    one = issue_certificate(PinKind.SIGNATURE)
    assert one.not_valid_after_utc == datetime(2030, 5, 20, 14, 59, 59, tzinfo=UTC)
    assert one.not_valid_before_utc == datetime(2025, 9, 13, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize("kind", CERTIFICATE_KINDS)
def test_authority_is_of_the_test_hierarchy_and_signs_itself(kind: PinKind) -> None:
    one = hierarchy().authorities[kind].certificate
    one.verify_directly_issued_by(one)
    assert [attribute.value for attribute in one.subject] == ["JP", "JPKI-TEST", UNITS[kind], "Kaijo practice issuer"]
    basic = one.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = one.extensions.get_extension_for_class(x509.KeyUsage)
    assert (basic.critical, basic.value.ca, usage.critical) == (True, True, True)
    assert (usage.value.key_cert_sign, usage.value.crl_sign, usage.value.digital_signature) == (True, True, False)
    with pytest.raises(x509.ExtensionNotFound):
        one.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    assert one.not_valid_before_utc < NOW - timedelta(days=3600)
    assert one.not_valid_after_utc > NOW + timedelta(days=7000)


def test_certificate_carries_the_key_it_was_made_for() -> None:
    one = issue_certificate(PinKind.SIGNATURE)
    assert public_key_der(one.public_key()) == public_key_der(keys().common.public_key())
    skid = one.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert skid == x509.SubjectKeyIdentifier.from_public_key(keys().common.public_key())


def test_revocation_list_has_time_and_reason_but_no_unspecified_one() -> None:
    when = NOW - timedelta(days=2, microseconds=7)
    rows = [(5, when, x509.ReasonFlags.key_compromise), (6, when, x509.ReasonFlags.unspecified)]
    made = hierarchy().authorities[PinKind.SIGNATURE].revocation_list(rows, NOW, NOW + timedelta(days=7))
    entries = {entry.serial_number: entry for entry in made}
    assert sorted(entries) == [5, 6]
    assert [len(entries[serial].extensions) for serial in (5, 6)] == [1, 0]
    reason = entries[5].extensions.get_extension_for_oid(ObjectIdentifier("2.5.29.21")).value
    assert reason == x509.CRLReason(x509.ReasonFlags.key_compromise)
    assert entries[5].revocation_date_utc == when.astimezone(UTC).replace(microsecond=0)
    assert made.last_update_utc == NOW
    assert made.next_update_utc == NOW + timedelta(days=7)
