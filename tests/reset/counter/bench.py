"""A counter on a bench: the real verbs, store, issuer and card, and a clerk or two."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

from cryptography.x509 import load_der_x509_certificate

from kaijo.app.registry import PracticeRegistry
from kaijo.card.administration import Act, Receipt, ResetState
from kaijo.card.files import Application, Jpki
from kaijo.card.guard import Guard
from kaijo.clock import JST, ManualClock
from kaijo.facts.counter import Visitor
from kaijo.facts.counter_papers import documents
from kaijo.facts.pins import PinKind
from kaijo.reset.again import again
from kaijo.reset.counter.cases import Papers, approve, ask, open_case
from kaijo.reset.counter.clerks import add_clerk, sign_in
from kaijo.reset.counter.journal import day_of, read_journal
from kaijo.reset.counter.records import Case, Entry
from kaijo.reset.counter.sessions import begin, hand_in, relay
from kaijo.reset.desk import Desk
from kaijo.reset.policy import FacePolicy, FaceRule
from kaijo.reset.ports import Store
from kaijo.reset.records import Reservation, TerminalSession
from kaijo.reset.relay import first_command
from kaijo.reset.veil import Veil
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.service.store.database import SqlStore
from kaijo.service.trust.checking import CertificateTrust
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person

MORNING = datetime(2027, 3, 15, 9, 30, tzinfo=JST)
ONE, TWO = "practice-clerk-1", "practice-clerk-2"
PASSWORDS = {ONE: "first clerk's words", TWO: "second clerk's words"}
NEW_PINS = {
    PinKind.SIGNATURE: "NEUE77PIN",
    PinKind.AUTHENTICATION: "8642",
    PinKind.RESIDENT: "9753",
    PinKind.ATTRIBUTES: "1029",
}
_CERTIFICATES = {
    PinKind.SIGNATURE: Jpki.SIGNATURE_CERTIFICATE,
    PinKind.AUTHENTICATION: Jpki.AUTHENTICATION_CERTIFICATE,
}


@cache
def issuer() -> Issuer:
    return Issuer.open(Path(mkdtemp(prefix="kaijo-counter-")) / "issuer", ManualClock(MORNING))


@dataclass
class CounterBench:
    """One desk with two clerks, and a fresh card of a test person."""

    holder: str = "signature-locked"
    store: Store = field(default_factory=lambda: SqlStore(None))
    clock: ManualClock = field(default_factory=lambda: ManualClock(MORNING))

    def __post_init__(self) -> None:
        self.image = issuer().issue(person(self.holder), MORNING)
        self.card = VirtualCard(self.image, place="counter")
        no_face = FacePolicy(signature=FaceRule.NOT_REQUIRED, authentication=FaceRule.NOT_REQUIRED)
        kinds = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
        self.desk = Desk(
            store=self.store,
            trust=CertificateTrust(
                {kind: [issuer().ca_certificate(kind)] for kind in kinds}, lambda kind, at: [issuer().crl(kind, at)]
            ),
            registry=PracticeRegistry(issuer()),
            keys=KeyFileCardKeys(issuer().administration_master),
            veil=Veil(b"v" * 32, randomness=secrets.token_bytes),
            randomness=secrets.token_bytes,
            clock=self.clock,
            face_policy=no_face,
            issuer=issuer(),
        )
        for clerk, password in PASSWORDS.items():
            add_clerk(self.desk, clerk, password)
        self.token = self.sign_in(ONE)

    @property
    def pseudonym(self) -> str:
        return self.desk.veil.pseudonym(self.image.administration.card_id)

    def sign_in(self, clerk: str) -> str:
        return sign_in(self.desk, clerk_id=clerk, password=PASSWORDS[clerk]).token

    def certificate(self, kind: PinKind = PinKind.AUTHENTICATION) -> bytes:
        """Return a certificate (DER) as it now lies on the card."""
        raw = self.image.directories[Application.JPKI].files[_CERTIFICATES[kind]].content
        return raw[: 4 + int.from_bytes(raw[2:4])]

    def serial(self, kind: PinKind) -> int:
        return load_der_x509_certificate(self.certificate(kind)).serial_number

    def guard(self) -> Guard:
        return Guard(self.card, self.clock)

    def reset_state(self) -> ResetState:
        end = self.image.administration
        return ResetState(end.reset_number, end.last_receipt)

    def open(
        self,
        visitor: Visitor = Visitor.HOLDER,
        visit: int = 1,
        *,
        seen: tuple[str, ...] | None = None,
        letter: str | None = None,
        token: str | None = None,
    ) -> Case:
        papers = Papers(visitor, visit, documents(visitor, visit) if seen is None else seen, letter)
        return open_case(
            self.desk,
            token=token or self.token,
            papers=papers,
            authentication_certificate=self.certificate(),
            reset_state=self.reset_state(),
        )

    def ask(self, case: Case, *acts: tuple[Act, PinKind]) -> None:
        ask(self.desk, token=self.token, case_id=case.id, acts=acts)

    def approve(self, case: Case, clerk: str = TWO, password: str | None = None) -> None:
        approve(
            self.desk, token=self.token, case_id=case.id, clerk_id=clerk, password=password or PASSWORDS.get(clerk, "")
        )

    def begin(self, case: Case, act: Act, kind: PinKind) -> TerminalSession:
        return again(
            lambda: begin(self.desk, token=self.token, case_id=case.id, act=act, kind=kind, terminal="counter-1")
        )

    def relay(self, session: TerminalSession, *, until: int = 16) -> bytes | None:
        """Pass messages between service and card until `until` answers are in; return the next command."""
        command: bytes | None = first_command()
        for step in range(until):
            if command is None:
                break
            answer = self.card.transmit(command)
            said = partial(relay, self.desk, token=self.token, session_id=session.id, step=step, response=answer)
            command = again(said).command
        return command

    def grant(self, case: Case, kind: PinKind) -> TerminalSession:
        session = self.begin(case, Act.RESET, kind)
        assert self.relay(session) is None
        return session

    def hand_in(self, session: TerminalSession, receipt: Receipt) -> Reservation:
        return again(lambda: hand_in(self.desk, token=self.token, session_id=session.id, receipt=receipt))

    def reset(self, case: Case, kind: PinKind) -> Reservation:
        session = self.grant(case, kind)
        return self.hand_in(session, self.guard().reset(kind, NEW_PINS[kind]))

    def renew(self, case: Case, kind: PinKind) -> None:
        assert self.relay(self.begin(case, Act.RENEW, kind)) is None

    def journal(self) -> tuple[Entry, ...]:
        return read_journal(self.desk, day_of(self.clock.now())).entries
