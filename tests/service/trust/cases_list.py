"""Cases in which the revocation lists are what matters."""

from datetime import datetime, timedelta

from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ObjectIdentifier

from kaijo.facts.pins import PinKind

from .cases import OURS, Case, Made
from .pki import (
    DAY,
    NOW,
    SERIAL,
    Authority,
    authority,
    distribution_point,
    revocation_list,
)
from .remaking import SHA1, remade_list, sha_1_inside

SIGN = PinKind.SIGNATURE
SECOND = timedelta(seconds=1)
UNAVAILABLE = "trust.revocation-unavailable"


def listed(at: datetime = NOW - DAY, reason: ReasonFlags | None = None, serial: int = SERIAL) -> bytes:
    return revocation_list(SIGN, {serial: (at, reason)})


def _part(
    city: str = "Chiyoda-ku",
    *,
    users: bool = False,
    authorities: bool = False,
    reasons: frozenset[ReasonFlags] | None = None,
) -> bytes:
    point = x509.IssuingDistributionPoint(
        full_name=distribution_point(SIGN, city),
        relative_name=None,
        only_contains_user_certs=users,
        only_contains_ca_certs=authorities,
        only_some_reasons=reasons,
        indirect_crl=False,
        only_contains_attribute_certs=False,
    )
    return revocation_list(extra=[(point, True)])


def _unknown(*, critical: bool) -> bytes:
    return revocation_list(
        extra=[(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), critical)]
    )


def _without_end() -> bytes:
    def change(signed: asn1_crl.TbsCertList) -> None:
        del signed["next_update"]

    return remade_list(revocation_list(since=NOW - 90 * DAY), change)


def _unavailable(name: str, *lists: Made, incomparable: str = "") -> Case:
    return Case(name, UNAVAILABLE, lists=lists, incomparable=incomparable)


def _not_allowed() -> Authority:
    """Return an authority that may issue certificates but no lists."""
    return authority(SIGN, bits=("key_cert_sign",))


_ACCEPTED = [
    Case("another serial number on the list", None, lists=(lambda: listed(serial=SERIAL + 1),)),
    Case("the list of its own place", None, lists=(_part,)),
    Case("a list of holders only", None, lists=(lambda: _part(users=True),)),
    Case("one list of two", None, lists=(lambda: _part("Osaka-shi"), _part)),
    Case("unknown extension not critical in the list", None, lists=(lambda: _unknown(critical=False),)),
    Case(
        "the list's last second",
        None,
        lists=(lambda: revocation_list(until=NOW),),
        incomparable="OpenSSL counts the last second as over",
    ),
    Case("an old list beside a new one", None, lists=(lambda: revocation_list(until=NOW - DAY / 2), revocation_list)),
]

_REVOKED = [
    Case(f"revoked for {reason.value}", "trust.revoked", lists=(lambda reason=reason: listed(reason=reason),))  # type: ignore[misc]
    for reason in (ReasonFlags.key_compromise, ReasonFlags.affiliation_changed, ReasonFlags.certificate_hold)
] + [
    Case("revoked without a reason", "trust.revoked", lists=(listed,)),
    Case("revoked this second", "trust.revoked", lists=(lambda: listed(at=NOW),)),
    Case("revoked from tomorrow", "trust.revoked", lists=(lambda: listed(at=NOW + DAY),)),
    Case("revoked in one list of two", "trust.revoked", lists=(lambda: revocation_list(since=NOW - 2 * DAY), listed)),
]

_REFUSED = [
    _unavailable("no list"),
    _unavailable("list over since a second", lambda: revocation_list(until=NOW - SECOND)),
    _unavailable("stale list", lambda: revocation_list(since=NOW - 2 * DAY, until=NOW - DAY)),
    _unavailable("list from tomorrow", lambda: revocation_list(since=NOW + DAY, until=NOW + 2 * DAY)),
    _unavailable("old list without an end", _without_end, incomparable=OURS),
    _unavailable("list unreadable", lambda: b"no list"),
    _unavailable("list empty", lambda: b""),
    _unavailable(
        "list with a byte too many", lambda: revocation_list() + b"\x00", incomparable="OpenSSL reads the first"
    ),
    _unavailable("a good list and an unreadable one", revocation_list, lambda: b"no list", incomparable=OURS),
    _unavailable("list of another authority", lambda: revocation_list(PinKind.AUTHENTICATION)),
    _unavailable("list forged", lambda: revocation_list(signer=authority(SIGN, "forged"))),
    _unavailable(
        "list altered", lambda: listed(serial=SERIAL + 1).replace(SERIAL.to_bytes(4, "big")[:-1], b"\x01\xa2\xb2")
    ),
    _unavailable("unknown critical extension in the list", lambda: _unknown(critical=True)),
    _unavailable("list of authorities only", lambda: _part(authorities=True)),
    _unavailable("list of another place", lambda: _part("Osaka-shi")),
    _unavailable("list of some reasons", lambda: _part(reasons=frozenset({ReasonFlags.key_compromise}))),
    _unavailable(
        "changes without the list they change", lambda: revocation_list(extra=[(x509.DeltaCRLIndicator(3), True)])
    ),
    _unavailable("sha-1 list", lambda: remade_list(revocation_list(), sha_1_inside, SHA1), incomparable=OURS),
    Case("authority without the right to lists", UNAVAILABLE, authorities=lambda: (_not_allowed(),)),
]

CASES = [*_ACCEPTED, *_REVOKED, *_REFUSED]
