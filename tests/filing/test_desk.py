from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from kaijo.clock import JST, ManualClock
from kaijo.errors import KaijoError, Refused, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.filing.receipts import SqliteReceipts
from kaijo.filing.records import Figures
from kaijo.signing.form import Form
from kaijo.signing.making import sign
from kaijo.signing.unlock import SigningKey
from kaijo.terminals.filing_client import SignedIn, sign_return
from tests.support.signing import key_of_card
from tests.support.world import NIGHT, practice_issuer

from .conftest import RETURN, DeskHouse

AUTHENTICATION, SIGNATURE = PinKind.AUTHENTICATION, PinKind.SIGNATURE
MIDNIGHT = datetime(2027, 3, 16, tzinfo=JST)


def keys(desk: DeskHouse, person: str = "fresh") -> tuple[SignedIn, SigningKey]:
    guard = desk.guard(person)
    signed_in = desk.client.sign_in(desk.key(guard, person, AUTHENTICATION))
    return signed_in, desk.key(guard, person, SIGNATURE)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(KaijoError) as refused:
        act()
    return refused.value.code


def test_return_filed_at_night_gets_a_receipt_in_time(desk: DeskHouse) -> None:
    signed_in, key = keys(desk)
    desk.turn(MIDNIGHT - timedelta(seconds=1))
    signed_in = desk.client.sign_in(desk.key(desk.guard("fresh"), "fresh", AUTHENTICATION))
    notice = desk.client.submit(signed_in, sign_return(RETURN, key, desk.clock.now()))
    assert (notice.in_time, notice.recorded_at, notice.due_before) == (True, desk.clock.now(), MIDNIGHT)
    assert notice.number == "RENSHU-2026-000001"
    assert desk.client.receipts(signed_in) == [notice]


def test_arrival_counts_and_not_the_signature(desk: DeskHouse) -> None:
    desk.turn(MIDNIGHT - timedelta(minutes=1))
    signed_in, key = keys(desk)
    document = sign_return(RETURN, key, desk.clock.now())
    desk.turn(MIDNIGHT)
    assert code_of(lambda: desk.client.submit(signed_in, document)) == "filing.closed"
    desk.turn(MIDNIGHT + timedelta(hours=9))
    signed_in = desk.client.sign_in(desk.key(desk.guard("fresh"), "fresh", AUTHENTICATION))
    notice = desk.client.submit(signed_in, document)
    assert (notice.in_time, notice.recorded_at) == (False, MIDNIGHT + timedelta(hours=9))


@pytest.mark.parametrize(("moment", "in_time"), [(MIDNIGHT - timedelta(microseconds=1), True), (MIDNIGHT, False)])
def test_cut_is_the_instant_of_midnight(tmp_path: Path, moment: datetime, in_time: bool) -> None:
    store = SqliteReceipts(tmp_path / "receipts")
    figures = Figures(2026, RETURN.kind, 3, 1, 2, 0)
    assert store.record("nobody", figures, "00", MIDNIGHT, ManualClock(moment)).in_time is in_time


def test_deadline_on_a_day_off_moves_to_the_next_working_day(desk: DeskHouse) -> None:
    desk.turn(datetime(2026, 3, 15, 12, 0, tzinfo=JST))  # a Sunday
    assert desk.client.state().due_before == datetime(2026, 3, 17, tzinfo=JST)


def test_same_return_again_has_the_same_receipt_and_another_replaces_it(desk: DeskHouse) -> None:
    signed_in, key = keys(desk)
    first = desk.client.submit(signed_in, sign_return(RETURN, key, NIGHT))
    desk.clock.advance(timedelta(minutes=2))
    assert desk.client.submit(signed_in, sign_return(RETURN, key, NIGHT)) == first
    other = type(RETURN)(2026, RETURN.kind, 4_000_000, 1_000_000, 90_000)
    second = desk.client.submit(signed_in, sign_return(other, key, NIGHT))
    assert (second.replaces, second.number != first.number) == (first.number, True)
    third = desk.client.submit(signed_in, sign_return(RETURN, key, NIGHT))
    assert third.replaces == second.number
    with desk.again() as client:
        fresh = client.sign_in(desk.key(desk.guard("fresh"), "fresh", AUTHENTICATION))
        assert client.receipts(fresh) == [first, second, third]


