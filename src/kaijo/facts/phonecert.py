"""Certificates that live on the phone: when they help, and what setting them up takes."""

from dataclasses import dataclass
from datetime import date

from kaijo.facts.book import fact, kept
from kaijo.facts.pins import PinKind, read_kinds


@dataclass(frozen=True, slots=True)
class PhoneCertificate:
    """What holds for phone certificates.

    `set_up_needs` are the card's PINs without which they cannot be set up; `etax_from` is the first day, in Japan, on
    which e-Tax takes them; they may work while the card is locked, and end with the card's own certificates.
    """

    set_up_needs: tuple[PinKind, ...]
    etax_from: date
    works_while_card_locked: bool
    ends_with_card_certificate: bool


@kept
def phone_certificate() -> PhoneCertificate:
    """Return the rules [fact: phone-certificate, phone-certificate-lock, phone-certificate-ends].

    Raises UsageProblem `facts.damaged`.
    """
    row = fact("phone-certificate")
    return PhoneCertificate(
        set_up_needs=read_kinds(row, "set_up_pins"),
        etax_from=row.take(date, "etax_from"),
        works_while_card_locked=fact("phone-certificate-lock").take(bool, "works_while_card_locked"),
        ends_with_card_certificate=fact("phone-certificate-ends").take(bool, "with_card_certificate"),
    )
