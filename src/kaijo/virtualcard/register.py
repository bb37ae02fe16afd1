"""The register of a practice issuer: cards and certificates, what was renewed, what revoked. Nothing personal.

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


@dataclass(frozen=True, slots=True)
class Order:
    """A certificate made for a card that has not yet said that it holds it. `public_key` is DER."""

    card_id: bytes
    kind: PinKind
    at: datetime
    public_key: bytes
    certificate: IssuedCertificate


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
        self._since: dict[bytes, datetime] = {}
        self._shown: dict[bytes, bytes] = {}
        self._certificates: dict[tuple[PinKind, int], IssuedCertificate] = {}
        self._owners: dict[tuple[PinKind, int], bytes] = {}
        self._orders: dict[bytes, Order] = {}
        self._on_phones: dict[bytes, dict[PinKind, int]] = {}
        self._parents: dict[tuple[PinKind, int], int] = {}
        self._guard = Lock()

    def card(self, authentication_sha256: bytes) -> IssuedCard | None:
        """Return the card to which the authentication certificate of this hash was ever given."""
        self._refresh()
        card_id = self._shown.get(authentication_sha256)
        return None if card_id is None else self._cards[card_id]

    def numbered(self, card_id: bytes) -> tuple[IssuedCard, datetime] | None:
        """Return the card of that id and since when it exists."""
        self._refresh()
        return None if card_id not in self._cards else (self._cards[card_id], self._since[card_id])

    def order(self, order_id: bytes) -> Order | None:
        """Return the order of that id."""
        self._refresh()
        return self._orders.get(order_id)

    def certificate(self, kind: PinKind, serial: int) -> IssuedCertificate | None:
        """Return the certificate to which the authority for `kind` gave this number."""
        self._refresh()
        return self._certificates.get((kind, serial))

    def owner(self, kind: PinKind, serial: int) -> bytes | None:
        """Return the id of the card to which the certificate of that number was given."""
        self._refresh()
        return self._owners.get((kind, serial))

    def revoked(self, kind: PinKind) -> list[tuple[int, Revocation]]:
        """Return serial number and revocation of every revoked certificate of that authority, oldest card first."""
        self._refresh()
        every = [(serial, self._ended(of, serial)) for of, serial in list(self._certificates) if of is kind]
        return [(serial, revocation) for serial, revocation in every if revocation is not None]

    def on_phone(self, card_id: bytes) -> dict[PinKind, int]:
        """Return the numbers of the certificates on the phone of the card's holder; empty when there are none."""
        self._refresh()
        return dict(self._on_phones.get(card_id, {}))

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

    def add_order(self, order_id: bytes, order: Order) -> None:
        """Append a certificate for a new key of a card. To be called inside `writing`."""
        self._append(
            {
                "event": "ordered",
                "order": order_id.hex(),
                "card_id": order.card_id.hex(),
                "kind": order.kind.value,
                "at": order.at.isoformat(),
                "public_key": order.public_key.hex(),
                "certificate": _row(order.certificate),
            }
        )

    def add_phone(self, card_id: bytes, certificates: dict[PinKind, IssuedCertificate]) -> None:
        """Append certificates made for the holder's phone. To be called inside `writing`."""
        rows = {kind.value: _row(one) for kind, one in certificates.items()}
        self._append({"event": "phone", "card_id": card_id.hex(), "certificates": rows})

    def add_renewal(self, order_id: bytes) -> None:
        """Append that the card holds the certificate of that order. To be called inside `writing`."""
        self._append({"event": "renewed", "order": order_id.hex()})

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
        {
            "issued": self._issued,
            "ordered": self._ordered,
            "renewed": self._renewed,
            "revoked": self._revoked,
            "phone": self._phone,
        }[row["event"]](row)

    def _issued(self, row: dict[str, Any]) -> None:
        card = IssuedCard(
            card_id=bytes.fromhex(row["card_id"]),
            person=row["person"],
            surface_spki_sha256=bytes.fromhex(row["surface_spki_sha256"]),
            authentication=_from_row(row["authentication"]),
            signature=None if row["signature"] is None else _from_row(row["signature"]),
        )
        self._cards[card.card_id], self._since[card.card_id] = card, card.authentication.not_before
        self._shown[card.authentication.sha256] = card.card_id
        for kind in (PinKind.AUTHENTICATION, PinKind.SIGNATURE):
            if (one := card.certificate(kind)) is not None:
                self._certificates[kind, one.serial], self._owners[kind, one.serial] = one, card.card_id

    def _ordered(self, row: dict[str, Any]) -> None:
        order = Order(
            card_id=bytes.fromhex(row["card_id"]),
            kind=PinKind(row["kind"]),
            at=datetime.fromisoformat(row["at"]),
            public_key=bytes.fromhex(row["public_key"]),
            certificate=_from_row(row["certificate"]),
        )
        self._orders[bytes.fromhex(row["order"])] = order
        self._certificates[order.kind, order.certificate.serial] = order.certificate
        self._owners[order.kind, order.certificate.serial] = order.card_id
        if order.kind is PinKind.AUTHENTICATION:  # a card cut off in the middle may show it before we know that it can
            self._shown[order.certificate.sha256] = order.card_id

    def _phone(self, row: dict[str, Any]) -> None:
        card_id = bytes.fromhex(row["card_id"])
        numbers: dict[PinKind, int] = {}
        for name, part in row["certificates"].items():
            kind, one = PinKind(name), _from_row(part)
            parent = self._cards[card_id].certificate(kind)
            if parent is not None:
                self._parents[kind, one.serial] = parent.serial
            self._certificates[kind, one.serial], self._owners[kind, one.serial] = one, card_id
            numbers[kind] = one.serial
        self._on_phones[card_id] = numbers

    def _ended(self, kind: PinKind, serial: int) -> Revocation | None:
        """Return a certificate's revocation; one on a phone ends with the card's [fact: phone-certificate-ends]."""
        own = self._certificates[kind, serial].revocation
        parent = self._parents.get((kind, serial))
        return own if own is not None or parent is None else self._certificates[kind, parent].revocation

    def _renewed(self, row: dict[str, Any]) -> None:
        order = self._orders[bytes.fromhex(row["order"])]
        self._hold(self._cards[order.card_id], order.kind, self._certificates[order.kind, order.certificate.serial])

    def _revoked(self, row: dict[str, Any]) -> None:
        place = PinKind(row["kind"]), row["serial"]
        revocation = Revocation(datetime.fromisoformat(row["at"]), ReasonFlags(row["reason"]))
        certificate = self._certificates[place] = replace(self._certificates[place], revocation=revocation)
        card = self._cards[self._owners[place]]
        held = card.certificate(place[0])
        if held is not None and held.serial == certificate.serial:
            self._hold(card, place[0], certificate)

    def _hold(self, card: IssuedCard, kind: PinKind, certificate: IssuedCertificate) -> None:
        changed = (
            replace(card, signature=certificate)
            if kind is PinKind.SIGNATURE
            else replace(card, authentication=certificate)
        )
        self._cards[card.card_id] = changed


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
