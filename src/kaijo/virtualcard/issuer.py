"""The practice issuer: makes virtual cards and answers for them, in the place of the national authority."""

import os
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from filelock import FileLock

from kaijo.clock import JST, Clock
from kaijo.errors import CardTrouble, Refused, UsageProblem
from kaijo.facts.book import fact
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.certificates import Validity
from kaijo.virtualcard.hierarchy import Hierarchy, Role, public_key_der
from kaijo.virtualcard.identity import Identity
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.issue import drawn_photo, personalise
from kaijo.virtualcard.material import (
    CardCertificates,
    CardKeys,
    card_expiry,
    generate_keys,
    made_at,
    nth_birthday,
    renewed_life,
    term,
)
from kaijo.virtualcard.persons import CertificateState, TestPerson, identity, person
from kaijo.virtualcard.register import (
    OWNER_ONLY,
    IssuedCard,
    IssuedCertificate,
    Order,
    Register,
    Revocation,
    usable,
)

# How long a revocation list of ours is good for. Our own choice; the real ones are not public.
REVOCATION_LIST_LIFE = timedelta(days=7)
CARD_ID_SIZE = 10
KEY_SIZE = 2048
_SERIAL_BITS = 31  # real serial numbers have up to four bytes
_REVOKED_BEFORE = timedelta(days=45)
_KEY_FILE, _REGISTER_FILE, _LOCK_FILE = "issuer.json", "register.jsonl", "lock"


