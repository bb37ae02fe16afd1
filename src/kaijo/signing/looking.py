"""What a signed document says of itself: does the signature hold, over all of it, with which certificate, from when.

Whether the certificate may be believed is another question: `verdict`.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto import cms, pem
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_self_reported_ts,
    validate_sig_integrity,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.xades.xades import XAdESSignatureConfiguration

from kaijo.clock import JST
from kaijo.errors import KaijoError, Refused
from kaijo.signing.form import Form, guess_form
from kaijo.signing.making import open_pdf
from kaijo.signing.xml import DS, Verifier, XadesVerifier, parse, signatures, stated_time

_DIGESTS = {"sha256", "sha384", "sha512"}
_METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512})
_XML_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_HARMLESS = frozenset(
    {
        f"{DS}enveloped-signature",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
    }
)
_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"


@dataclass(frozen=True, slots=True)
class Looked:
    """One signature as it was found. `stated_at` is what the signer says, in JST, proved by nobody."""

    form: Form
    certificate: bytes = field(repr=False)
    intact: bool
    whole: bool
    stated_at: datetime | None


def look(content: bytes, beside: bytes | None = None) -> Looked:
    """Return what the one signature in `content`, or in CMS over the file `beside` it, says.

    Raises Refused `signing.not-signed`, `signing.many-signatures`, `signing.wrapped` (the signature covers another
    part than the document shows), `signing.no-content` (a detached CMS without its file), `signing.cms-broken`,
    `signing.signature-broken` and as `parse` and `open_pdf` do.
    """
    form = guess_form(content)
    try:
        if form is Form.PDF:
            return _pdf(content)
        return _cms(content, beside) if form is Form.CMS else _xml(content)
    except KaijoError:
        raise
    # No list of what parsers may raise on hostile bytes is ever whole, and nothing here said yes.
    except Exception as unreadable:
        raise Refused("signing.signature-broken") from unreadable


def _cms(content: bytes, beside: bytes | None) -> Looked:
    try:
        der = pem.unarmor(content)[2] if pem.detect(content) else content
        info = cms.ContentInfo.load(der, strict=True)
        if info["content_type"].native != "signed_data":
            raise Refused("signing.not-signed")
        data = info["content"]
        count = len(data["signer_infos"])
    except (ValueError, TypeError, KeyError) as unreadable:
        raise Refused("signing.cms-broken") from unreadable
    _demand_one(count)
    inside = data["encap_content_info"]["content"]
    if inside.native is None and beside is None:
        raise Refused("signing.no-content")
    signed = bytes(inside) if inside.native is not None else beside or b""
    matches = beside is None or beside == signed
    return _signer(data, Form.CMS, signed, data["encap_content_info"]["content_type"].native, whole=matches)


def _signer(data: Any, form: Form, signed: bytes, content_type: str, *, whole: bool) -> Looked:
    signer = extract_signer_info(data)
    certificate = extract_certs_for_validation(data).signer_cert
    digest = signer["digest_algorithm"]["algorithm"].native
    if digest not in _DIGESTS:
        raise Refused("signing.weak")
    valid, intact = validate_sig_integrity(signer, certificate, content_type, hashlib.new(digest, signed).digest())
    stated = extract_self_reported_ts(signer)
    return Looked(form, certificate.dump(), valid and intact, whole, stated.astimezone(JST) if stated else None)


def _pdf(content: bytes) -> Looked:
    found = open_pdf(content, signed=True).embedded_signatures
    _demand_one(len(found))
    signature = found[0]
    digest = signature.signer_info["digest_algorithm"]["algorithm"].native
    if digest not in _DIGESTS:
        raise Refused("signing.weak")
    signature.compute_integrity_info()
    valid, intact = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    whole = signature.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE
    stated = signature.self_reported_timestamp
    return Looked(
        Form.PDF,
        signature.signer_cert.dump(),
        valid and intact,
        whole,
        stated.astimezone(JST) if stated else None,
    )


def _xml(content: bytes) -> Looked:
    root = parse(content)
    found = signatures(root)
    _demand_one(len(found))
    signature = found[0]
    references = _references(root, signature)
    certificate = _certificate(signature)
    config = XAdESSignatureConfiguration(
        location="./",
        expect_references=references,
        signature_methods=_METHODS,
        digest_algorithms=_XML_DIGESTS,
        verification_time=certificate.not_valid_before_utc,  # dates are judged elsewhere, by our own clock
    )
    try:
        verifier = XadesVerifier() if references > 1 else Verifier()
        verifier.verify(root, x509_cert=certificate, expect_config=config)
        intact = True
    except InvalidSignature:
        intact = False
    der = certificate.public_bytes(Encoding.DER)
    form = Form.XADES if references > 1 else Form.XML
    return Looked(form, der, intact, True, stated_time(signature))


def _references(root: "etree._Element", signature: "etree._Element") -> int:
    """Return how many references the signature has, once it is certain that they cover the document as it is shown.

    The first is to the whole document, through nothing but canonicalisation; a second may only be to the signature's
    own properties. An id that stands twice, or a signature that is not a child of the root, is how one document is
    signed and another shown.
    """
    ids = [value for one in root.iter() for name, value in one.attrib.items() if str(name).lower().endswith("id")]
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    properties = signature.xpath(
        "ds:Object/*/*[local-name()='SignedProperties']/@Id", namespaces={"ds": DS}, smart_strings=False
    )
    transforms = [str(one.get("Algorithm")) for reference in references for one in reference.iter(f"{{{DS}}}Transform")]
    fits = (
        signature.getparent() is root
        and len(ids) == len(set(ids))
        and [reference.get("URI") for reference in references] in ([""], ["", *(f"#{one}" for one in properties)])
        and all(reference.get("Type") == _PROPERTIES for reference in references[1:])
        and set(transforms) <= _HARMLESS
    )
    if not fits:
        raise Refused("signing.wrapped")
    return len(references)


def _certificate(signature: "etree._Element") -> x509.Certificate:
    texts = [one.text or "" for one in signature.iterfind(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")]
    if not texts:
        raise Refused("signing.no-certificate")
    return x509.load_der_x509_certificate(base64.b64decode("".join(texts[0].split()), validate=True))


def _demand_one(count: int) -> None:
    if count == 0:
        raise Refused("signing.not-signed")
    if count > 1:
        raise Refused("signing.many-signatures", count=count)
