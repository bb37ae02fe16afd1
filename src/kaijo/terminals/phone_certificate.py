"""Certificates that live on the phone (スマホ用電子証明書): set up once with the card, then used without it.

The file behind them holds no PIN, and tries are written down before one is tried. It stands for the phone's secure
element, which no file can be. A finger or face is a button here: see `PhoneCertificates.press`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from kaijo.card.pins import normalise
from kaijo.clock import JST
from kaijo.errors import GuardRefused, Refused
from kaijo.facts.phonecert import phone_biometrics, phone_reset
from kaijo.facts.pins import PinKind, pin_rule, tries_floor
from kaijo.signing.unlock import SigningKey
from kaijo.terminals.phone_file import KINDS, Held, Opener, PhoneFile, Row, Sealed
from kaijo.terminals.rehearsal import Act

_PURPOSE = b"Kaijo practice phone certificates\n"
_RESET_PURPOSE = b"Kaijo practice phone, reset of a PIN\n"
_SECRET = 32
_BITS, _EXPONENT = 2048, 65537
# What a finger or face answers instead of opening; the PIN is the way on from each.
_UNPRESSED = frozenset({"phonecert.biometric-off", "phonecert.biometric-missed", "phonecert.biometric-stopped"})


class PhoneIssuer(Protocol):
    """Who certifies the phone's keys, on the word of the card's signature key."""

    def certify(
        self, certificate: bytes, message: bytes, signature: bytes, public_keys: Mapping[PinKind, bytes]
    ) -> Mapping[PinKind, bytes]:
        """Return certificates (DER) for public keys (DER) when `signature` over `message` is the card's."""
        ...

    def require_holder(self, card: bytes, kind: PinKind, phone: bytes) -> None:
        """Let pass when a card's certificate of `kind` and the phone's of that kind (DER) are one person's.

        Raises Refused `phonecert.other-holder`.
        """
        ...


@dataclass(frozen=True, slots=True)
class PhoneTries:
    """How many tries a PIN of the phone has left. `place` is the file's name."""

    kind: PinKind
    tries_left: int
    tries_max: int
    place: str


@dataclass(frozen=True, slots=True)
class Biometric:
    """How a finger or face stands in for one PIN: switched on or not, and its own tries, which are not the PIN's."""

    on: bool
    tries_left: int
    tries_max: int

    @property
    def ready(self) -> bool:
        """True when it can be pressed."""
        return self.on and self.tries_left > 0


def set_up(path: Path, card: SigningKey, issuer: PhoneIssuer, pins: Mapping[PinKind, str]) -> None:
    """Make keys on the phone, have them certified by the card's signature key, and write them under new PINs.

    Whatever was on the phone before is replaced; nothing is while the card can still leave. Raises GuardRefused
    `guard.wrong-form` before anything is made, UsageProblem `usage.unwritable`, and as card and issuer do.
    """
    typed = {kind: normalise(kind, pins[kind]).encode() for kind in KINDS}
    keys = {kind: generate_private_key(_EXPONENT, _BITS) for kind in KINDS}
    public = {
        kind: key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for kind, key in keys.items()
    }
    message = _PURPOSE + b"".join(public[kind] for kind in KINDS)
    signature = card.key.sign(message, PKCS1v15(), SHA256())
    secrets = {kind: os.urandom(_SECRET) for kind in KINDS}
    resets = {
        kind: secrets[rule.proof] if (rule := phone_reset(kind)).on_phone else _by_card(card, public[kind])
        for kind in KINDS
    }
    made = issuer.certify(card.certificate.public_bytes(Encoding.DER), message, signature, public)
    rows = {}
    for kind in KINDS:
        plain = keys[kind].private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        key = Sealed.under(secrets[kind], plain, made[kind])
        row = rows[kind] = Row(made[kind], key, {}, pin_rule(kind).tries_max)
        row.lock(Opener.PIN, typed[kind], secrets[kind])
        row.lock(Opener.RESET, resets[kind], secrets[kind])
    file = PhoneFile(path)
    file.forget_device_secret()
    file.write(Held(rows, phone_biometrics().tries_max))


