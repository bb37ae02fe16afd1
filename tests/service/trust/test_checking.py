"""The corpus, against our adapter and against OpenSSL; and what the adapter owes to its surroundings."""

import asyncio
import base64
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from cryptography.x509 import ReasonFlags

from kaijo.errors import KaijoError, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.reset.ports import Trust, TrustedCertificate
from kaijo.service.trust.checking import CertificateTrust
from kaijo.words import explain

from . import cases_form, cases_issuer, cases_list, cases_profile, pki
from .cases import Case

CASES = [*cases_issuer.CASES, *cases_profile.CASES, *cases_form.CASES, *cases_list.CASES]
COMPARABLE = [case for case in CASES if not case.incomparable]
SIGN = PinKind.SIGNATURE


def trust_for(case: Case) -> CertificateTrust:
    lists = [made() for made in case.lists]
    return CertificateTrust({case.kind: case.authority_ders()}, lambda _kind, _at: lists)


def trust_with(crls: Callable[[PinKind, datetime], Sequence[bytes]]) -> CertificateTrust:
    return CertificateTrust({SIGN: [pki.authority(SIGN).der]}, crls)


def outcome(trust: CertificateTrust, certificate: bytes, kind: PinKind = SIGN, at: datetime = pki.NOW) -> str | None:
    try:
        trust.check(certificate, kind, at)
    except KaijoError as error:
        return error.code
    return None


def refusal(trust: CertificateTrust, certificate: bytes, at: datetime = pki.NOW) -> KaijoError:
    with pytest.raises(KaijoError) as caught:
        trust.check(certificate, SIGN, at)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=str)
def test_check_decides_the_corpus(case: Case) -> None:
    assert outcome(trust_for(case), case.certificate(), case.kind, case.at) == case.code


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_check_refuses_serial_number_zero_of_which_the_library_only_warns() -> None:
    trust = trust_with(lambda _kind, _at: [pki.revocation_list()])
    assert refusal(trust, cases_form.serial_zero()).code == "trust.malformed"


@pytest.mark.parametrize("case", COMPARABLE, ids=str)
def test_openssl_decides_the_corpus_alike(case: Case, tmp_path: Path) -> None:
    assert openssl_accepts(case, tmp_path) == (case.code is None)


def pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def openssl_accepts(case: Case, folder: Path) -> bool:
    (folder / "presented.der").write_bytes(case.certificate())
    ders = {"authorities.pem": case.authority_ders(), "lists.pem": [made() for made in case.lists]}
    labels = {"authorities.pem": "CERTIFICATE", "lists.pem": "X509 CRL"}
    for file, contents in ders.items():
        (folder / file).write_text("".join(pem(labels[file], der) for der in contents))
    command = [
        "openssl",
        "verify",
        "-crl_check",
        "-extended_crl",
        "-auth_level",
        "2",
        "-attime",
        str(int(case.at.timestamp())),
    ]
    command += ["-policy", pki.POLICY[case.kind], "-policy_check", "-explicit_policy", "-inhibit_any"]
    command += ["-no-CApath", "-no-CAstore", "-CAfile", "authorities.pem"]
    command += ["-CRLfile", "lists.pem"] if case.lists else []
    done = subprocess.run([*command, "presented.der"], cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def test_check_returns_what_the_certificate_vouches_for() -> None:
    trust: Trust = trust_with(lambda _kind, _at: [pki.revocation_list()])
    vouched = trust.check(pki.certificate(), SIGN, pki.NOW)
    assert vouched == TrustedCertificate(pki.key("holder").public_key(), pki.SERIAL, pki.NOT_AFTER)


def test_check_asks_for_the_lists_of_that_kind_and_moment() -> None:
    asked: list[tuple[PinKind, datetime]] = []

    def crls(kind: PinKind, at: datetime) -> Sequence[bytes]:
        asked.append((kind, at))
        return [pki.revocation_list()]

    trust_with(crls).check(pki.certificate(), SIGN, pki.NOW)
    assert asked == [(SIGN, pki.NOW)]


def test_refusal_says_when_and_why_a_certificate_was_revoked() -> None:
    entry = (pki.NOW - pki.DAY, ReasonFlags.affiliation_changed)
    error = refusal(trust_with(lambda _kind, _at: [pki.revocation_list(SIGN, {pki.SERIAL: entry})]), pki.certificate())
    assert error.data == {
        "certificate": "certificate.signature",
        "revoked_at": pki.NOW - pki.DAY,
        "reason": "revocation.affiliation-changed",
    }
    assert "記載事項の変更" in explain(error, "ja").cause


def test_refusal_says_when_a_certificate_expired() -> None:
    error = refusal(trust_with(lambda _kind, _at: []), pki.certificate(), pki.NOT_AFTER + pki.DAY)
    assert error.diagnostics() == {
        "code": "trust.expired",
        "data": {"certificate": "certificate.signature", "not_after": "2029-05-05T23:59:59+09:00"},
    }


@pytest.mark.parametrize("error", [OSError("no such place"), KeyError("signature"), ServiceTrouble("store.busy")])
def test_check_refuses_when_the_lists_cannot_be_fetched(error: Exception) -> None:
    def crls(_kind: PinKind, _at: datetime) -> Sequence[bytes]:
        raise error

    refused = refusal(trust_with(crls), pki.certificate())
    assert (refused.code, type(refused), refused.__cause__) == (cases_list.UNAVAILABLE, ServiceTrouble, error)


def test_a_newer_list_is_heard_at_once() -> None:
    lists = [pki.revocation_list()]
    trust = trust_with(lambda _kind, _at: lists)
    trust.check(pki.certificate(), SIGN, pki.NOW)
    lists[:] = [cases_list.listed()]
    assert refusal(trust, pki.certificate()).code == "trust.revoked"


def test_check_works_in_many_threads_at_once() -> None:
    many = dict.fromkeys(range(1000, 1400), (pki.NOW, None))
    trust = trust_with(lambda _kind, _at: [pki.revocation_list(SIGN, many)])
    good, revoked = pki.certificate(), pki.certificate(serial=1399)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(partial(outcome, trust), [good, revoked] * 16)) == [None, "trust.revoked"] * 16


def test_check_works_inside_an_event_loop() -> None:
    async def visit() -> int:
        return trust_with(lambda _kind, _at: [pki.revocation_list()]).check(pki.certificate(), SIGN, pki.NOW).serial

    assert asyncio.run(visit()) == pki.SERIAL
