"""The register of a practice issuer: which cards and certificates exist, and which are revoked. Nothing personal.

One JSON line per event, appended under a file lock and synced; what was read once is not read again.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography.x509 import ReasonFlags
from filelock import FileLock

from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.persons import CertificateState

OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Revocation:
    """When and why a certificate was revoked."""

    at: datetime
    reason: ReasonFlags


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """What the register knows of a certificate. Hashes are SHA-256, of the DER and of its SubjectPublicKeyInfo."""

    serial: int
    sha256: bytes
    spki_sha256: bytes
    not_before: datetime
    not_after: datetime
    revocation: Revocation | None = None

    def state(self, at: datetime) -> CertificateState:
        """Return whether the certificate is revoked, expired or valid at `at`, in this order."""
        if self.revocation is not None and self.revocation.at <= at:
            return CertificateState.REVOKED
        return CertificateState.EXPIRED if at > self.not_after else CertificateState.VALID


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """One card in the register. `card_id` is its 10-byte name in administration.

    `surface_spki_sha256` is the hash of the card's own surface key, which stands in its signed face: it ties a face
    to the card whose certificate was shown.
    """

    card_id: bytes
    person: str
    surface_spki_sha256: bytes
    authentication: IssuedCertificate
    signature: IssuedCertificate | None

    def certificate(self, kind: PinKind) -> IssuedCertificate | None:
        """Return the certificate of a kind, None when the card was issued without."""
        return self.signature if kind is PinKind.SIGNATURE else self.authentication


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what the file system refuses inside the block into CardTrouble `issuer.unwritable` (path, reason)."""
    try:
        yield
    except OSError as error:
        raise CardTrouble("issuer.unwritable", path=str(path), reason=error.strerror or str(error)) from None


class Register:
    """The register in one file; safe for many processes and threads at once.

    Every call raises CardTrouble `issuer.damaged` (path) when a line cannot be understood, `issuer.unwritable`
    (path, reason) when the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0
        self._cards: dict[bytes, IssuedCard] = {}
        self._places: dict[tuple[PinKind, int], bytes] = {}
        self._guard = Lock()

    def card(self, authentication_sha256: bytes) -> IssuedCard | None:
        """Return the card whose authentication certificate has this hash."""
        self._refresh()
        return self._cards.get(authentication_sha256)

    def certificate(self, kind: PinKind, serial: int) -> IssuedCertificate | None:
        """Return the certificate to which the authority for `kind` gave this number."""
        self._refresh()
        place = self._places.get((kind, serial))
        return None if place is None else self._cards[place].certificate(kind)

    def revoked(self, kind: PinKind) -> list[tuple[int, Revocation]]:
        """Return serial number and revocation of every revoked certificate of that authority, oldest card first."""
        self._refresh()
        every = (card.certificate(kind) for card in list(self._cards.values()))
        return [(one.serial, one.revocation) for one in every if one is not None and one.revocation is not None]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the register alone, so that what is read inside stays true until the end of the block."""
        with usable(self._path):
            lock = FileLock(self._path.with_name("lock"), mode=OWNER_ONLY)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def add_card(self, card: IssuedCard) -> None:
        """Append a new card. To be called inside `writing`."""
        self._append(
            {
                "event": "issued",
                "card_id": card.card_id.hex(),
                "person": card.person,
                "surface_spki_sha256": card.surface_spki_sha256.hex(),
                "authentication": _row(card.authentication),
                "signature": None if card.signature is None else _row(card.signature),
            }
        )

    def add_revocation(self, kind: PinKind, serial: int, revocation: Revocation) -> None:
        """Append a revocation. To be called inside `writing`."""
        self._append(
            {
                "event": "revoked",
                "kind": kind.value,
                "serial": serial,
                "at": revocation.at.isoformat(),
                "reason": revocation.reason.value,
            }
        )

    def _append(self, row: dict[str, object]) -> None:
        with usable(self._path):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
            with os.fdopen(descriptor, "r+b") as file:
                # A line without an end is what a power cut left of a write that nobody was told of.
                file.seek(self._read_to)
                end = self._read_to + file.read().rfind(b"\n") + 1
                file.truncate(end)
                file.seek(end)
                file.write(json.dumps(row).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def _refresh(self) -> None:
        with self._guard, usable(self._path):
            if not self._path.exists():
                return
            with self._path.open("rb") as file:
                file.seek(self._read_to)
                fresh = file.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            try:
                for line in whole.splitlines():
                    self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise CardTrouble("issuer.damaged", path=str(self._path)) from None
            self._read_to += len(whole)

    def _take(self, row: dict[str, Any]) -> None:
        if row["event"] == "issued":
            card = IssuedCard(
                card_id=bytes.fromhex(row["card_id"]),
                person=row["person"],
                surface_spki_sha256=bytes.fromhex(row["surface_spki_sha256"]),
                authentication=_from_row(row["authentication"]),
                signature=None if row["signature"] is None else _from_row(row["signature"]),
            )
            self._places[PinKind.AUTHENTICATION, card.authentication.serial] = card.authentication.sha256
            if card.signature is not None:
                self._places[PinKind.SIGNATURE, card.signature.serial] = card.authentication.sha256
        else:
            kind = PinKind(row["kind"])
            revocation = Revocation(datetime.fromisoformat(row["at"]), ReasonFlags(row["reason"]))
            card = self._cards[self._places[kind, row["serial"]]]
            certificate = replace(card.certificate(kind) or card.authentication, revocation=revocation)
            if kind is PinKind.SIGNATURE:
                card = replace(card, signature=certificate)
            else:
                card = replace(card, authentication=certificate)
        self._cards[card.authentication.sha256] = card


def _row(one: IssuedCertificate) -> dict[str, object]:
    return {
        "serial": one.serial,
        "sha256": one.sha256.hex(),
        "spki_sha256": one.spki_sha256.hex(),
        "not_before": one.not_before.isoformat(),
        "not_after": one.not_after.isoformat(),
    }


def _from_row(row: dict[str, Any]) -> IssuedCertificate:
    return IssuedCertificate(
        serial=row["serial"],
        sha256=bytes.fromhex(row["sha256"]),
        spki_sha256=bytes.fromhex(row["spki_sha256"]),
        not_before=datetime.fromisoformat(row["not_before"]),
        not_after=datetime.fromisoformat(row["not_after"]),
    )
