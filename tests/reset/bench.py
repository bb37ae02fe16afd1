"""An operator's desk on a bench: the real verbs, store and card engine, with a registry and a trust list by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo.card.administration import RECEIPT_KEY_LABEL, Receipt, ResetState
from kaijo.card.files import Application, Jpki
from kaijo.clock import JST, ManualClock
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.facts.terminals import terminal_repeats
from kaijo.reset.again import again, is_worth_repeating
from kaijo.reset.desk import Desk
from kaijo.reset.grants import relay_step, take_receipt
from kaijo.reset.kiosk_sessions import Opened, accept_proof, end_session, open_session
from kaijo.reset.policy import FacePolicy, FaceRule
from kaijo.reset.ports import CertificateRecord, RegisteredCard, Store, TrustedCertificate
from kaijo.reset.records import Challenge, Purpose, Reservation, TerminalSession
from kaijo.reset.relay import first_command
from kaijo.reset.reservations import Evidence, make_challenge, make_reservation
from kaijo.reset.veil import Veil
from kaijo.securechannel.keys import derive_card_key, derive_card_keys
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.service.store.database import SqlStore
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import AdministrationEnd, CardImage, Directory, Pin

NOON = datetime(2027, 3, 15, 12, 0, tzinfo=JST)
LIFE = timedelta(hours=24)
MASTER = bytes(range(32))
CARD_ID, OTHER_ID = b"KAIJO00001", b"KAIJO00002"
MANAGER = bytes.fromhex("00A4040C07A0000001510000")
JPKI = bytes.fromhex("00A4040C0AD392F000260100000001")
READ = bytes.fromhex("80AC000000")
NO_FACE = FacePolicy(signature=FaceRule.NOT_REQUIRED, authentication=FaceRule.NOT_REQUIRED)
SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION
Answer = TypeVar("Answer")
RESETS = {
    SIGNATURE: bytes.fromhex("002C029B064E4557313233"),
    AUTHENTICATION: bytes.fromhex("002C02980439393939"),
}


@cache
def key(name: str) -> RSAPrivateKey:
    assert name.isascii()
    return generate_private_key(65537, 2048)


def sign(name: str, message: bytes) -> bytes:
    return key(name).sign(message, PKCS1v15(), SHA256())


def patiently(verb: Callable[[], Answer]) -> Answer:
    """Return what the verb returns, sent again as by a terminal that is told `store.busy` [fact: terminal-repeats]."""
    for _ in range(terminal_repeats().tries - 1):
        try:
            return again(verb)
        except ServiceTrouble as trouble:
            if not is_worth_repeating(trouble):
                raise
    return again(verb)


def code_of(act: Callable[[], object]) -> str:
    """Return the code that `act` is refused with, sent again as a terminal does; "" when it is not."""
    try:
        patiently(act)
    except KaijoError as error:
        return error.code
    return ""


@dataclass
class Trusted:
    """The certificates that are believed, by their bytes, with the name of their key."""

    names: dict[bytes, tuple[str, PinKind]]

    def key_of(self, certificate: bytes) -> RSAPublicKey | None:
        if certificate in self.names:
            return key(self.names[certificate][0]).public_key()
        # A stranger's certificate is made in a moment: its bytes name its key.
        return key(certificate.decode()).public_key() if len(certificate) == 2 and certificate.isalnum() else None

    def check(self, certificate: bytes, kind: PinKind, at: datetime) -> TrustedCertificate:
        name, of = self.names.get(certificate, ("", None))
        if of is not kind:
            raise Refused("trust.unknown-issuer", certificate=f"{kind.value}-certificate")
        return TrustedCertificate(key(name).public_key(), 1, at + timedelta(days=1))

    def demand_lists(self, at: datetime) -> None:
        assert at.tzinfo is not None


@dataclass
class Registered:
    """The issuer's register, by authentication certificate."""

    cards: dict[bytes, RegisteredCard]

    def find(self, authentication_certificate: bytes) -> RegisteredCard | None:
        return self.cards.get(authentication_certificate)


def record(certificate: bytes) -> CertificateRecord:
    year = timedelta(days=365)
    digest = sha256(certificate).digest()
    return CertificateRecord(7, digest, digest, NOON - year, NOON + year, None)


def image(card_id: bytes) -> CardImage:
    keys = derive_card_keys(MASTER, card_id)
    receipt = derive_card_key(MASTER, card_id, RECEIPT_KEY_LABEL)
    pins: dict[int, Pin] = {Jpki.AUTHENTICATION_PIN: Pin(b"1234", 3, 3), Jpki.SIGNATURE_PIN: Pin(b"ABC123", 0, 5)}
    return CardImage(
        person="bench",
        issuer="bench",
        directories={Application.JPKI: Directory(pins=pins)},
        data_objects={},
        administration=AdministrationEnd(card_id, keys.enc, keys.mac, keys.dek, receipt),
        atr=b"\x3b\x00",
    )


