"""What the practice desk does: a challenge, a sign-in, a return, its receipt. Verbs with the desk first."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from kaijo.clock import JST
from kaijo.errors import Refused
from kaijo.facts.desk import filing_challenge_life, filing_session_life
from kaijo.facts.etax import etax_cut, etax_open, next_etax_opening
from kaijo.facts.filing import due
from kaijo.facts.pins import PinKind
from kaijo.facts.usable import certificate_usable
from kaijo.filing.memory import Remembered
from kaijo.filing.reading import read_return
from kaijo.filing.records import Challenge, Desk, Receipt, Session
from kaijo.signing.form import Form
from kaijo.signing.verdict import Check, Finding, verify

_SIZE = 32
_PURPOSE = b"Kaijo practice filing desk: sign in\n"
_XML = frozenset({Form.XML, Form.XADES})


class Front:
    """The desk's front: who was asked to sign what, and who is signed in."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.challenges: Remembered[Challenge] = Remembered(desk.clock)
        self.sessions: Remembered[Session] = Remembered(desk.clock)

    def challenge(self, *, rehearsal: bool = False) -> Challenge:
        """Return a fresh challenge. Raises Refused `filing.closed` while e-Tax would be closed."""
        now = self._open(rehearsal=rehearsal)
        nonce = self.desk.randomness(_SIZE)
        made = Challenge(self.desk.randomness(16).hex(), _PURPOSE + nonce, now + filing_challenge_life(), rehearsal)
        self.challenges.keep(made.id, made)
        return made

    def sign_in(self, challenge_id: str, certificate: bytes, signature: bytes) -> Session:
        """Sign in whoever answered a challenge with the authentication certificate (DER).

        Raises Refused `filing.challenge-over`, `filing.bad-answer`, `filing.certificate-too-new` (usable_from),
        `filing.unknown-holder`, `filing.closed`, and as the judge of certificates.
        """
        challenge = self.challenges.take(challenge_id)
        if challenge is None:
            raise Refused("filing.challenge-over")
        now = self._open(rehearsal=challenge.rehearsal)
        self.desk.judge.check(certificate, PinKind.AUTHENTICATION, now)
        _demand_signature(certificate, signature, challenge.message)
        demand_usable(certificate, PinKind.AUTHENTICATION, now)
        holder = self.desk.holders.holder(certificate, PinKind.AUTHENTICATION)
        if holder is None:
            raise Refused("filing.unknown-holder")
        ends = x509.load_der_x509_certificate(certificate).not_valid_after_utc.astimezone(JST)
        until = now + filing_session_life()
        session = Session(self.desk.randomness(_SIZE).hex(), holder, until, ends, challenge.rehearsal)
        self.sessions.keep(session.token, session)
        return session

    def session(self, token: str) -> Session:
        """Return who is signed in with a token. Raises Refused `filing.not-signed-in`."""
        session = self.sessions.look(token)
        if session is None:
            raise Refused("filing.not-signed-in")
        return session

    def submit(self, token: str, document: bytes) -> Receipt:
        """Take a signed return and give its receipt; for a rehearsal everything but the record.

        Raises as `session`, `read_return` and `signing.look`; Refused `filing.not-xml`, `filing.wrong-certificate`,
        `filing.other-person`, `filing.year-not-over`, `filing.certificate-too-new`, `filing.closed`, `signing.…`,
        and whatever the judge found.
        """
        session = self.session(token)
        now = self._open(rehearsal=session.rehearsal)
        figures, sha256 = read_return(document)
        self._demand_signed(document, session, now)
        due_before = etax_cut(due(figures.kind, figures.year + 1))
        if session.rehearsal:
            return Receipt(None, session.holder, figures.year, figures.kind, sha256, now, due_before, None)
        if now.astimezone(JST).year <= figures.year:
            raise Refused("filing.year-not-over", year=figures.year)
        return self.desk.store.record(session.holder, figures, sha256, due_before, self.desk.clock)

    def receipts(self, token: str) -> list[Receipt]:
        """Return every receipt of whoever is signed in. Raises as `session`."""
        return self.desk.store.receipts(self.session(token).holder)

    def _open(self, *, rehearsal: bool) -> datetime:
        now = self.desk.clock.now()
        if not rehearsal and not etax_open(now):
            raise Refused("filing.closed", opens_at=next_etax_opening(now))
        return now

    def _demand_signed(self, document: bytes, session: Session, now: datetime) -> None:
        verdict = verify(document, None, self.desk.judge, now)
        if verdict.looked.form not in _XML:
            raise Refused("filing.not-xml")
        if verdict.kind is not PinKind.SIGNATURE:
            raise Refused("filing.wrong-certificate")
        for check in Check:
            if verdict.findings[check] is not Finding.GOOD:
                raise verdict.because[check]
        certificate = verdict.looked.certificate
        demand_usable(certificate, PinKind.SIGNATURE, now)
        if self.desk.holders.holder(certificate, PinKind.SIGNATURE) != session.holder:
            raise Refused("filing.other-person")


def demand_usable(certificate: bytes, kind: PinKind, now: datetime) -> None:
    """Let a certificate pass from the day after it was issued [fact: certificate-usable].

    Raises Refused `filing.certificate-too-new` with `usable_from` in JST.
    """
    issued = x509.load_der_x509_certificate(certificate).not_valid_before_utc
    usable_from = certificate_usable(issued)
    if now < usable_from:
        raise Refused("filing.certificate-too-new", certificate=f"certificate.{kind.value}", usable_from=usable_from)


def _demand_signature(certificate: bytes, signature: bytes, message: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if not isinstance(key, RSAPublicKey):
            raise Refused("filing.bad-answer")
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Refused("filing.bad-answer") from None
