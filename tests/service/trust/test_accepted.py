"""What was found good once is found good again only while nothing that it rests on has changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.reset.ports import TrustedCertificate
from kaijo.service.trust.accepted import Acceptances, accepted
from kaijo.service.trust.checking import CertificateTrust

from . import pki
from .cases_list import UNAVAILABLE, listed

SIGN, LOGIN = PinKind.SIGNATURE, PinKind.AUTHENTICATION
SECOND = timedelta(seconds=1)
YEARS = 4000 * pki.DAY


class Office:
    """An authority whose lists change under the eyes of who trusts it."""

    def __init__(self, *lists: bytes) -> None:
        self.lists: Sequence[bytes] = lists
        self.trust = CertificateTrust(
            {kind: [pki.authority(kind).der] for kind in (SIGN, LOGIN)}, lambda _kind, _at: self.lists
        )

    def says(self, at: datetime, kind: PinKind = SIGN) -> str | None:
        try:
            self.trust.check(pki.certificate(), kind, at)
        except KaijoError as error:
            return error.code
        return None


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (pki.NOT_BEFORE - SECOND, "trust.not-yet-valid"),
        (pki.NOT_BEFORE, None),
        (pki.NOT_AFTER, None),
        (pki.NOT_AFTER + SECOND, "trust.expired"),
    ],
)
def test_its_times_are_looked_at_again(at: datetime, code: str | None) -> None:
    office = Office(pki.revocation_list(since=pki.NOW - YEARS, until=pki.NOW + YEARS))
    assert office.says(pki.NOW) is None
    assert office.says(at) == code


@pytest.mark.parametrize(
    ("at", "code"),
    [(pki.NOW - SECOND, UNAVAILABLE), (pki.NOW + pki.DAY, None), (pki.NOW + pki.DAY + SECOND, UNAVAILABLE)],
)
def test_a_list_out_of_force_is_none(at: datetime, code: str | None) -> None:
    office = Office(pki.revocation_list(since=pki.NOW, until=pki.NOW + pki.DAY))
    assert office.says(pki.NOW) is None
    assert office.says(at) == code


def test_who_is_put_on_the_list_is_refused_at_once_and_believed_again_when_taken_off() -> None:
    office = Office(pki.revocation_list())
    before = office.lists
    assert office.says(pki.NOW) is None
    office.lists = [listed()]
    assert office.says(pki.NOW) == "trust.revoked"
    office.lists = before
    assert office.says(pki.NOW) is None


def test_no_list_is_no_yes() -> None:
    office = Office(pki.revocation_list())
    assert office.says(pki.NOW) is None
    office.lists = []
    assert office.says(pki.NOW) == UNAVAILABLE


def test_a_list_that_comes_into_force_later_is_heard_then() -> None:
    later = pki.NOW + timedelta(hours=1)
    entry = {pki.SERIAL: (pki.NOW - pki.DAY, None)}
    office = Office(pki.revocation_list(), pki.revocation_list(SIGN, entry, since=later))
    assert office.says(pki.NOW) is None
    assert office.says(later) == "trust.revoked"


def test_what_passed_as_one_kind_does_not_pass_as_the_other() -> None:
    office = Office(pki.revocation_list())
    assert office.says(pki.NOW) is None
    assert office.says(pki.NOW, LOGIN) == "trust.unknown-issuer"


def test_lists_that_cannot_be_had_are_no_yes_either() -> None:
    broken: list[Exception] = []

    def lists(_kind: PinKind, _at: datetime) -> Sequence[bytes]:
        for error in broken:
            raise error
        return [pki.revocation_list()]

    trust = CertificateTrust({SIGN: [pki.authority(SIGN).der]}, lists)
    first = trust.check(pki.certificate(), SIGN, pki.NOW)
    assert trust.check(pki.certificate(), SIGN, pki.NOW) is first
    broken.append(OSError("gone"))
    with pytest.raises(ServiceTrouble, match=UNAVAILABLE):
        trust.check(pki.certificate(), SIGN, pki.NOW)


def test_a_refusal_is_looked_at_again() -> None:
    office = Office(listed())
    for _ in range(2):
        with pytest.raises(Refused, match=r"trust\.revoked"):
            office.trust.check(pki.certificate(), SIGN, pki.NOW)


def test_who_was_not_shown_for_longest_is_forgotten() -> None:
    certificate = x509.load_der_x509_certificate(pki.certificate())
    lists = [pki.revocation_list()]
    trusted = TrustedCertificate(pki.key("holder").public_key(), pki.SERIAL, pki.NOT_AFTER)
    found = accepted(trusted, (certificate,), lists, pki.NOW)
    assert found is not None
    kept = Acceptances(most=2)
    kept.keep(b"1", SIGN, found)
    kept.keep(b"2", SIGN, found)
    assert kept.find(b"1", SIGN) is found
    kept.keep(b"3", SIGN, found)
    assert [kept.find(name, SIGN) for name in (b"1", b"2", b"3")] == [found, None, found]
