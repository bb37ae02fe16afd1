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


@dataclass(frozen=True, slots=True)
class PhoneReset:
    """What resets a PIN of the phone's certificates, always with the card held to the phone.

    `proof` is the PIN to type: one of the phone's own when `on_phone`, else one of the card's.
    """

    on_phone: bool
    proof: PinKind


@kept
def phone_reset(kind: PinKind) -> PhoneReset:
    """Return what resets the phone's PIN of `kind` [fact: phone-certificate-reset].

    Raises UsageProblem `facts.damaged`.
    """
    row = fact("phone-certificate-reset")
    for named in row.take(list, kind.value):
        place, _, proof = named.partition("-") if isinstance(named, str) else ("", "", "")
        if place in {"phone", "card"} and proof in {one.value for one in PinKind}:
            return PhoneReset(place == "phone", PinKind(proof))
    raise row.damaged(kind.value)


@dataclass(frozen=True, slots=True)
class PhoneBiometrics:
    """Where a finger or face may stand in for the phone's PIN, and how many misses in a row stop it."""

    kinds: tuple[PinKind, ...]
    tries_max: int
    works_while_pin_locked: bool


@kept
def phone_biometrics() -> PhoneBiometrics:
    """Return the rules [fact: phone-biometric, phone-biometric-tries, phone-biometric-lock].

    Raises UsageProblem `facts.damaged`.
    """
    return PhoneBiometrics(
        kinds=read_kinds(fact("phone-biometric"), "kinds"),
        tries_max=fact("phone-biometric-tries").count("tries_max"),
        works_while_pin_locked=fact("phone-biometric-lock").take(bool, "works_while_pin_locked"),
    )