class PhoneCertificates:
    """The certificates in one phone's file. Raises CardTrouble `phonecert.damaged`, UsageProblem `phonecert.none`."""

    def __init__(self, path: Path) -> None:
        self._file = PhoneFile(path)
        self._file.read()

    def tries(self, kind: PinKind) -> PhoneTries:
        """Return the tries left of a PIN of the phone; asking costs nothing."""
        left = self._file.read().rows[kind].tries_left
        return PhoneTries(kind, left, pin_rule(kind).tries_max, self._file.path.name)

    def certificate(self, kind: PinKind) -> x509.Certificate:
        """Return a certificate; it needs no PIN on the phone."""
        return x509.load_der_x509_certificate(self._file.read().rows[kind].certificate)

    def until(self) -> datetime:
        """Return when the first of the certificates ends, in Japan's time."""
        return min(self.certificate(kind).not_valid_after_utc for kind in KINDS).astimezone(JST)

    def askable(self, kind: PinKind) -> PhoneTries:
        """Return the tries of a PIN that may be asked for.

        Raises Refused `phonecert.locked`, GuardRefused `phonecert.last-try`.
        """
        shown = self.tries(kind)
        if shown.tries_left == 0:
            raise Refused("phonecert.locked", kind=kind)
        if shown.tries_left < tries_floor():
            raise GuardRefused("phonecert.last-try", kind=kind, tries_left=shown.tries_left)
        return shown

    def unlock(self, kind: PinKind, typed: str) -> SigningKey:
        """Return a key of the phone.

        Raises GuardRefused `guard.wrong-form`, Refused `phonecert.wrong-pin`, `phonecert.locked`.
        """
        secret = normalise(kind, typed).encode()
        with self._file.alone() as held:
            return self._key(held, kind, self._opened(held, kind, secret))

    def biometric(self, kind: PinKind) -> Biometric:
        """Return how a finger or face stands in for the PIN of `kind`; switched off where the facts know of none."""
        held, rule = self._file.read(), phone_biometrics()
        row = held.rows[kind]
        awake = row.tries_left > 0 or rule.works_while_pin_locked
        on = kind in rule.kinds and awake and Opener.DEVICE in row.locks and self._file.device_secret() is not None
        return Biometric(on, held.presses_left, rule.tries_max)

    def switch_on(self, kind: PinKind, typed: str) -> None:
        """Let a finger or face stand in for the PIN of `kind` from now on; the PIN itself is asked for.

        Raises Refused `phonecert.biometric-not-for` [fact: phone-biometric], and as `unlock`.
        """
        if kind not in phone_biometrics().kinds:
            raise Refused("phonecert.biometric-not-for", kind=kind)
        secret = normalise(kind, typed).encode()
        with self._file.alone() as held:
            opened, row = self._opened(held, kind, secret), held.rows[kind]
            device = self._file.new_device_secret()
            row.lock(Opener.DEVICE, device, opened)
            self._file.write(held)

    def switch_off(self) -> None:
        """Let only PINs open the keys again."""
        with self._file.alone() as held:
            self._switch_off(held)

    def press(self, kind: PinKind, *, fits: bool) -> SigningKey:
        """Return a key for a press of the button that stands for a finger or face; `fits` says whose it is.

        A miss spends a try of its own and none of the PIN's, whose right entry gives these tries back. Raises Refused
        `phonecert.locked` [fact: phone-biometric-lock], `phonecert.biometric-off`, `phonecert.biometric-stopped`,
        `phonecert.biometric-missed`.
        """
        with self._file.alone() as held:
            row, device = held.rows[kind], self._file.device_secret()
            if row.tries_left == 0 and not phone_biometrics().works_while_pin_locked:
                raise Refused("phonecert.locked", kind=kind)
            if device is None or Opener.DEVICE not in row.locks or kind not in phone_biometrics().kinds:
                raise Refused("phonecert.biometric-off", kind=kind)
            if held.presses_left == 0:
                raise Refused("phonecert.biometric-stopped", kind=kind)
            held.presses_left -= 1  # written first, as with a PIN
            self._file.write(held)
            if not fits:
                code = "phonecert.biometric-missed" if held.presses_left else "phonecert.biometric-stopped"
                raise Refused(code, kind=kind, tries_left=held.presses_left)
            opened = row.opened(Opener.DEVICE, device)
            if opened is None:
                raise self._file.damaged()
            held.presses_left = phone_biometrics().tries_max
            self._file.write(held)
            return self._key(held, kind, opened)

    def reset_by_phone(self, kind: PinKind, proof: str, new: str, *, card: bytes, issuer: PhoneIssuer) -> None:
        """Give the PIN of `kind` a new value with the phone's own PIN that resets it [fact: phone-certificate-reset].

        `card` is the authentication certificate (DER) of the card that is held to the phone. Key and certificate stay
        as they are; a finger or face is switched off. Raises Refused `phonecert.other-holder`, and as `unlock` does for
        the proof PIN.
        """
        rule, chosen = phone_reset(kind), normalise(kind, new).encode()
        secret = normalise(rule.proof, proof).encode()
        login = PinKind.AUTHENTICATION
        issuer.require_holder(card, login, self.certificate(login).public_bytes(Encoding.DER))
        with self._file.alone() as held:
            self._renew(held, kind, self._opened(held, rule.proof, secret), chosen)

    def reset_by_card(self, kind: PinKind, card: SigningKey, new: str) -> None:
        """Give the PIN of `kind` a new value with the key of the card that set the phone up; as `reset_by_phone`.

        Raises Refused `phonecert.other-card`, and as the card does.
        """
        chosen = normalise(kind, new).encode()
        public = self.certificate(kind).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        secret = _by_card(card, public)
        with self._file.alone() as held:
            self._renew(held, kind, secret, chosen)

    def _renew(self, held: Held, kind: PinKind, secret: bytes, chosen: bytes) -> None:
        row = held.rows[kind]
        opened = row.opened(Opener.RESET, secret)
        if opened is None:
            raise Refused("phonecert.other-card")
        row.lock(Opener.PIN, chosen, opened)
        row.tries_left = pin_rule(kind).tries_max
        self._switch_off(held)

    def _switch_off(self, held: Held) -> None:
        for row in held.rows.values():
            row.locks.pop(Opener.DEVICE, None)
        held.presses_left = phone_biometrics().tries_max
        self._file.write(held)
        self._file.forget_device_secret()

    def _opened(self, held: Held, kind: PinKind, pin: bytes) -> bytes:
        row = held.rows[kind]
        if row.tries_left == 0:
            raise Refused("phonecert.locked", kind=kind)
        row.tries_left -= 1  # written first: a cut in the middle never gives a try
        self._file.write(held)
        opened = row.opened(Opener.PIN, pin)
        if opened is None:
            code = "phonecert.wrong-pin" if row.tries_left else "phonecert.wrong-pin-locked"
            raise Refused(code, kind=kind, tries_left=row.tries_left)
        row.tries_left = pin_rule(kind).tries_max
        if kind in phone_biometrics().kinds:
            held.presses_left = phone_biometrics().tries_max
        self._file.write(held)
        return opened

    def _key(self, held: Held, kind: PinKind, opened: bytes) -> SigningKey:
        row = held.rows[kind]
        plain = row.key.open(opened, row.certificate)
        key = None if plain is None else load_der_private_key(plain, None)
        if not isinstance(key, RSAPrivateKey):
            raise self._file.damaged()
        return SigningKey(kind, key, (x509.load_der_x509_certificate(row.certificate),))


