"""X.509 of the practice hierarchy: the real profile [card notes 9] under names that nobody takes for the real ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.x509.oid import NameOID, ObjectIdentifier

from kaijo.card.tlv import encode
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.identity import Identity

ORGANIZATION = "JPKI-TEST"
OPERATOR = "Kaijo practice issuer"
_SERVICE = "公的個人認証サービス（練習用）"
_CPS = "http://jpki-test.invalid/cps.html"
_WINDOW = "001A"
_ATTRIBUTE_ARC = "1.2.392.200149.8.5.5"


@dataclass(frozen=True, slots=True)
class _Profile:
    unit: str
    policy: ObjectIdentifier
    non_repudiation: bool


_PROFILES = {
    # 0.20 is the signature policy of the national test cards; 0.30 stands where production has 3.30, by analogy.
    PinKind.SIGNATURE: _Profile("JPKI for digital signature", ObjectIdentifier("1.2.392.200149.8.5.1.0.20"), True),
    PinKind.AUTHENTICATION: _Profile(
        "JPKI for user authentication", ObjectIdentifier("1.2.392.200149.8.5.1.0.30"), False
    ),
}


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when, aware, to the second."""

    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Authority:
    """One of the two certification authorities: its key and its own certificate."""

    kind: PinKind
    key: RSAPrivateKey
    certificate: x509.Certificate

    def issue(self, key: RSAPublicKey, serial: int, validity: Validity, holder: Identity) -> x509.Certificate:
        """Return a holder's certificate of this authority's kind."""
        profile = _PROFILES[self.kind]
        signs = self.kind is PinKind.SIGNATURE
        subject = _signature_subject(holder, serial, validity) if signs else _authentication_subject(holder, serial)
        builder = _builder(self.certificate.subject, subject, key, serial, validity).add_extension(
            _key_usage(digital_signature=True, content_commitment=profile.non_repudiation), critical=True
        )
        if signs:
            builder = builder.add_extension(_holder_names(holder), critical=False)
        return (
            builder.add_extension(x509.IssuerAlternativeName([_service_name()]), critical=False)
            .add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(profile.policy, [_CPS])]),
                critical=True,
            )
            .add_extension(_distribution_point(_crl_name(profile, holder)), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def revocation_list(
        self, revoked: Iterable[tuple[int, datetime, x509.ReasonFlags]], at: datetime, next_update: datetime
    ) -> x509.CertificateRevocationList:
        """Return the list of revoked certificates (serial, time, reason) as of `at`."""
        at = at.astimezone(UTC).replace(microsecond=0)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(at)
            .next_update(next_update.astimezone(UTC).replace(microsecond=0))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        )
        for serial, when, reason in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when.astimezone(UTC))
            if reason is not x509.ReasonFlags.unspecified:  # to be left out [RFC 5280 5.3.1]
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256())


def found_authority(kind: PinKind, key: RSAPrivateKey, validity: Validity) -> Authority:
    """Return a new self-signed authority of the practice hierarchy."""
    name = _name((NameOID.ORGANIZATIONAL_UNIT_NAME, _PROFILES[kind].unit), (NameOID.ORGANIZATIONAL_UNIT_NAME, OPERATOR))
    certificate = (
        _builder(name, name, key.public_key(), 1, validity)
        .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_service_name()]), critical=False)
        .add_extension(_distribution_point(name), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(kind, key, certificate)


def _builder(
    issuer: x509.Name, subject: x509.Name, key: RSAPublicKey, serial: int, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(validity.not_before.astimezone(UTC))
        .not_valid_after(validity.not_after.astimezone(UTC))
    )


def _authentication_subject(holder: Identity, serial: int) -> x509.Name:
    # The real identifier looks random; the serial number makes ours unique without telling anything of the holder.
    return _country_and((NameOID.COMMON_NAME, f"{serial:014X}{holder.municipality}{_WINDOW}"))


def _signature_subject(holder: Identity, serial: int, validity: Validity) -> x509.Name:
    stamp = f"{validity.not_before:%Y%m%d%H%M%S}{serial % 1000:03d}"
    return _country_and(
        (NameOID.LOCALITY_NAME, holder.prefecture.romaji),
        (NameOID.LOCALITY_NAME, holder.city.romaji),
        (NameOID.COMMON_NAME, f"{stamp}{holder.municipality}{_WINDOW}"),
    )


def _holder_names(holder: Identity) -> x509.SubjectAlternativeName:
    """Return the six names of the signature certificate, in their order; no character was substituted."""
    values = (
        (1, holder.name),
        (4, f"{holder.era_digit}{holder.birth_date:%Y%m%d}"),
        (3, holder.sex.digit),
        (5, holder.address),
        (2, "0" * len(holder.name)),
        (6, "0" * len(holder.address)),
    )
    return x509.SubjectAlternativeName(
        [
            x509.OtherName(ObjectIdentifier(f"{_ATTRIBUTE_ARC}.{arc}"), encode(0x0C, text.encode()))
            for arc, text in values
        ]
    )


def _crl_name(profile: _Profile, holder: Identity) -> x509.Name:
    return _name(
        (NameOID.ORGANIZATIONAL_UNIT_NAME, profile.unit),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "CRL Distribution Points"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, holder.prefecture.romaji),
        (NameOID.COMMON_NAME, f"{holder.city.romaji} CRLDP"),
    )


def _distribution_point(name: x509.Name) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([x509.DirectoryName(name)], relative_name=None, reasons=None, crl_issuer=None)
    return x509.CRLDistributionPoints([point])


def _service_name() -> x509.DirectoryName:
    return x509.DirectoryName(_country_and((NameOID.ORGANIZATION_NAME, _SERVICE)))


def _name(*parts: tuple[ObjectIdentifier, str]) -> x509.Name:
    return _country_and((NameOID.ORGANIZATION_NAME, ORGANIZATION), *parts)


def _country_and(*parts: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in ((NameOID.COUNTRY_NAME, "JP"), *parts)])


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
