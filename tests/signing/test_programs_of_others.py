"""What the card signed, in programs that nobody here wrote: valid as it is, invalid as soon as it was touched."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from kaijo.facts.pins import PinKind
from kaijo.signing.form import Form
from kaijo.signing.making import open_pdf, sign
from tests.support.signing import authorities, document, key_of
from tests.support.world import NIGHT, practice_issuer

SECONDS = str(int(NIGHT.timestamp()))
NIGHT_GMT = "2027-03-15 12:40:00"


def ended(*command: str, cwd: Path) -> tuple[bool, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("attached", [False, True])
def test_openssl_verifies_cms_and_finds_it_changed(tmp_path: Path, attached: bool) -> None:
    ca, crl = authorities(tmp_path)
    ca.write_bytes(ca.read_bytes() + crl.read_bytes())
    (tmp_path / "content").write_bytes(document(Form.CMS))
    signed = sign(document(Form.CMS), Form.CMS, key_of(), NIGHT, attached=attached)
    (tmp_path / "signed").write_bytes(signed)
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signed", "-CAfile", "ca.pem"]
    words += ["-attime", SECONDS, "-purpose", "any", "-crl_check", "-out", "out"]
    words += [] if attached else ["-content", "content"]
    assert ended(*words, cwd=tmp_path) == (True, "CMS Verification successful\n")
    assert (tmp_path / "out").read_bytes() == document(Form.CMS)
    (tmp_path / "content").write_bytes(document(Form.CMS) + b" ")
    (tmp_path / "signed").write_bytes(signed.replace(document(Form.CMS), document(Form.CMS).upper()[::-1]))
    good, said = ended(*words, cwd=tmp_path)
    assert (good, "Verification failure" in said) == (False, True)


@pytest.mark.parametrize("form", [Form.XML, Form.XADES])
def test_xmlsec1_verifies_xml_and_finds_it_changed(tmp_path: Path, form: Form) -> None:
    authorities(tmp_path)
    signed = sign(document(form), form, key_of(), NIGHT)
    words = ["xmlsec1", "--verify", "--verification-gmt-time", NIGHT_GMT, "--trusted-pem", "ca.pem"]
    words += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", "signed.xml"]
    (tmp_path / "signed.xml").write_bytes(signed)
    assert ended(*words, cwd=tmp_path)[0] is True
    (tmp_path / "signed.xml").write_bytes(signed.replace(b"3,000", b"9,000"))
    assert ended(*words, cwd=tmp_path)[0] is False


def test_pdfsig_verifies_pdf_and_finds_it_changed(tmp_path: Path) -> None:
    signed = sign(document(Form.PDF), Form.PDF, key_of(), NIGHT)
    (tmp_path / "signed.pdf").write_bytes(signed)
    said = ended("pdfsig", "-nocert", "signed.pdf", cwd=tmp_path)[1]
    assert ("Signature is Valid." in said, "Total document signed" in said) == (True, True)
    (tmp_path / "signed.pdf").write_bytes(signed.replace(b"/MediaBox", b"/MediaBux"))
    assert "Signature is Valid." not in ended("pdfsig", "-nocert", "signed.pdf", cwd=tmp_path)[1]


def test_pyhanko_validates_pdf_by_the_practice_authority() -> None:
    signed = open_pdf(sign(document(Form.PDF), Form.PDF, key_of(), NIGHT), signed=True)
    root = asn1_x509.Certificate.load(practice_issuer().ca_certificate(PinKind.SIGNATURE))
    lists = [practice_issuer().crl(PinKind.SIGNATURE, NIGHT)]
    context = ValidationContext(trust_roots=[root], crls=lists, moment=NIGHT, revocation_mode="require")
    status = asyncio.run(async_validate_pdf_signature(signed.embedded_signatures[0], context))
    assert status.bottom_line
