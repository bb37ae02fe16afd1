"""XML: read without trust in what it asks for, signed inside itself, and looked at for what its signature covers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner
from signxml.verifier import XMLVerifier
from signxml.xades.xades import XAdESSigner, XAdESVerifier

from kaijo.clock import JST
from kaijo.errors import Refused
from kaijo.facts.signing import deepest_xml, most_markup
from kaijo.signing.unlock import SigningKey

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
_SIGNATURE = f"{{{DS}}}Signature"
_SETTINGS: dict[str, Any] = {
    "method": SignatureConstructionMethod.enveloped,
    "signature_algorithm": SignatureMethod.RSA_SHA256,
    "digest_algorithm": DigestAlgorithm.SHA256,
    "c14n_algorithm": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
}


def parse(content: bytes) -> "etree._Element":
    """Return the root of a document that wants nothing from outside and does not swell.

    Raises Refused `signing.xml-many` (tags), `signing.xml-long` for a text that libxml2 does not take,
    `signing.xml-broken` (line), `signing.xml-doctype`, `signing.xml-deep` (depth), `signing.xml-outside` for
    instructions beside the root, which programs do not agree how to sign.
    """
    if content.count(b"<") > (most := most_markup()):  # before a tree many times as large is made of it
        raise Refused("signing.xml-many", most=most)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as broken:
        if "XML_PARSE_HUGE" in str(broken):
            raise Refused("signing.xml-long") from None
        raise Refused("signing.xml-broken", line=getattr(broken, "lineno", None) or 1) from None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise Refused("signing.xml-doctype")
    deepest = deepest_xml()
    if any(depth > deepest for depth in _depths(root)):
        raise Refused("signing.xml-deep", depth=deepest)
    if any(isinstance(one, etree._ProcessingInstruction) for one in _beside(root)):  # noqa: SLF001 -- lxml's own name for it
        raise Refused("signing.xml-outside")
    return root


def parse_unsigned(content: bytes) -> "etree._Element":
    """Return the root of a document without a signature. Raises as `parse`, Refused `signing.already-signed`."""
    root = parse(content)
    if next(root.iter(_SIGNATURE), None) is not None:
        raise Refused("signing.already-signed")
    return root


def signatures(root: "etree._Element") -> list["etree._Element"]:
    """Return every signature element, wherever it stands."""
    return list(root.iter(_SIGNATURE))


def sign_xml(content: bytes, signer: SigningKey, at: datetime, *, xades: bool) -> bytes:
    """Return the document in UTF-8 with the signature as the last child of its root. Raises as `parse_unsigned`."""
    root = parse_unsigned(content)
    made = _DatedSigner(at, **_SETTINGS) if xades else _Signer(**_SETTINGS)
    signed = made.sign(root, key=signer.key, cert=signer.pem(), always_add_key_value=False)
    return etree.tostring(signed, encoding="UTF-8", xml_declaration=True)


class _JapaneseNames:
    """signxml writes trees in ASCII between its steps, which cannot spell an element called 申告."""

    @staticmethod
    def _tostring(xml_node: Any, **options: Any) -> bytes:
        return etree.tostring(xml_node, encoding="UTF-8", **options)


class _Signer(_JapaneseNames, XMLSigner):
    """signxml's signer, for any language."""


class Verifier(_JapaneseNames, XMLVerifier):
    """signxml's verifier, for any language."""


class XadesVerifier(_JapaneseNames, XAdESVerifier):
    """The same for XAdES: the certificate must be the one that the signed properties name."""


class _DatedSigner(_JapaneseNames, XAdESSigner):
    """XAdES whose signing time is the one it was given, and whose references say how they are canonicalised.

    Without a word on that every program but signxml takes another canonicalisation [XMLDSig 4.4.3.2].
    """

    def __init__(self, at: datetime, **settings: Any) -> None:
        super().__init__(**settings)
        self._at = at

    def add_signing_time(self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any) -> None:  # noqa: ARG002
        time = etree.SubElement(signed_signature_properties, f"{{{XADES}}}SigningTime", nsmap=self.namespaces)
        time.text = self._at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def _add_reference_to_signed_info(self, sig_root: Any, node_to_reference: Any, **attributes: Any) -> None:
        if node_to_reference.tag == f"{{{DS}}}KeyInfo":
            return  # the properties already name the certificate by its hash
        super()._add_reference_to_signed_info(sig_root, node_to_reference, **attributes)  # type: ignore[no-untyped-call]
        reference = sig_root.find(f"{{{DS}}}SignedInfo")[-1]
        transforms = etree.Element(f"{{{DS}}}Transforms")
        etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm=self.c14n_alg.value)
        reference.insert(0, transforms)


def stated_time(signature: "etree._Element") -> datetime | None:
    """Return the time that a XAdES signature states, in JST; None where it states none that can be read."""
    stated = signature.findtext(f".//{{{XADES}}}SigningTime")
    try:
        moment = datetime.fromisoformat(stated or "")
    except ValueError:
        return None
    return moment.astimezone(JST) if moment.tzinfo else None


def _depths(root: "etree._Element") -> Iterator[int]:
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        yield depth


def _beside(root: "etree._Element") -> Iterator["etree._Element"]:
    yield from root.itersiblings(preceding=True)
    yield from root.itersiblings()
