"""Whether phone and kiosk are open to a card, told before its holder types anything."""

from hashlib import sha256

from kaijo.card.guard import Guard, TriesReading
from kaijo.doctor import CertificateState, Examination
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.phone import Phone
from kaijo.terminals.proof import practice_certificate


def open_way(guard: Guard, service: ServiceClient, seen: Examination, kind: PinKind) -> TriesReading:
    """Return the tries left of the proof PIN when phone and kiosk can reset `kind` of this card.

    Raises Refused as `Phone.look`, and `finding.counter-certificate` or `finding.proof-last-try`.
    """
    shown = Phone(guard, service).look(kind)
    if seen.certificates[PinKind.AUTHENTICATION].state is not CertificateState.VALID:
        raise Refused("finding.counter-certificate", kind=kind)
    if shown.tries_left < tries_floor():
        raise Refused("finding.proof-last-try", kind=kind, proof=shown.kind)
    return shown


def card_mark(certificate: bytes) -> bytes:
    """Return what tells one card from another, made of its authentication certificate (DER)."""
    return sha256(certificate).digest()


def require_same_card(guard: Guard, mark: bytes) -> None:
    """Raise CardTrouble `web.other-card` unless the card is the one of `mark`: no PIN may go into another card."""
    if card_mark(practice_certificate(guard)) != mark:
        raise CardTrouble("web.other-card")
