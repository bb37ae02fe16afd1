"""The doctor: what a card still allows, read without spending a try, and what that means."""

from kaijo.doctor.examination import CardKind, CertificateReading, Examination, PinReading, PinState, examine
from kaijo.doctor.findings import Finding, Severity, bad_news, findings

__all__ = [
    "CardKind",
    "CertificateReading",
    "Examination",
    "Finding",
    "PinReading",
    "PinState",
    "Severity",
    "bad_news",
    "examine",
    "findings",
]
