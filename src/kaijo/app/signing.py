"""Signing and verifying: who judges certificates, and the practice authorities for programs of others."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.cards import practice_issuer
from kaijo.app.folders import make_folder
from kaijo.app.revocation import CERTIFIED, practice_authorities, practice_lists
from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble, UsageProblem
from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.signing.verdict import Judge
    from kaijo.virtualcard.issuer import Issuer


def certificate_judge(clock: Clock, trust: Sequence[Path] = (), issuer: "Issuer | None" = None) -> "Judge":
    """Return who judges certificates: by the authorities and revocation lists in the PEM files `trust`.

    Without any it is `issuer`, by default this person's practice issuer. Raises ServiceTrouble `signing.no-extra`,
    UsageProblem `signing.unreadable`, `signing.no-authority`, `signing.bad-authority`, and as the issuer.
    """
    try:
        from kaijo.service.trust.checking import CertificateTrust
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("signing.no-extra", module=missing.name or "") from None
    if not trust:
        who = issuer or practice_issuer(clock)
        return CertificateTrust(practice_authorities(who), practice_lists(who))
    authorities, lists = _read_pem(trust)

    def issued_lists(_kind: PinKind, _at: datetime) -> Sequence[bytes]:
        return lists

    try:
        return CertificateTrust(dict.fromkeys(CERTIFIED, authorities), issued_lists)
    except ServiceTrouble:
        raise UsageProblem("signing.bad-authority", paths=[str(path) for path in trust]) from None


def export_authorities(folder: Path, clock: Clock) -> list[Path]:
    """Write the practice authorities' certificates and fresh revocation lists as PEM; return the files.

    Raises UsageProblem `usage.unwritable`, and as the issuer.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    issuer, files = practice_issuer(clock), []
    for kind in CERTIFIED:
        authority = x509.load_der_x509_certificate(issuer.ca_certificate(kind)).public_bytes(Encoding.PEM)
        revoked = x509.load_der_x509_crl(issuer.crl(kind, clock.now())).public_bytes(Encoding.PEM)
        for name, content in ((f"{kind.value}-ca.pem", authority), (f"{kind.value}-crl.pem", revoked)):
            path = make_folder(folder) / name
            try:
                path.write_bytes(content)
            except OSError:
                raise UsageProblem("usage.unwritable", path=str(path)) from None
            files.append(path)
    return files


def _read_pem(files: Sequence[Path]) -> tuple[list[bytes], list[bytes]]:
    from asn1crypto import pem

    found: dict[str, list[bytes]] = {"CERTIFICATE": [], "X509 CRL": []}
    for path in files:
        try:
            for kind, _headers, der in pem.unarmor(path.read_bytes(), multiple=True):
                found.setdefault(kind, []).append(der)
        except (OSError, ValueError):
            raise UsageProblem("signing.unreadable", path=str(path)) from None
    if not found["CERTIFICATE"]:
        raise UsageProblem("signing.no-authority")
    return found["CERTIFICATE"], found["X509 CRL"]
