"""Whether phone and kiosk are open to a card, told before its holder types anything."""

from hashlib import sha256

from kaijo.card.guard import Guard, TriesReading
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.terminals.phone import Phone
from kaijo.terminals.proof import practice_certificate


def open_way(phone: Phone, kind: PinKind) -> TriesReading:
    """Return the tries left of the proof PIN when phone and kiosk can reset `kind` of the card at `phone`.

    Raises Refused as `Phone.look`, and `finding.proof-last-try` where the guard would hold the proof PIN back.
    """
    shown = phone.look(kind)
    if shown.tries_left < tries_floor():
        raise Refused("finding.proof-last-try", kind=kind, proof=shown.kind)
    return shown


def card_mark(certificate: bytes) -> bytes:
    """Return what tells one card from another, made of its authentication certificate (DER)."""
    return sha256(certificate).digest()


def require_same_card(guard: Guard, clock: Clock, mark: bytes) -> None:
    """Raise CardTrouble `web.other-card` unless the card is the one of `mark`: no PIN may go into another card."""
    if card_mark(practice_certificate(guard, clock)) != mark:
        raise CardTrouble("web.other-card")
