"""Certificates that live on the phone (スマホ用電子証明書): set up once with the card, then used without it.

Each key is sealed with a key of its own, and that again under the PIN through scrypt: the file holds no PIN, and its
tries are written down before one is tried. The file stands for the phone's secure element, which no file can be.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from filelock import FileLock

from kaijo.card.pins import normalise
from kaijo.clock import JST
from kaijo.errors import CardTrouble, GuardRefused, Refused, UsageProblem, WrongPin
from kaijo.facts.pins import PinKind, pin_rule, tries_floor
from kaijo.signing.unlock import SigningKey

KINDS = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
_FORMAT = "kaijo-practice-phone-1"
_PURPOSE = b"Kaijo practice phone certificates\n"
_SALT, _NONCE, _KEY = 16, 12, 32
_SCRYPT = {"length": _KEY, "n": 2**15, "r": 8, "p": 1}
_BITS, _EXPONENT = 2048, 65537


class PhoneIssuer(Protocol):
    """Who certifies the phone's keys, on the word of the card's signature key."""

    def certify(
        self, certificate: bytes, message: bytes, signature: bytes, public_keys: Mapping[PinKind, bytes]
    ) -> Mapping[PinKind, bytes]:
        """Return certificates (DER) for public keys (DER) when `signature` over `message` is the card's."""
        ...


@dataclass(frozen=True, slots=True)
class PhoneTries:
    """How many tries a PIN of the phone has left. `place` is the file's name."""

    kind: PinKind
    tries_left: int
    tries_max: int
    place: str


def set_up(path: Path, card: SigningKey, issuer: PhoneIssuer, pins: Mapping[PinKind, str]) -> None:
    """Make keys on the phone, have them certified by the card's signature key, and write them under new PINs.

    Whatever was on the phone before is replaced. Raises GuardRefused `guard.wrong-form` before anything is made,
    UsageProblem `usage.unwritable`, and as card and issuer do.
    """
    typed = {kind: normalise(kind, pins[kind]) for kind in KINDS}
    keys = {kind: generate_private_key(_EXPONENT, _BITS) for kind in KINDS}
    public = {
        kind: key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for kind, key in keys.items()
    }
    message = _PURPOSE + b"".join(public[kind] for kind in KINDS)
    signature = card.key.sign(message, PKCS1v15(), SHA256())
    made = issuer.certify(card.certificate.public_bytes(Encoding.DER), message, signature, public)
    rows = {kind.value: _sealed(keys[kind], made[kind], typed[kind], kind) for kind in KINDS}
    _write(path, {"format": _FORMAT, "keys": rows})


class PhoneCertificates:
    """The certificates in one phone's file. Raises CardTrouble `phonecert.damaged`, UsageProblem `phonecert.none`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _read(path)

    def tries(self, kind: PinKind) -> PhoneTries:
        """Return the tries left of a PIN of the phone; asking costs nothing."""
        row = _read(self._path)[kind.value]
        return PhoneTries(kind, row["tries_left"], pin_rule(kind).tries_max, self._path.name)

    def certificate(self, kind: PinKind) -> x509.Certificate:
        """Return a certificate; it needs no PIN on the phone."""
        return x509.load_der_x509_certificate(base64.b64decode(_read(self._path)[kind.value]["certificate"]))

    def until(self) -> datetime:
        """Return when the first of the certificates ends, in Japan's time."""
        return min(self.certificate(kind).not_valid_after_utc for kind in KINDS).astimezone(JST)

    def askable(self, kind: PinKind) -> PhoneTries:
        """Return the tries of a PIN that may be asked for.

        Raises Refused `phonecert.locked`, GuardRefused `guard.last-try`.
        """
        shown = self.tries(kind)
        if shown.tries_left == 0:
            raise Refused("phonecert.locked", kind=kind)
        if shown.tries_left < tries_floor():
            raise GuardRefused("guard.last-try", kind=kind, tries_left=shown.tries_left)
        return shown

    def unlock(self, kind: PinKind, typed: str) -> SigningKey:
        """Return a key of the phone. Raises GuardRefused `guard.wrong-form`, WrongPin, Refused `phonecert.locked`."""
        secret = normalise(kind, typed)
        with FileLock(self._path.with_name(self._path.name + ".lock"), mode=0o600):
            rows = _read(self._path)
            row = rows[kind.value]
            if row["tries_left"] == 0:
                raise Refused("phonecert.locked", kind=kind)
            row["tries_left"] -= 1  # written first: a cut in the middle never gives a try
            _write(self._path, {"format": _FORMAT, "keys": rows})
            key = _opened(row, secret)
            if key is None:
                raise WrongPin(kind=kind, tries_left=row["tries_left"])
            row["tries_left"] = pin_rule(kind).tries_max
            _write(self._path, {"format": _FORMAT, "keys": rows})
        return SigningKey(kind, key, (self.certificate(kind),))


class PhoneKeys:
    """The phone's certificates as the keys of a rehearsal; a last try is never asked for."""

    def __init__(self, phone: PhoneCertificates, ask: Callable[[PhoneTries], str]) -> None:
        self._phone = phone
        self._ask = ask

    def check(self) -> None:
        """Do nothing: the desk judges the certificates."""

    def unlock(self, kind: PinKind) -> SigningKey:
        """Return a key after its PIN was asked for. Raises as `PhoneCertificates.askable` and `unlock`."""
        return self._phone.unlock(kind, self._ask(self._phone.askable(kind)))


def _sealed(key: RSAPrivateKey, certificate: bytes, pin: str, kind: PinKind) -> dict[str, object]:
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = nonce + AESGCM(_derived(pin, salt)).encrypt(nonce, plain, certificate)
    return {
        "certificate": base64.b64encode(certificate).decode(),
        "salt": salt.hex(),
        "sealed": base64.b64encode(sealed).decode(),
        "tries_left": pin_rule(kind).tries_max,
    }


def _opened(row: Mapping[str, Any], pin: str) -> RSAPrivateKey | None:
    sealed, certificate = base64.b64decode(row["sealed"]), base64.b64decode(row["certificate"])
    try:
        plain = AESGCM(_derived(pin, bytes.fromhex(row["salt"]))).decrypt(sealed[:_NONCE], sealed[_NONCE:], certificate)
    except InvalidTag:
        return None
    key = load_der_private_key(plain, None)
    return key if isinstance(key, RSAPrivateKey) else None


def _derived(pin: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, **_SCRYPT).derive(pin.encode("ascii"))


def _read(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(path.read_text("ascii"))
        rows: dict[str, Any] = whole["keys"]
        fits = whole["format"] == _FORMAT and all(type(rows[kind.value]["tries_left"]) is int for kind in KINDS)
    except FileNotFoundError:
        raise UsageProblem("phonecert.none", path=str(path)) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise CardTrouble("phonecert.damaged", path=str(path)) from None
    if not fits:
        raise CardTrouble("phonecert.damaged", path=str(path))
    return rows


def _write(path: Path, content: Mapping[str, object]) -> None:
    beside = path.with_name(path.name + ".new")
    try:
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
