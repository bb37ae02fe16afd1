"""Cases of who issued a certificate, when it is shown, and whether the signature is right."""

from datetime import timedelta
from functools import partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from kaijo.facts.pins import PinKind

from .cases import OURS, Case
from .pki import DAY, NOT_AFTER, NOT_BEFORE, NOW, Authority, authority, certificate, key, name, revocation_list
from .remaking import remade

SIGN, AUTH = PinKind.SIGNATURE, PinKind.AUTHENTICATION
SECOND = timedelta(seconds=1)


def _other_algorithm_inside() -> bytes:
    def change(signed: Any) -> None:
        signed["signature"] = {"algorithm": "sha512_rsa"}

    return remade(certificate(), change)


def _serial_altered() -> bytes:
    return certificate().replace(b"\x01\xa2\xb3", b"\x01\xa2\xb2")


def _signature_altered() -> bytes:
    der = bytearray(certificate())
    der[-100] ^= 1
    return bytes(der)


def _below_ours() -> bytes:
    """Return a certificate whose authority stands below ours and is not shown."""
    return certificate(issuer=Authority(name(C="JP", O="KAIJO-TEST", OU="Below"), key("below"), b""))


def _self_signed() -> bytes:
    own = Authority(name(C="JP", CN="Myself"), key("holder"), b"")
    return certificate(issuer=own, subject=own.name)


def _other_key_identifier() -> bytes:
    return certificate(extra={"issuer_key": (x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None), False)})


CASES = [
    Case("signature profile", None),
    Case("authentication profile", None, partial(certificate, AUTH), (partial(revocation_list, AUTH),), AUTH),
    Case(
        "second generation of the authority",
        None,
        lambda: certificate(issuer=authority(SIGN, "02")),
        (revocation_list, lambda: revocation_list(issuer=authority(SIGN, "02"))),
        authorities=lambda: (authority(SIGN), authority(SIGN, "02")),
    ),
    Case("sha-512 signature", None, lambda: certificate(algorithm=hashes.SHA512())),
    Case("first second", None, at=NOT_BEFORE, lists=(lambda: revocation_list(since=NOT_BEFORE - DAY),)),
    Case(
        "last second",
        None,
        at=NOT_AFTER,
        lists=(lambda: revocation_list(until=NOT_AFTER + DAY),),
        incomparable="OpenSSL counts the last second as over; RFC 5280 4.1.2.5 includes it",
    ),
    Case("not valid for another second", "trust.not-yet-valid", at=NOT_BEFORE - SECOND),
    Case("expired since a second", "trust.expired", at=NOT_AFTER + SECOND),
    Case("expired since a year", "trust.expired", at=NOT_AFTER + 365 * DAY),
    Case("expired and no list", "trust.expired", at=NOT_AFTER + DAY, lists=()),
    Case(
        "expired like its authority",
        "trust.expired",
        at=NOT_AFTER + DAY,
        authorities=lambda: (authority(SIGN, not_after=NOT_AFTER),),
    ),
    Case("authority expired", "trust.unknown-issuer", authorities=lambda: (authority(SIGN, not_after=NOW - DAY),)),
    Case(
        "authority not yet in force",
        "trust.unknown-issuer",
        authorities=lambda: (authority(SIGN, not_before=NOW + DAY),),
    ),
    Case("authority that is not shown", "trust.unknown-issuer", _below_ours),
    Case("self-signed", "trust.unknown-issuer", _self_signed),
    Case("other kind's authority", "trust.unknown-issuer", lambda: certificate(issuer=authority(AUTH))),
    Case("key identifier of another authority", "trust.unknown-issuer", _other_key_identifier),
    Case(
        "no authority for the kind", "trust.unknown-issuer", kind=PinKind.RESIDENT, authorities=tuple, incomparable=OURS
    ),
    Case("authority's name, other key", "trust.bad-signature", lambda: certificate(issuer=authority(SIGN, "forged"))),
    Case("serial number altered", "trust.bad-signature", _serial_altered),
    Case("signature altered", "trust.bad-signature", _signature_altered),
    Case("other algorithm inside", "trust.bad-signature", _other_algorithm_inside),
    Case("real card", "trust.production-card", lambda: certificate(issuer=authority(SIGN, organisation="JPKI"))),
    Case(
        "real card whose authority was set up",
        "trust.production-card",
        lambda: certificate(issuer=authority(SIGN, organisation="JPKI")),
        authorities=lambda: (authority(SIGN, organisation="JPKI"),),
        incomparable=OURS,
    ),
]
