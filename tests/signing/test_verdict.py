from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from kaijo.clock import ManualClock
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.signing.form import Form
from kaijo.signing.making import sign
from kaijo.signing.verdict import Check, Finding, verify
from kaijo.virtualcard.issuer import Issuer
from tests.support.signing import CERTIFIED, document, judge, key_of, key_of_card
from tests.support.world import NIGHT, practice_issuer

TAMPERED = {Form.XML: (b"3,000", b"9,000"), Form.XADES: (b"3,000", b"9,000"), Form.PDF: (b"/MediaBox", b"/MediaBux")}


def beside(form: Form) -> bytes | None:
    return document(form) if form is Form.CMS else None


@pytest.mark.parametrize("kind", CERTIFIED)
@pytest.mark.parametrize("form", Form)
def test_everything_holds_as_it_was_signed(form: Form, kind: PinKind) -> None:
    verdict = verify(sign(document(form), form, key_of(kind=kind), NIGHT), beside(form), judge(), NIGHT)
    assert (verdict.holds, verdict.kind, verdict.looked.form) == (True, kind, form)
    assert list(verdict.findings) == list(Check)
    assert verdict.looked.stated_at == (None if form is Form.XML else NIGHT)


@pytest.mark.parametrize("form", Form)
def test_changed_document_is_found(form: Form) -> None:
    signed = sign(document(form), form, key_of(), NIGHT)
    content = b"other" if form is Form.CMS else None
    changed = signed if form is Form.CMS else signed.replace(*TAMPERED[form])
    verdict = verify(changed, content, judge(), NIGHT)
    assert (verdict.findings[Check.INTEGRITY], verdict.because[Check.INTEGRITY].code) == (
        Finding.BAD,
        "signing.changed",
    )
    assert not verdict.holds


def test_pdf_that_grew_after_signing_is_not_whole() -> None:
    writer = IncrementalPdfFileWriter(BytesIO(sign(document(Form.PDF), Form.PDF, key_of(), NIGHT)), strict=False)
    writer.root["/Added"] = writer.root["/Pages"]
    writer.update_root()  # type: ignore[no-untyped-call]
    grown = BytesIO()
    writer.write(grown)  # type: ignore[no-untyped-call]
    verdict = verify(grown.getvalue(), None, judge(), NIGHT)
    assert (verdict.findings[Check.COVERAGE], verdict.holds) == (Finding.BAD, False)


def test_other_file_beside_an_attached_cms_is_not_what_was_signed() -> None:
    signed = sign(document(Form.CMS), Form.CMS, key_of(), NIGHT, attached=True)
    assert verify(signed, None, judge(), NIGHT).holds
    assert verify(signed, b"other", judge(), NIGHT).findings[Check.COVERAGE] is Finding.BAD


def test_certificate_is_judged_at_the_moment_asked_for() -> None:
    signed = sign(document(Form.XML), Form.XML, key_of(), NIGHT)
    verdict = verify(signed, None, judge(), NIGHT + timedelta(days=3653))
    assert verdict.because[Check.VALIDITY].code == "trust.expired"
    assert (verdict.findings[Check.VALIDITY], verdict.findings[Check.REVOCATION]) == (Finding.BAD, Finding.UNKNOWN)


def test_expired_certificate_signs_nothing() -> None:
    with pytest.raises(Refused) as refused:
        sign(document(Form.XML), Form.XML, key_of(), NIGHT + timedelta(days=3653))
    assert refused.value.code == "trust.expired"


def test_revoked_certificate_is_found(tmp_path: Path) -> None:
    issuer = Issuer.open(tmp_path / "issuer", ManualClock(NIGHT))
    key = key_of_card(issuer, "fresh", PinKind.SIGNATURE, NIGHT)
    signed = sign(document(Form.XML), Form.XML, key, NIGHT)
    assert verify(signed, None, judge(issuer), NIGHT).holds
    reason = x509.ReasonFlags.key_compromise
    issuer.revoke(key.certificate.serial_number, PinKind.SIGNATURE, NIGHT, reason)
    verdict = verify(signed, None, judge(issuer), NIGHT + timedelta(minutes=1))
    assert verdict.because[Check.REVOCATION].code == "trust.revoked"


def test_certificate_of_another_issuer_is_foreign(tmp_path: Path) -> None:
    foreign = Issuer.open(tmp_path / "issuer", ManualClock(NIGHT))
    verdict = verify(
        sign(document(Form.XML), Form.XML, key_of_card(foreign, "fresh", PinKind.SIGNATURE, NIGHT), NIGHT),
        None,
        judge(),
        NIGHT,
    )
    assert verdict.because[Check.ISSUER].code == "trust.bad-signature"
    assert practice_issuer().id != foreign.id
