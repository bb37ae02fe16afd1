"""What a reading means: which ways are open, which are closed, and why. Codes only; the sentences are in `words`."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, unique
from types import MappingProxyType
from typing import NamedTuple

from kaijo.doctor.examination import CardKind, CertificateState, Examination, PinState
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.facts.proof import proof_kind


@unique
class Severity(Enum):
    """How bad a finding is."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    BAD = "bad"


class Finding(NamedTuple):
    """One statement about the card, explained in the catalogue under `code` with `data`."""

    code: str
    severity: Severity
    data: Mapping[str, object] = MappingProxyType({})


def findings(seen: Examination) -> tuple[Finding, ...]:
    """Return what the examination means, the worst first."""
    order = (Severity.BAD, Severity.WARNING, Severity.NOTE, Severity.GOOD)
    return tuple(sorted(_all(seen), key=lambda finding: order.index(finding.severity)))


def _all(seen: Examination) -> Iterator[Finding]:
    if seen.kind is CardKind.UNKNOWN:
        yield Finding("finding.unknown-card", Severity.BAD)
        return
    if seen.kind is CardKind.FACE_AUTHENTICATION:
        yield Finding("finding.face-authentication-card", Severity.BAD)
        return
    yield from _certificates(seen)
    for kind, pin in seen.pins.items():
        if pin.state is PinState.LOCKED:
            yield Finding("finding.locked", Severity.BAD, {"kind": kind})
            yield _way_back(seen, kind)
        elif pin.state is PinState.LAST_TRY:
            yield Finding("finding.last-try", Severity.WARNING, {"kind": kind})
        elif pin.state is PinState.USED and pin.tries:
            yield Finding("finding.tries-used", Severity.NOTE, {"kind": kind, "tries_left": pin.tries.tries_left})
    yield _login(seen)
    if seen.kind is not CardKind.NO_SIGNATURE_CERTIFICATE:
        yield _sending(seen)


def _certificates(seen: Examination) -> Iterator[Finding]:
    authentication = seen.certificates[PinKind.AUTHENTICATION]
    if authentication.state is CertificateState.EXPIRED and authentication.certificate:
        yield Finding("finding.certificate-expired", Severity.BAD, {"not_after": authentication.certificate.not_after})
    if seen.certificates[PinKind.SIGNATURE].state is CertificateState.ABSENT:
        yield Finding("finding.no-signature-certificate", Severity.WARNING)
    else:
        yield Finding("finding.signature-certificate-unreadable", Severity.NOTE)


def _way_back(seen: Examination, kind: PinKind) -> Finding:
    proof = proof_kind(kind)
    if proof is None:
        return Finding("finding.counter-only", Severity.WARNING, {"kind": kind})
    if seen.certificates[PinKind.AUTHENTICATION].state is not CertificateState.VALID:
        return Finding("finding.counter-certificate", Severity.WARNING, {"kind": kind})
    tries = seen.pins[proof].tries
    if tries is None or tries.locked:
        return Finding("finding.counter-no-proof", Severity.WARNING, {"kind": kind, "proof": proof})
    if tries.tries_left < tries_floor():
        return Finding("finding.proof-last-try", Severity.WARNING, {"kind": kind, "proof": proof})
    return _store_reset(kind, proof)


def _store_reset(kind: PinKind, proof: PinKind) -> Finding:
    from kaijo.facts.hours import kiosk_hours
    from kaijo.facts.lifetimes import reservation_life
    from kaijo.facts.stores import chains_for

    hours = kiosk_hours()
    data = {
        "kind": kind,
        "proof": proof,
        "chains": chains_for(kind),
        "opens": f"{hours.opens:%H:%M}",
        "closes": f"{hours.closes:%H:%M}",
        "hours": int(reservation_life().total_seconds() // 3600),
    }
    return Finding("finding.store-reset", Severity.WARNING, data)


def _usable(seen: Examination, kind: PinKind) -> bool:
    alive = seen.certificates[PinKind.AUTHENTICATION].state is CertificateState.VALID
    return alive and seen.pins[kind].state not in {PinState.LOCKED, PinState.ABSENT}


def _login(seen: Examination) -> Finding:
    if _usable(seen, PinKind.AUTHENTICATION):
        return Finding("finding.login-possible", Severity.GOOD)
    return Finding("finding.login-impossible", Severity.BAD)


def _sending(seen: Examination) -> Finding:
    if _usable(seen, PinKind.SIGNATURE):
        return Finding("finding.sending-possible", Severity.GOOD)
    return Finding("finding.sending-impossible", Severity.BAD)


def bad_news(found: Sequence[Finding]) -> bool:
    """Return whether anything found is bad, so that the command ends with 1."""
    return any(finding.severity is Severity.BAD for finding in found)
