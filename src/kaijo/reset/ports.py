"""What the domain needs from outside. Each port has one adapter in `service` and may have another elsewhere."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kaijo.facts.pins import PinKind
from kaijo.reset.audit_ports import AuditRecords
from kaijo.reset.counter.ports import CounterRecords
from kaijo.reset.face_ports import FaceRecords
from kaijo.reset.figures import OperationsRecords
from kaijo.reset.limit_ports import LimitRecords
from kaijo.reset.records import Challenge, GrantRow, Reservation, TerminalSession
from kaijo.reset.terminal_records import TerminalRecords
from kaijo.securechannel.keys import SessionKeys


class Records(CounterRecords, FaceRecords, OperationsRecords, AuditRecords, TerminalRecords, LimitRecords, Protocol):
    """The rows inside one transaction. What returns bool says whether it won: True means exactly one row changed."""

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep a new challenge."""
        ...

    def find_challenge(self, challenge_id: str) -> Challenge | None:
        """Return the challenge of that id."""
        ...

    def claim_challenge(self, challenge_id: str, pseudonym: str) -> bool:
        """Give the challenge to this card, unless another has it. A card may claim its own again."""
        ...

    def add_reservation(self, reservation: Reservation) -> bool:
        """Keep a new reservation; False when the card has an active one of that kind or used that challenge before."""
        ...

    def find_reservation(self, pseudonym: str, reservation_id: bytes) -> Reservation | None:
        """Return the card's reservation of that id."""
        ...

    def reservations(self, pseudonym: str) -> tuple[Reservation, ...]:
        """Return all of the card's reservations, newest first."""
        ...

    def move_reservation(self, before: Reservation, after: Reservation) -> bool:
        """Store `after` if state and holder are still those of `before`."""
        ...

    def expire_reservations(self, pseudonym: str, at: datetime) -> int:
        """Let the card's live and held reservations whose time is up at `at` expire; return how many."""
        ...

    def add_session(self, session: TerminalSession) -> None:
        """Keep a new session."""
        ...

    def find_session(self, pseudonym: str, session_id: str) -> TerminalSession | None:
        """Return the card's session of that id."""
        ...

    def extend_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the end of `after` if state and end are still those of `before`; return whether."""
        ...

    def move_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the state of `after` if it is still that of `before`."""
        ...

    def answers(self, session: TerminalSession) -> tuple[bytes, ...]:
        """Return the sealed answers of the card in the order of the relay."""
        ...

    def add_answer(self, session: TerminalSession, step: int, sealed: bytes) -> bool:
        """Keep the card's answer to step `step`; False when there is one."""
        ...

    def add_grant(self, grant: GrantRow) -> bool:
        """Keep the intent; False when the session has one."""
        ...

    def grants(self, pseudonym: str, reservation_id: bytes) -> tuple[GrantRow, ...]:
        """Return the grants of that reservation, newest first."""
        ...

    def move_grant(self, before: GrantRow, after: GrantRow) -> bool:
        """Store the outcome of `after` if it is still that of `before`."""
        ...


class Store(Protocol):
    """Durable memory. After `begin`'s block ends in peace everything in it survives; after an error nothing does."""

    def begin(self) -> AbstractContextManager[Records]:
        """Open one atomic transaction.

        Raises ServiceTrouble, there and in every call inside: `store.damaged`; `store.unwritable`; `store.busy` when
        somebody else was in the way and nothing was done; `store.unsure` when the database was lost and it may have
        been done. After the last two the whole verb may be tried again: see `kaijo.reset.again`.
        """
        ...

    def look(self) -> AbstractContextManager[Records]:
        """Open a transaction that only reads, all of it as it stood at one moment, and is in nobody's way.

        Raises as `begin`; a call that writes raises ServiceTrouble `store.unwritable`.
        """
        ...


@dataclass(frozen=True, slots=True)
class TrustedCertificate:
    """A certificate whose path, validity, usage and revocation were checked."""

    public_key: RSAPublicKey
    serial: int
    not_after: datetime


class Trust(Protocol):
    """The certificate checks."""

    def key_of(self, certificate: bytes) -> RSAPublicKey | None:
        """Return the key in a DER certificate that nobody has checked yet; None for what is none."""
        ...

    def check(self, certificate: bytes, kind: PinKind, at: datetime) -> TrustedCertificate:
        """Return what the DER certificate of that kind is good for at `at`. Raises Refused `trust.…`."""
        ...

    def demand_lists(self, at: datetime) -> None:
        """Raise ServiceTrouble `trust.revocation-unavailable` unless every revocation list is at hand and in force."""
        ...


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate as the issuer knows it; hashes are SHA-256 over certificate and public key info, both DER."""

    serial: int
    sha256: bytes
    spki_sha256: bytes
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RegisteredCard:
    """A card as the issuer knows it. `signature` is None for holders who have none, as those under 15.

    `surface_spki_sha256` is the SHA-256 of the card's own surface key (DER), which stands in its signed face.
    """

    card_id: bytes
    signature: CertificateRecord | None
    authentication: CertificateRecord
    surface_spki_sha256: bytes


class Registry(Protocol):
    """The issuer's list of cards: the signature certificate cannot be read from a card whose PIN is locked."""

    def find(self, authentication_certificate: bytes) -> RegisteredCard | None:
        """Return the card that carries this certificate (DER). Raises ServiceTrouble when it cannot be asked."""
        ...


class CardKeys(Protocol):
    """The administration keys. They stay behind this port; only session keys and MACs come out.

    Cards keep the key version (1 to 127) that they were issued with, so that several are in use at a time.
    """

    versions: tuple[int, ...]
    """The versions that there are, newest first."""

    at_hand: bool
    """Whether they answer at once, out of this process's own memory, so that a transaction may ask them."""

    def session_keys(
        self, card_id: bytes, host_challenge: bytes, card_challenge: bytes, version: int = 1
    ) -> SessionKeys:
        """Return the keys of one SCP03 session with that card.

        Raises ServiceTrouble `keys.unknown-version` (version), or when the keys are out of reach.
        """
        ...

    def receipt_mac(self, card_id: bytes, message: bytes, version: int = 1) -> bytes:
        """Return AES-CMAC (16 bytes) over `message` under that card's receipt key. Raises as `session_keys`."""
        ...


class CertificateIssuer(Protocol):
    """Whoever issues certificates anew at the counter. An order is the id (16 bytes) of what allows it."""

    def renew(self, card_id: bytes, kind: PinKind, public_key: bytes, order: bytes, at: datetime) -> bytes:
        """Return a certificate (DER) for that card's new key (DER); the same order gives the same certificate.

        Raises Refused `issuer.…`.
        """
        ...

    def confirm(self, order: bytes, at: datetime) -> None:
        """Note that the card holds the certificate of that order. Doing it again changes nothing."""
        ...


class Randomness(Protocol):
    """A source of secret random bytes, as `secrets.token_bytes` is one."""

    def __call__(self, size: int, /) -> bytes:
        """Return `size` bytes."""
        ...
