"""What the practice issuer makes, the service believes: two rooms that know the profile without knowing each other."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags

from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.service.trust.checking import CertificateTrust
from kaijo.virtualcard.certificates import Authority, Validity, found_authority
from kaijo.virtualcard.identity import Sex, invent

from .pki import DAY, NOT_AFTER, NOT_BEFORE, NOW, SERIAL, key


def made(kind: PinKind, *revoked: int) -> tuple[CertificateTrust, bytes]:
    authority: Authority = found_authority(
        kind, key("practice"), Validity(NOT_BEFORE - 400 * DAY, NOT_AFTER + 400 * DAY)
    )
    holder = invent(seed=1, age=41, sex=Sex.FEMALE, prefecture="tokyo", at=NOW)
    card = authority.issue(key("holder").public_key(), SERIAL, Validity(NOT_BEFORE, NOT_AFTER), holder)
    entries = [(serial, NOW - DAY, ReasonFlags.affiliation_changed) for serial in revoked]
    crl = authority.revocation_list(entries, NOW - timedelta(hours=1), NOW + DAY)
    lists = [crl.public_bytes(Encoding.DER)]
    trust = CertificateTrust({kind: [authority.certificate.public_bytes(Encoding.DER)]}, lambda _kind, _at: lists)
    return trust, card.public_bytes(Encoding.DER)


@pytest.mark.parametrize("kind", [PinKind.SIGNATURE, PinKind.AUTHENTICATION])
def test_practice_certificate_is_believed_until_it_is_revoked(kind: PinKind) -> None:
    trust, certificate = made(kind)
    assert trust.check(certificate, kind, NOW).serial == SERIAL
    trust, certificate = made(kind, SERIAL)
    with pytest.raises(Refused, match=r"trust\.revoked"):
        trust.check(certificate, kind, NOW)