class PhoneKeys:
    """The phone's certificates as the keys of a rehearsal; a last try is never asked for.

    With `fits`, a finger or face is tried first where it is switched on; `missed` is told why it did not open.
    """

    read_by = Act.PHONE

    def __init__(
        self,
        phone: PhoneCertificates,
        ask: Callable[[PhoneTries], str],
        *,
        fits: bool | None = None,
        missed: Callable[[Refused], None] = lambda _why: None,
    ) -> None:
        self._phone = phone
        self._ask = ask
        self._fits = fits
        self._missed = missed

    def check(self) -> None:
        """Read the certificates; the desk judges them. Raises CardTrouble `phonecert.damaged`."""
        self._phone.until()

    def unlock(self, kind: PinKind) -> SigningKey:
        """Return a key after its PIN was asked for. Raises as `PhoneCertificates.askable` and `unlock`."""
        if self._fits is not None and kind in phone_biometrics().kinds:
            try:
                return self._phone.press(kind, fits=self._fits)
            except Refused as refused:
                if refused.code not in _UNPRESSED:
                    raise
                self._missed(refused)
        return self._phone.unlock(kind, self._ask(self._phone.askable(kind)))


def _by_card(card: SigningKey, public: bytes) -> bytes:
    """Return a secret that only this card's key makes, the same each time: its signature over something of ours."""
    return card.key.sign(_RESET_PURPOSE + public, PKCS1v15(), SHA256())
