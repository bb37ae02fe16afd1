"""Documents that want something from whoever reads them. None is signed, none is believed, each is told why."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from kaijo.errors import Refused
from kaijo.facts.signing import most_markup
from kaijo.signing import form as form_module
from kaijo.signing.form import Form, read_file
from kaijo.signing.looking import look
from kaijo.signing.making import check_signable, sign
from kaijo.signing.xml import DS
from tests.support.signing import document, key_of
from tests.support.world import NIGHT

LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
XXE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
BAD_XML = {
    "laughs": (LAUGHS, "signing.xml-doctype"),
    "external": (XXE, "signing.xml-doctype"),
    "external-dtd": (b'<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>', "signing.xml-doctype"),
    "wrong-encoding": ("<?xml version='1.0' encoding='UTF-8'?><a>申告</a>".encode("cp932"), "signing.xml-broken"),
    "unknown-encoding": (b"<?xml version='1.0' encoding='klingon'?><a/>", "signing.xml-broken"),
    "empty": (b"", "signing.xml-broken"),
    "cut": (b"<a><b></a>", "signing.xml-broken"),
    "deep": (b"<a>" * 201 + b"</a>" * 201, "signing.xml-deep"),
    "many": (b"<a>" + b"<b/>" * most_markup() + b"</a>", "signing.xml-many"),
    "long-text": (b"<a>" + b"x" * 10_000_001 + b"</a>", "signing.xml-long"),
    "instruction": (b"<?xml-stylesheet href='a.xsl'?><a/>", "signing.xml-outside"),
}


@pytest.mark.parametrize("name", BAD_XML)
def test_xml_that_wants_something_is_neither_signed_nor_looked_at(name: str) -> None:
    content, code = BAD_XML[name]
    with pytest.raises(Refused) as refused:
        check_signable(content, Form.XML)
    assert refused.value.code == code
    if content.startswith(b"<"):
        with pytest.raises(Refused) as refused:
            look(content)
        assert refused.value.code == code


@pytest.mark.parametrize("form", [Form.XML, Form.XADES, Form.PDF])
def test_signed_document_is_not_signed_again(form: Form) -> None:
    with pytest.raises(Refused) as refused:
        check_signable(sign(document(form), form, key_of(), NIGHT), form)
    assert refused.value.code == "signing.already-signed"


@pytest.mark.parametrize("form", [Form.XML, Form.PDF])
def test_unsigned_document_has_nothing_to_verify(form: Form) -> None:
    with pytest.raises(Refused) as refused:
        look(document(form))
    assert refused.value.code == "signing.not-signed"


def test_detached_cms_without_its_file_is_asked_for_it() -> None:
    with pytest.raises(Refused) as refused:
        look(sign(document(Form.CMS), Form.CMS, key_of(), NIGHT))
    assert refused.value.code == "signing.no-content"


@pytest.mark.parametrize("content", [b"", b"\x30\x82", b"\x30\x03\x06\x01\x00", b"%PDF-1.7\n", bytes(range(256))])
def test_bytes_of_any_kind_end_in_a_refusal(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        look(content, b"")
    assert refused.value.code.startswith("signing.")


def _moved_aside(root: "etree._Element") -> "etree._Element":
    """Show a forged root, and keep the signed one inside an object."""
    forged = etree.Element(root.tag, nsmap=root.nsmap)
    etree.SubElement(forged, "forged").append(root)
    return forged


def _signature_deeper(root: "etree._Element") -> "etree._Element":
    inner = etree.SubElement(root, "inner")
    inner.append(root[-2])
    return root


def _by_id(root: "etree._Element") -> "etree._Element":
    root[0].set("Id", "part")
    next(root.iter(f"{{{DS}}}Reference")).set("URI", "#part")
    return root


def _same_id_twice(root: "etree._Element") -> "etree._Element":
    for one in (root[0], etree.SubElement(root, "copy")):
        one.set("Id", "same")
    return root


def _other_transform(root: "etree._Element") -> "etree._Element":
    next(root.iter(f"{{{DS}}}Transform")).set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")
    return root


@pytest.mark.parametrize("wrap", [_moved_aside, _signature_deeper, _by_id, _same_id_twice, _other_transform])
def test_signature_wrapping_is_refused(wrap: Callable[["etree._Element"], "etree._Element"]) -> None:
    signed = sign(b"<a><b>1</b></a>", Form.XML, key_of(), NIGHT)
    with pytest.raises(Refused) as refused:
        look(etree.tostring(wrap(etree.fromstring(signed))))
    assert refused.value.code == "signing.wrapped"


def test_two_signatures_are_not_judged() -> None:
    signed = sign(b"<a/>", Form.XML, key_of(), NIGHT)
    twice = re.sub(rb"(<ds:Signature .*</ds:Signature>)", rb"\1\1", signed, flags=re.DOTALL)
    with pytest.raises(Refused) as refused:
        look(twice)
    assert (refused.value.code, refused.value.data) == ("signing.many-signatures", {"count": 2})


def test_certificate_that_xades_does_not_name_is_refused() -> None:
    """Another certificate for the same key would change who signed, and the signature alone would not notice."""
    signed = sign(b"<a/>", Form.XADES, key_of(), NIGHT)
    other = sign(b"<a/>", Form.XADES, key_of(), NIGHT)
    digests = [re.search(rb"<xades:CertDigest>.*?<ds:DigestValue>(.*?)<", one, re.DOTALL) for one in (signed, other)]
    assert digests[0] is not None
    looked = look(signed.replace(digests[0][1], b"AAAA" + digests[0][1][4:]))
    assert looked.intact is False


def test_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_module, "largest_bytes", lambda: 10)
    file = tmp_path / "large"
    file.write_bytes(bytes(11))
    with pytest.raises(Refused) as refused:
        read_file(file)
    assert refused.value.code == "signing.too-large"