class Issuer:
    """One practice issuer in a folder: keys, register of cards, revocation lists. Get one from `open`.

    `kind` is SIGNATURE or AUTHENTICATION everywhere. Every method may raise CardTrouble `issuer.damaged` (path)
    and `issuer.unwritable` (path, reason).
    """

    def __init__(self, hierarchy: Hierarchy, register: Register) -> None:
        self._hierarchy = hierarchy
        self._register = register

    @classmethod
    def open(cls, folder: Path, clock: Clock) -> Self:
        """Return the issuer of a folder; the first to ask, of however many processes, founds it there."""
        keys, register = folder / _KEY_FILE, folder / _REGISTER_FILE
        with usable(folder):
            if not keys.exists():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with FileLock(folder / _LOCK_FILE, mode=OWNER_ONLY):
                    if not keys.exists():
                        if register.exists():  # cards without the keys that made them
                            raise CardTrouble("issuer.damaged", path=str(keys))
                        _write(keys, Hierarchy.found(clock.now()).encode())
            raw = keys.read_bytes()
        try:
            hierarchy = Hierarchy.decode(raw)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm):
            raise CardTrouble("issuer.damaged", path=str(keys)) from None
        return cls(hierarchy, Register(register))

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that stand for this issuer; a card names its issuer by them."""
        return self._hierarchy.id

    @property
    def administration_master(self) -> bytes:
        """The key (32 bytes) from which the administration keys of every card of this issuer are derived."""
        return self._hierarchy.administration_master

    @property
    def surface_ca(self) -> RSAPublicKey:
        """The key that the certificate in the surface application (0004) verifies with."""
        return self._hierarchy.keys[Role.SURFACE_CA].key.public_key()

    @property
    def attributes_ca(self) -> RSAPublicKey:
        """The key that the certificate in the attributes application (0004) verifies with."""
        return self._hierarchy.keys[Role.ATTRIBUTES_CA].key.public_key()

    def ca_certificate(self, kind: PinKind) -> bytes:
        """Return the self-signed certificate of the authority for `kind`, DER."""
        return self._hierarchy.authorities[kind].certificate.public_bytes(Encoding.DER)

    def issue(self, person: TestPerson, at: datetime, photo: bytes | None = None) -> CardImage:
        """Return a new card of a test person as it lies before us at `at`, and register it.

        It looks a year and a half old, or older than its certificates; every card has keys and a name of its own.
        `photo` is a JPEG 2000 file in the place of the face that we draw.
        """
        holder = identity(person, at)
        expired = CertificateState.EXPIRED in person.certificates.values()
        life = term(holder, at, expired=expired)
        keys = generate_keys(signature=person.certificates[PinKind.SIGNATURE] is not CertificateState.ABSENT)
        card_id = secrets.token_bytes(CARD_ID_SIZE)

        def certify(kind: PinKind, key: RSAPublicKey) -> x509.Certificate:
            authority = self._hierarchy.authorities[kind]
            return authority.issue(key, self._new_serial(kind), life.certificates, holder)

        with self._register.writing():
            certificates = CardCertificates(
                certify(PinKind.AUTHENTICATION, keys.authentication.public_key()),
                None if keys.signature is None else certify(PinKind.SIGNATURE, keys.signature.public_key()),
            )
            self._register.add_card(_entry(person, card_id, keys, certificates))
            for kind, state in person.certificates.items():
                if state is CertificateState.REVOKED and (one := certificates.of(kind)) is not None:
                    moved = Revocation(at - _REVOKED_BEFORE, x509.ReasonFlags.affiliation_changed)
                    self._register.add_revocation(kind, one.serial_number, moved)
        return personalise(
            person,
            holder,
            self._hierarchy,
            keys,
            certificates,
            card_id=card_id,
            expiry=life.card_expiry,
            photo=photo or drawn_photo(person),
        )

    def find(self, authentication_certificate: bytes) -> IssuedCard | None:
        """Return the card that carries this certificate (DER), None for one that this issuer did not make."""
        return self._register.card(sha256(authentication_certificate).digest())

    def owner(self, certificate: bytes, kind: PinKind) -> bytes | None:
        """Return the id of the card to which this certificate (DER) was ever given, None for a foreign one."""
        try:
            serial = x509.load_der_x509_certificate(certificate).serial_number
        except ValueError:
            return None
        one = self._register.certificate(kind, serial)
        if one is None or one.sha256 != sha256(certificate).digest():
            return None
        return self._register.owner(kind, serial)

    def renew(self, card_id: bytes, kind: PinKind, public_key: bytes, order: bytes, at: datetime) -> bytes:
        """Return a certificate (DER) for a new key (SubjectPublicKeyInfo, DER) of that card.

        The same order (16 bytes) and key give the same certificate whenever it is asked for; with another key, as after
        a cut, the certificate for the key that was lost is revoked. Raises Refused `issuer.unknown-card`,
        `issuer.bad-key` (not RSA-2048, or an order for something else), `issuer.card-ended` (ended_on),
        `issuer.too-young` (from_age).
        """
        key = _public_key(public_key)
        with self._register.writing():
            earlier = self._register.order(order)
            if earlier is not None and (earlier.card_id, earlier.kind) != (card_id, kind):
                raise Refused("issuer.bad-key")
            if earlier is not None and earlier.public_key == public_key:
                return self._certificate(earlier).public_bytes(Encoding.DER)
            found = self._register.numbered(card_id)
            if found is None:
                raise Refused("issuer.unknown-card")
            card, since = found
            holder = _holder(card, since)
            old = card.certificate(kind)
            _require_renewable(holder, kind, issued=since.astimezone(JST).date(), at=at)
            life = renewed_life(
                holder,
                at,
                issued=since.astimezone(JST).date(),
                old_end=None if old is None else old.not_after.astimezone(JST).date(),
            )
            serial = self._new_serial(kind)
            made = self._hierarchy.authorities[kind].issue(key, serial, life, holder)
            if earlier is not None:
                lost = Revocation(at, x509.ReasonFlags.superseded)
                self._register.add_revocation(earlier.kind, earlier.certificate.serial, lost)
            self._register.add_order(order, Order(card_id, kind, at, public_key, _certificate_entry(made)))
        return made.public_bytes(Encoding.DER)

    def certify_phone(self, card_id: bytes, public_keys: Mapping[PinKind, bytes], at: datetime) -> dict[PinKind, bytes]:
        """Return certificates (DER) for keys (SubjectPublicKeyInfo, DER) on the phone of a card's holder.

        They end with the card's own; those of an earlier phone are revoked: one phone for each person
        [fact: phone-certificate-ends]. Raises Refused `issuer.unknown-card`, `issuer.bad-key`.
        """
        with self._register.writing():
            found = self._register.numbered(card_id)
            if found is None:
                raise Refused("issuer.unknown-card")
            card, since = found
            holder, made = _holder(card, since), {}
            for kind, public in public_keys.items():
                old = card.certificate(kind)
                if old is None:
                    raise Refused("issuer.unknown-card")
                life = Validity(at.astimezone(JST).replace(microsecond=0), old.not_after.astimezone(JST))
                serial = self._new_serial(kind)
                made[kind] = self._hierarchy.authorities[kind].issue(_public_key(public), serial, life, holder)
            for kind, serial in self._register.on_phone(card_id).items():
                self._register.add_revocation(kind, serial, Revocation(at, x509.ReasonFlags.superseded))
            self._register.add_phone(card_id, {kind: _certificate_entry(one) for kind, one in made.items()})
        return {kind: one.public_bytes(Encoding.DER) for kind, one in made.items()}

    def confirm(self, order: bytes, at: datetime) -> None:
        """Note that the card holds the certificate of that order; the one before it is revoked as superseded.

        Doing it again, or for an order that nobody placed, changes nothing.
        """
        with self._register.writing():
            placed = self._register.order(order)
            found = None if placed is None else self._register.numbered(placed.card_id)
            if placed is None or found is None:
                return
            old = found[0].certificate(placed.kind)
            if old is not None and (old.serial == placed.certificate.serial or old.not_before > placed.at):
                return
            self._register.add_renewal(order)
            if old is not None and old.state(at) is CertificateState.VALID:
                self._register.add_revocation(placed.kind, old.serial, Revocation(at, x509.ReasonFlags.superseded))

    def revoke(
        self,
        serial: int,
        kind: PinKind,
        at: datetime,
        reason: x509.ReasonFlags = x509.ReasonFlags.unspecified,
    ) -> None:
        """Revoke a certificate from `at` on. A certificate that is revoked already stays so from its first time.

        Raises UsageProblem `issuer.unknown-certificate` (certificate) for a serial number that was never given.
        """
        with self._register.writing():
            certificate = self._register.certificate(kind, serial)
            if certificate is None:
                raise UsageProblem("issuer.unknown-certificate", certificate=f"certificate.{kind.value}")
            if certificate.revocation is None:
                self._register.add_revocation(kind, serial, Revocation(at, reason))

    def crl(self, kind: PinKind, at: datetime) -> bytes:
        """Return a fresh revocation list of the authority for `kind`, DER, good for seven days from `at`."""
        made = self._hierarchy.authorities[kind].revocation_list(self.revoked(kind, at), at, at + REVOCATION_LIST_LIFE)
        return made.public_bytes(Encoding.DER)

    def revoked(self, kind: PinKind, at: datetime) -> list[tuple[int, datetime, x509.ReasonFlags]]:
        """Return what stands on such a list: serial number, time and reason, oldest card first."""
        return [(serial, one.at, one.reason) for serial, one in self._register.revoked(kind) if one.at <= at]

    def _certificate(self, order: Order) -> x509.Certificate:
        """Return the certificate of an order as it was made: nothing in it is left to chance."""
        found = self._register.numbered(order.card_id)
        if found is None:
            raise Refused("issuer.unknown-card")
        made = order.certificate
        return self._hierarchy.authorities[order.kind].issue(
            _public_key(order.public_key),
            made.serial,
            Validity(made.not_before.astimezone(JST), made.not_after.astimezone(JST)),  # the subject names Japan's time
            _holder(*found),
        )

    def _new_serial(self, kind: PinKind) -> int:
        while True:
            serial = 2 + secrets.randbelow(2**_SERIAL_BITS - 2)  # the authority itself has number 1
            if self._register.certificate(kind, serial) is None:
                return serial


def _holder(card: IssuedCard, since: datetime) -> Identity:
    """Return the holder as on the day on which the card was made, since the year of birth depends on it."""
    who = person(card.person)
    return identity(who, made_at(since, expired=CertificateState.EXPIRED in who.certificates.values()))


def _require_renewable(holder: Identity, kind: PinKind, *, issued: date, at: datetime) -> None:
    today = at.astimezone(JST).date()
    ends = card_expiry(holder, issued)
    if ends < today:
        raise Refused("issuer.card-ended", ended_on=ends.isoformat())
    from_age = fact("signature-certificate-age").count("from_age")
    if kind is PinKind.SIGNATURE and nth_birthday(holder.birth_date, holder.birth_date, from_age) > today:
        raise Refused("issuer.too-young", from_age=from_age)


def _public_key(der: bytes) -> RSAPublicKey:
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise Refused("issuer.bad-key") from None
    if not isinstance(key, RSAPublicKey) or key.key_size != KEY_SIZE:
        raise Refused("issuer.bad-key")
    return key


def _entry(person: TestPerson, card_id: bytes, keys: CardKeys, certificates: CardCertificates) -> IssuedCard:
    signature = certificates.signature
    return IssuedCard(
        card_id=card_id,
        person=person.id,
        surface_spki_sha256=sha256(public_key_der(keys.surface.public_key())).digest(),
        authentication=_certificate_entry(certificates.authentication),
        signature=None if signature is None else _certificate_entry(signature),
    )


def _certificate_entry(certificate: x509.Certificate) -> IssuedCertificate:
    return IssuedCertificate(
        serial=certificate.serial_number,
        sha256=sha256(certificate.public_bytes(Encoding.DER)).digest(),
        spki_sha256=sha256(public_key_der(certificate.public_key())).digest(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def _write(path: Path, raw: bytes) -> None:
    """Write a file that is there whole or not at all, for its owner only."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
