"""The whole judgement of a signed document, check by check, each with the reason in the words of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from typing import Protocol

from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.signing.looking import Looked, look


class Judge(Protocol):
    """Who says whether a certificate may be believed: the one place where paths are validated."""

    def check(self, certificate: bytes, kind: PinKind, at: datetime) -> object:
        """Let a certificate (DER) of `kind` pass that is in force at `at`. Raises Refused, ServiceTrouble."""
        ...


@unique
class Check(Enum):
    """What is asked of a signature, in the order asked."""

    INTEGRITY = "integrity"
    COVERAGE = "coverage"
    ISSUER = "issuer"
    VALIDITY = "validity"
    USAGE = "usage"
    REVOCATION = "revocation"


@unique
class Finding(Enum):
    """How a check ended. What follows a failed one is not known."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


# Which check each refusal of a judge belongs to; the judge asks in the order of `Check`.
_CHECKS: Mapping[str, Check] = {
    "trust.expired": Check.VALIDITY,
    "trust.not-yet-valid": Check.VALIDITY,
    "trust.wrong-usage": Check.USAGE,
    "trust.wrong-policy": Check.USAGE,
    "trust.revoked": Check.REVOCATION,
    "trust.revocation-unavailable": Check.REVOCATION,
}
# Nobody said no, nobody could say yes.
_UNDECIDED = frozenset({"trust.production-card", "trust.unknown-issuer", "trust.revocation-unavailable"})
_OF_TRUST = (Check.ISSUER, Check.VALIDITY, Check.USAGE, Check.REVOCATION)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check with its finding and, where it is not good, why."""

    looked: Looked
    kind: PinKind
    judged_at: datetime
    findings: Mapping[Check, Finding]
    because: Mapping[Check, KaijoError]

    @property
    def holds(self) -> bool:
        """Whether every check is good."""
        return all(finding is Finding.GOOD for finding in self.findings.values())


def verify(content: bytes, beside: bytes | None, judge: Judge, at: datetime) -> Verdict:
    """Return the judgement at the aware moment `at`. Raises as `look` where there is no one signature to judge."""
    looked = look(content, beside)
    kind = kind_of(looked.certificate)
    findings = {
        Check.INTEGRITY: Finding.GOOD if looked.intact else Finding.BAD,
        Check.COVERAGE: Finding.GOOD if looked.whole else Finding.BAD,
    }
    because: dict[Check, KaijoError] = {}
    if not looked.intact:
        because[Check.INTEGRITY] = Refused("signing.changed")
    if not looked.whole:
        because[Check.COVERAGE] = Refused("signing.not-whole")
    trust, why = judge_certificate(looked.certificate, kind, judge, at)
    return Verdict(looked, kind, at, findings | trust, because | why)


def judge_certificate(
    certificate: bytes, kind: PinKind, judge: Judge, at: datetime
) -> tuple[dict[Check, Finding], dict[Check, KaijoError]]:
    """Return the findings on a certificate (DER) alone, and why where they are not good."""
    try:
        judge.check(certificate, kind, at)
    except (Refused, ServiceTrouble) as error:
        failed = _CHECKS.get(error.code, Check.ISSUER)
        place = _OF_TRUST.index(failed)
        findings = dict.fromkeys(_OF_TRUST[:place], Finding.GOOD) | dict.fromkeys(_OF_TRUST[place:], Finding.UNKNOWN)
        findings[failed] = Finding.UNKNOWN if error.code in _UNDECIDED else Finding.BAD
        national = error.code == "trust.production-card"
        return findings, {failed: Refused("signing.national") if national else error}
    return dict.fromkeys(_OF_TRUST, Finding.GOOD), {}


def kind_of(certificate: bytes) -> PinKind:
    """Return whose certificate this claims to be: only the signature certificate is for what cannot be denied."""
    from cryptography import x509

    try:
        usage = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.KeyUsage).value
    except Exception:  # noqa: BLE001 -- the judge, not we, says what is wrong with it
        return PinKind.SIGNATURE
    return PinKind.SIGNATURE if usage.content_commitment else PinKind.AUTHENTICATION