@dataclass
class Bench:
    """One desk, two registered cards. Certificates are `a1`, `s1` of the first card and `a2`, `s2` of the second."""

    store: Store = field(default_factory=lambda: SqlStore(None))
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    trust: Trusted = field(
        default_factory=lambda: Trusted(
            {b"a1": ("a1", AUTHENTICATION), b"s1": ("s1", SIGNATURE), b"a2": ("a2", AUTHENTICATION)}
        )
    )
    registry: Registered = field(
        default_factory=lambda: Registered(
            {
                b"a1": RegisteredCard(CARD_ID, record(b"s1"), record(b"a1"), sha256(b"surface 1").digest()),
                b"a2": RegisteredCard(OTHER_ID, record(b"s2"), record(b"a2"), sha256(b"surface 2").digest()),
            }
        )
    )
    face_policy: FacePolicy = NO_FACE
    random_calls: int = 0

    def __post_init__(self) -> None:
        self.image = image(CARD_ID)
        self.card = VirtualCard(self.image, place="bench")
        self.desk = Desk(
            store=self.store,
            trust=self.trust,
            registry=self.registry,
            keys=KeyFileCardKeys(MASTER),
            veil=Veil(b"v" * 32, randomness=self.randomness),
            randomness=self.randomness,
            clock=self.clock,
            face_policy=self.face_policy,
        )

    def randomness(self, size: int) -> bytes:
        self.random_calls += 1
        return sha256(self.random_calls.to_bytes(8)).digest()[:size]

    @property
    def pseudonym(self) -> str:
        return self.desk.veil.pseudonym(CARD_ID)

    def change_card(self, **changes: object) -> None:
        self.registry.cards[b"a1"] = replace(self.registry.cards[b"a1"], **changes)  # type: ignore[arg-type]

    def challenge(self, kind: PinKind = SIGNATURE) -> tuple[Challenge, bytes]:
        return again(lambda: make_challenge(self.desk, purpose=Purpose.RESERVE, kind=kind))

    def evidence(self, kind: PinKind, message: bytes) -> Evidence:
        proof = "a1" if kind is SIGNATURE else "s1"
        return Evidence(b"a1", proof.encode(), sign(proof, message))

    def reserve(self, kind: PinKind = SIGNATURE) -> Reservation:
        challenge, message = self.challenge(kind)
        evidence = self.evidence(kind, message)
        return again(lambda: make_reservation(self.desk, challenge_id=challenge.id, kind=kind, evidence=evidence))

    def reset_state(self) -> ResetState:
        assert self.card.transmit(MANAGER) == b"\x90\x00"
        return ResetState.decode(self.card.transmit(READ)[:-2])

    def open(self, *, reset_state: ResetState | None = None, kiosk: str = "kiosk 1") -> Opened:
        return again(
            lambda: open_session(self.desk, kiosk=kiosk, authentication_certificate=b"a1", reset_state=reset_state)
        )

    def prove(self, opened: Opened) -> TerminalSession:
        proof = "a1" if opened.session.kind is SIGNATURE else "s1"
        signature = sign(proof, opened.message)
        return again(
            lambda: accept_proof(
                self.desk, session_id=opened.session.id, proof_certificate=proof.encode(), signature=signature
            )
        )

    def relay(self, session_id: str, *, until: int = 5, card: VirtualCard | None = None) -> bytes | None:
        """Pass messages between service and card until `until` answers are in; return the next command."""
        self.answers: list[bytes] = []
        command: bytes | None = first_command()
        for step in range(until):
            assert command is not None
            self.answers.append((card or self.card).transmit(command))
            command = self.repeat(session_id, step)
        return command

    def repeat(self, session_id: str, step: int) -> bytes | None:
        """Say again what was said at `step`; return the next command."""
        response = self.answers[step]
        return again(lambda: relay_step(self.desk, session_id=session_id, step=step, response=response)).command

    def grant(self) -> Opened:
        """Open a session, prove, and have the grant in the card."""
        opened = self.open()
        self.prove(opened)
        assert self.relay(opened.session.id) is None
        return opened

    def reset(self, kind: PinKind = SIGNATURE) -> Receipt:
        """Let the card reset; the grant must be in it."""
        self.card.transmit(JPKI)
        answer = self.card.transmit(RESETS[kind])
        assert answer[-2:] == b"\x90\x00"
        return Receipt.decode(answer[:-2])

    def finish(self, opened: Opened, receipt: Receipt) -> Reservation:
        return again(lambda: take_receipt(self.desk, session_id=opened.session.id, receipt=receipt))

    def end(self, opened: Opened) -> TerminalSession:
        return again(lambda: end_session(self.desk, session_id=opened.session.id))

    def reservations(self) -> tuple[Reservation, ...]:
        return again(self._reservations)

    def _reservations(self) -> tuple[Reservation, ...]:
        with self.store.begin() as records:
            return records.reservations(self.pseudonym)

    def cancel_token(self, reservation_id: bytes) -> str:
        return self.desk.veil.cancel_token(self.pseudonym, reservation_id)

    def row(self, reservation: Reservation) -> Reservation:
        return next(row for row in self.reservations() if row.id == reservation.id)
