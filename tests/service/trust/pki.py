"""A practice hierarchy with the profile of the real one [card notes 9]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from kaijo.clock import JST
from kaijo.facts.pins import PinKind

NOW = datetime(2027, 3, 15, 21, 40, tzinfo=JST)
NOT_BEFORE = datetime(2024, 5, 6, 9, 0, 0, tzinfo=JST)
NOT_AFTER = datetime(2029, 5, 5, 23, 59, 59, tzinfo=JST)
DAY = timedelta(days=1)
SERIAL = 0x01A2B3C4
POLICY = {PinKind.SIGNATURE: "1.2.392.200149.8.5.1.0.20", PinKind.AUTHENTICATION: "1.2.392.200149.8.5.1.0.30"}
PURPOSE = {PinKind.SIGNATURE: "digital signature", PinKind.AUTHENTICATION: "user authentication"}
SHA256 = hashes.SHA256()


@cache
def key(label: str, bits: int = 2048, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """Return the RSA key of that label, made once in a test run."""
    assert label
    return rsa.generate_private_key(exponent, bits)


@cache
def curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(**parts: str) -> x509.Name:
    """Return a name; parts by the short names of RFC 4514, a repeated unit split by a bar."""
    oids = {"C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME}
    oids |= {"L": NameOID.LOCALITY_NAME, "CN": NameOID.COMMON_NAME}
    return x509.Name([x509.NameAttribute(oids[part], text) for part, all_ in parts.items() for text in all_.split("|")])


def issuer_name(kind: PinKind, organisation: str = "KAIJO-TEST") -> x509.Name:
    return name(C="JP", O=organisation, OU=f"{organisation} for {PURPOSE[kind]}|Kaijo practice authority")


def distribution_point(kind: PinKind, city: str = "Chiyoda-ku") -> list[x509.GeneralName]:
    place = f"KAIJO-TEST for {PURPOSE[kind]}|CRL Distribution Points|Tokyo-to"
    return [x509.DirectoryName(name(C="JP", O="KAIJO-TEST", OU=place, CN=f"{city} CRLDP"))]


def usage(*bits: str) -> x509.KeyUsage:
    every: tuple[str, ...] = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
    )
    every += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{bit: bit in bits for bit in every})


@dataclass(frozen=True)
class Authority:
    name: x509.Name
    key: rsa.RSAPrivateKey
    der: bytes


@cache
def authority(
    kind: PinKind,
    label: str = "",
    *,
    organisation: str = "KAIJO-TEST",
    not_before: datetime = NOT_BEFORE - 400 * DAY,
    not_after: datetime = NOT_AFTER + 400 * DAY,
    bits: tuple[str, ...] = ("key_cert_sign", "crl_sign"),
    ca: bool = True,
) -> Authority:
    """Return a self-signed authority for certificates of `kind`; another `label` is another key under the same name."""
    own, own_key = issuer_name(kind, organisation), key(f"{kind.value} authority {label}")
    builder = (
        x509.CertificateBuilder(own, own, own_key.public_key(), 0x0133C349, not_before, not_after)
        .add_extension(usage(*bits), critical=True)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own_key.public_key()), critical=False)
    )
    return Authority(own, own_key, builder.sign(own_key, SHA256).public_bytes(Encoding.DER))


def extensions(kind: PinKind, issuer: Authority, subject_key: Any) -> dict[str, tuple[x509.ExtensionType, bool]]:
    """Return the profile's extensions by a short name, each with whether it is critical."""
    bits = ("digital_signature", "content_commitment") if kind is PinKind.SIGNATURE else ("digital_signature",)
    policy = x509.PolicyInformation(ObjectIdentifier(POLICY[kind]), ["http://www.example.jp/cps.html"])
    point = x509.DistributionPoint(distribution_point(kind), None, None, None)
    rows: dict[str, tuple[x509.ExtensionType, bool]] = {
        "usage": (usage(*bits), True),
        "policies": (x509.CertificatePolicies([policy]), True),
        "issuer_names": (x509.IssuerAlternativeName([x509.DirectoryName(name(C="JP", O="練習用認証局"))]), False),
        "points": (x509.CRLDistributionPoints([point]), False),
        "issuer_key": (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False),
        "subject_key": (x509.SubjectKeyIdentifier.from_public_key(subject_key), False),
    }
    if kind is PinKind.SIGNATURE:
        rows["names"] = (x509.SubjectAlternativeName(_personal_names()), False)
    return rows


def _personal_names() -> list[x509.GeneralName]:
    """Return the six names of an invented person, in the order of real certificates."""
    texts = {1: "解除　花子", 4: "419850401", 3: "2", 5: "東京都千代田区練習一丁目１番", 2: "00000", 6: "0" * 14}
    return [
        x509.OtherName(ObjectIdentifier(f"1.2.392.200149.8.5.5.{arc}"), core.UTF8String(text).dump())
        for arc, text in texts.items()
    ]


def certificate(
    kind: PinKind = PinKind.SIGNATURE,
    *,
    issuer: Authority | None = None,
    subject: x509.Name | None = None,
    serial: int = SERIAL,
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    public_key: Any = None,
    algorithm: Any = SHA256,
    rsa_padding: padding.PSS | None = None,
    without: Sequence[str] = (),
    extra: Mapping[str, tuple[x509.ExtensionType, bool]] | None = None,
) -> bytes:
    """Return a holder's certificate; `extra` adds or replaces extensions by short name, `without` leaves some out."""
    issuer = issuer or authority(kind)
    public_key = public_key or key("holder").public_key()
    holder = name(C="JP", L="Tokyo-to|Chiyoda-ku", CN="20240506090000A12345678901234")
    builder = x509.CertificateBuilder(issuer.name, subject or holder, public_key, serial, not_before, not_after)
    for label, (value, critical) in (extensions(kind, issuer, public_key) | dict(extra or {})).items():
        if label not in without:
            builder = builder.add_extension(value, critical)
    return builder.sign(issuer.key, algorithm, rsa_padding=rsa_padding).public_bytes(Encoding.DER)


def revocation_list(
    kind: PinKind = PinKind.SIGNATURE,
    revoked: Mapping[int, tuple[datetime, x509.ReasonFlags | None]] | None = None,
    *,
    issuer: Authority | None = None,
    signer: Authority | None = None,
    since: datetime = NOW - DAY,
    until: datetime = NOW + DAY,
    algorithm: Any = SHA256,
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """Return the issuer's list of revoked serial numbers; another `signer` makes it a forgery."""
    issuer = issuer or authority(kind)
    signer = signer or issuer
    builder = x509.CertificateRevocationListBuilder(issuer.name, since, until)
    for serial, (at, reason) in (revoked or {}).items():
        entry = x509.RevokedCertificateBuilder(serial, at)
        if reason:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    builder = builder.add_extension(x509.CRLNumber(7), critical=False)
    signer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    for value, critical in [(signer_key, False), *extra]:
        builder = builder.add_extension(value, critical)
    return builder.sign(signer.key, algorithm).public_bytes(Encoding.DER)