def test_rehearsal_is_judged_and_not_recorded_at_any_hour(desk: DeskHouse) -> None:
    desk.turn(datetime(2026, 11, 29, 3, 0, tzinfo=JST))
    guard = desk.guard("fresh")
    key = desk.key(guard, "fresh", AUTHENTICATION)
    assert code_of(lambda: desk.client.sign_in(key)) == "filing.closed"
    signed_in = desk.client.sign_in(key, rehearsal=True)
    signature = desk.key(guard, "fresh", SIGNATURE)
    notice = desk.client.submit(signed_in, sign_return(RETURN, signature, desk.clock.now()))
    assert (notice.number, notice.in_time, desk.client.receipts(signed_in)) == (None, True, [])


def test_certificates_are_refused_with_the_reason_of_the_facts(desk: DeskHouse) -> None:
    issuer = practice_issuer()
    issued_before = NIGHT - timedelta(days=3)
    lost = key_of_card(issuer, "fresh", AUTHENTICATION, issued_before)
    issuer.revoke(lost.certificate.serial_number, AUTHENTICATION, issued_before)
    assert code_of(lambda: desk.client.sign_in(lost)) == "trust.revoked"
    expired = key_of_card(issuer, "certificate-expired", AUTHENTICATION, NIGHT)
    assert code_of(lambda: desk.client.sign_in(expired)) == "trust.expired"
    moved = desk.guard("moved")
    signed_in = desk.client.sign_in(desk.key(moved, "moved", AUTHENTICATION))
    assert code_of(lambda: desk.client.submit(signed_in, b"<a/>")) == "filing.bad-field"


def test_certificate_renewed_today_is_good_from_tomorrow(desk: DeskHouse) -> None:
    issuer = practice_issuer()
    image_key = key_of_card(issuer, "fresh", SIGNATURE, NIGHT)
    card_id = issuer.owner(image_key.certificate.public_bytes(Encoding.DER), SIGNATURE)
    assert card_id is not None
    own = rsa.generate_private_key(65537, 2048)
    public = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    renewed = load_der_x509_certificate(issuer.renew(card_id, AUTHENTICATION, public, b"order of renewal", NIGHT))
    key = SigningKey(AUTHENTICATION, own, (renewed,))
    with pytest.raises(Refused) as refused:
        desk.client.sign_in(key)
    assert refused.value.code == "filing.certificate-too-new"
    assert refused.value.data["usable_from"] == MIDNIGHT
    desk.turn(MIDNIGHT + timedelta(hours=9))
    assert desk.client.sign_in(key).token


def test_somebody_elses_signature_is_refused(desk: DeskHouse) -> None:
    signed_in, _ = keys(desk)
    other = desk.key(desk.guard("authentication-locked"), "authentication-locked", SIGNATURE)
    assert code_of(lambda: desk.client.submit(signed_in, sign_return(RETURN, other, NIGHT))) == "filing.other-person"


