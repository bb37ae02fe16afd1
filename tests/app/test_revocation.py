"""The practice issuer's revocation lists, as whoever judges certificates is given them."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from kaijo.app.revocation import Lists, practice_lists
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person
from tests.virtualcard.issued import NOW, certificate, open_issuer

HOUR = timedelta(hours=1)
SIGN = PinKind.SIGNATURE


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return open_issuer(tmp_path)


@pytest.fixture
def lists(issuer: Issuer) -> Lists:
    return practice_lists(issuer)


def test_the_same_list_is_shown_again_for_a_while(lists: Lists) -> None:
    (first,) = lists(SIGN, NOW)
    assert lists(SIGN, NOW + HOUR - timedelta(seconds=1)) == (first,)
    (later,) = lists(SIGN, NOW + HOUR)
    assert x509.load_der_x509_crl(later).last_update_utc == NOW + HOUR


def test_a_clock_that_was_set_back_gets_a_list_of_its_own(lists: Lists) -> None:
    lists(SIGN, NOW)
    (earlier,) = lists(SIGN, NOW - HOUR)
    assert x509.load_der_x509_crl(earlier).last_update_utc == NOW - HOUR


def test_a_revocation_by_anybody_is_on_the_next_list(issuer: Issuer, lists: Lists, tmp_path: Path) -> None:
    der = certificate(issuer.issue(person("fresh"), NOW), SIGN)
    assert der is not None
    serial = x509.load_der_x509_certificate(der).serial_number
    lists(SIGN, NOW)
    (other_kind,) = lists(PinKind.AUTHENTICATION, NOW)
    open_issuer(tmp_path).revoke(serial, SIGN, NOW + HOUR / 2)
    (before,), (after,) = lists(SIGN, NOW), lists(SIGN, NOW + HOUR / 2)
    assert [[one.serial_number for one in x509.load_der_x509_crl(made)] for made in (before, after)] == [[], [serial]]
    assert lists(PinKind.AUTHENTICATION, NOW) == (other_kind,)
