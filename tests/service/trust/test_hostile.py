"""Bytes chosen by somebody else: whatever they are, they end in a refusal of ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.service.trust.checking import CertificateTrust
from kaijo.words import catalogue

from . import pki

SIGN = PinKind.SIGNATURE
CERTIFICATE = pki.certificate()
LIST = pki.revocation_list(SIGN, {pki.SERIAL: (pki.NOW - pki.DAY, None)})
EXAMPLES = settings(max_examples=200, deadline=None)


def refused(certificate: bytes, crl: bytes) -> None:
    trust = CertificateTrust({SIGN: [pki.authority(SIGN).der]}, lambda _kind, _at: [crl])
    with pytest.raises(KaijoError) as caught:
        trust.check(certificate, SIGN, pki.NOW)
    assert caught.value.code in catalogue()


def flipped(der: bytes, bits: set[int]) -> bytes:
    changed = bytearray(der)
    for bit in bits:
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def some_bits(der: bytes) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(0, len(der) * 8 - 1), min_size=1, max_size=4)


@EXAMPLES
@given(st.binary(max_size=300))
def test_check_refuses_random_bytes(certificate: bytes) -> None:
    refused(certificate, pki.revocation_list())


@EXAMPLES
@given(some_bits(CERTIFICATE))
def test_check_refuses_a_certificate_with_flipped_bits(bits: set[int]) -> None:
    refused(flipped(CERTIFICATE, bits), pki.revocation_list())


@EXAMPLES
@given(st.integers(0, len(CERTIFICATE)), st.binary(min_size=1, max_size=8))
def test_check_refuses_a_certificate_with_bytes_put_in(at: int, more: bytes) -> None:
    refused(CERTIFICATE[:at] + more + CERTIFICATE[at:], pki.revocation_list())


@EXAMPLES
@given(st.binary(max_size=300))
def test_check_refuses_a_random_list(crl: bytes) -> None:
    refused(CERTIFICATE, crl)


@EXAMPLES
@given(some_bits(LIST))
def test_no_flipped_bit_takes_a_certificate_off_the_list(bits: set[int]) -> None:
    refused(CERTIFICATE, flipped(LIST, bits))