def test_return_must_be_signed_once_with_the_signature_certificate(desk: DeskHouse) -> None:
    signed_in, key = keys(desk)
    guard = desk.guard("fresh")
    login = desk.key(guard, "fresh", AUTHENTICATION)
    assert code_of(lambda: desk.client.submit(signed_in, RETURN.xml())) == "signing.not-signed"
    wrong = sign_return(RETURN, login, NIGHT)
    assert code_of(lambda: desk.client.submit(signed_in, wrong)) == "filing.wrong-certificate"
    good = sign_return(RETURN, key, NIGHT)
    assert code_of(lambda: desk.client.submit(signed_in, good.replace(b"3000000", b"3000000 "))) == "signing.changed"
    end = good.rindex(b"<ds:Signature ")
    twice = good[:end] + good[end:].replace(b"</practice-return>", good[end:])
    assert code_of(lambda: desk.client.submit(signed_in, twice)) == "signing.many-signatures"
    pdf = sign(RETURN.xml(), Form.CMS, key, NIGHT)
    assert code_of(lambda: desk.client.submit(signed_in, pdf)).startswith("signing.")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ((b"<year>2026</year>", b""), "field.kind"),
        ((b"<kind>blue</kind>", b"<kind>green</kind>"), "field.kind"),
        ((b"<revenue>3000000", b"<revenue>-1"), "field.revenue"),
        ((b"<tax>90000", b"<tax>many"), "field.tax"),
        ((b"practice-return", b"other-return"), "field.whole"),
    ],
)
def test_field_that_does_not_fit_is_named(desk: DeskHouse, change: tuple[bytes, bytes], field: str) -> None:
    signed_in, key = keys(desk)
    document = sign(RETURN.xml().replace(*change), Form.XML, key, NIGHT)
    with pytest.raises(UsageProblem) as refused:
        desk.client.submit(signed_in, document)
    assert (refused.value.code, refused.value.data["field"]) == ("filing.bad-field", field)


def test_return_that_does_not_add_up_or_is_too_early_is_refused(desk: DeskHouse) -> None:
    signed_in, key = keys(desk)
    wrong = sign(RETURN.xml().replace(b"<income>2000000", b"<income>1"), Form.XML, key, NIGHT)
    assert code_of(lambda: desk.client.submit(signed_in, wrong)) == "filing.does-not-add-up"
    early = type(RETURN)(2027, RETURN.kind, 1, 0, 0)
    assert code_of(lambda: desk.client.submit(signed_in, sign_return(early, key, NIGHT))) == "filing.year-not-over"


def test_too_large_is_told_as_such(desk: DeskHouse) -> None:
    signed_in, _ = keys(desk)
    assert code_of(lambda: desk.client.submit(signed_in, b" " * 250_000)) == "filing.too-large"
    assert code_of(lambda: desk.client.submit(signed_in, b" " * 1_000_000)) == "service.body-too-large"


def test_sign_in_needs_the_answer_to_its_own_question_once_and_in_time(desk: DeskHouse) -> None:
    key = desk.key(desk.guard("fresh"), "fresh", AUTHENTICATION)
    signed_in = desk.client.sign_in(key)
    desk.clock.advance(timedelta(minutes=30))
    assert code_of(lambda: desk.client.receipts(signed_in)) == "filing.not-signed-in"
    other = desk.key(desk.guard("authentication-locked"), "authentication-locked", SIGNATURE)
    forged = key._replace(key=other.key)
    assert code_of(lambda: desk.client.sign_in(forged)) == "filing.bad-answer"


def test_every_answer_says_practice(desk: DeskHouse) -> None:
    with httpx2.Client(base_url=desk.client.url, trust_env=False, timeout=None) as client:
        answers = [client.get(path) for path in ("/health", "/v1/receipts", "/nothing")]
        schema, document = client.get("/v1/schema"), client.get("/openapi.json").json()
    for answer in answers:
        assert (answer.json()["practice"], answer.headers["X-Kaijo-Practice"]) == (True, "true")
    assert (schema.headers["X-Kaijo-Practice"], "練習用" in schema.text) == ("true", True)
    assert (document["openapi"][:3], "練習用" in document["info"]["title"]) == ("3.1", True)


def test_store_that_cannot_be_used_is_told(desk: DeskHouse) -> None:
    signed_in, key = keys(desk)
    (desk.folder / "practice-receipts.sqlite3").write_bytes(b"not a database" * 100)
    assert code_of(lambda: desk.client.submit(signed_in, sign_return(RETURN, key, NIGHT))) == "filing.store-unusable"
