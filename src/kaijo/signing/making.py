"""Signing with a key, whatever holds it: CMS and PDF by pyHanko, XML by signxml. None of them knows a card."""

import asyncio
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer

from kaijo.errors import KaijoError, Refused, UsageProblem
from kaijo.signing.form import Form
from kaijo.signing.unlock import SigningKey

_DIGEST = "sha256"
_FIELD = "Kaijo"


def sign(content: bytes, form: Form, signer: SigningKey, at: datetime, *, attached: bool = False) -> bytes:
    """Return the signed document, or the detached signature for CMS that is not `attached`.

    `at` is the aware moment that the signature states. Raises Refused `trust.expired`, `trust.not-yet-valid`,
    `signing.already-signed`, `signing.xml-…`, `signing.pdf-…`, and as the key does.
    """
    signer.demand_in_force(at)
    if form is Form.CMS:
        return _cms(content, signer, at, attached=attached)
    if form is Form.PDF:
        return _pdf(content, signer, at)
    from kaijo.signing.xml import sign_xml

    return sign_xml(content, signer, at, xades=form is Form.XADES)


def check_signable(content: bytes, form: Form) -> None:
    """Raise what would stop `sign` because of the document, so that no PIN is asked for in vain."""
    if form is Form.PDF:
        open_pdf(content)
    elif form is not Form.CMS:
        from kaijo.signing.xml import parse_unsigned

        parse_unsigned(content)


def open_pdf(content: bytes, *, signed: bool = False) -> PdfFileReader:
    """Return a PDF's reader. Raises Refused `signing.pdf-broken`, `signing.pdf-encrypted`, `signing.already-signed`."""
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        encrypted, signatures = reader.encrypted, list(reader.embedded_signatures)
        _ = reader.root["/Pages"]
    # No list of what parsers may raise on hostile bytes is ever whole.
    except Exception as unreadable:
        raise Refused("signing.pdf-broken") from unreadable
    if encrypted:
        raise Refused("signing.pdf-encrypted")
    if signatures and not signed:
        raise Refused("signing.already-signed")
    return reader


class _KeySigner(Signer):
    """A signer of pyHanko around any RSA key."""

    def __init__(self, signer: SigningKey) -> None:
        super().__init__(signing_cert=_asn1(signer.certificate), embed_roots=True)
        self.cert_registry.register_multiple([_asn1(one) for one in signer.chain])
        self._key = signer.key
        self._size = signer.key.key_size // 8

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002
        """Return the signature; for a dry run, by which pyHanko measures, as many zeros."""
        if digest_algorithm != _DIGEST:
            raise UsageProblem("signing.not-by-card", asked="card-key.digest")
        return bytes(self._size) if dry_run else self._key.sign(data, PKCS1v15(), SHA256())


class _PdfSigner(PdfSigner):
    """A PDF signer whose time is the one it was given."""

    def __init__(self, signer: SigningKey, at: datetime) -> None:
        metadata = PdfSignatureMetadata(field_name=_FIELD, md_algorithm=_DIGEST, subfilter=SigSeedSubFilter.PADES)
        super().__init__(metadata, _KeySigner(signer))
        self._at = at

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._at
        return session


def _cms(content: bytes, signer: SigningKey, at: datetime, *, attached: bool) -> bytes:
    attributes = PdfCMSSignedAttributes(signing_time=at)
    made = asyncio.run(
        _KeySigner(signer).async_sign_general_data(
            content, _DIGEST, detached=not attached, signed_attr_settings=attributes
        )
    )
    whole: bytes = made.dump()
    return whole


def _pdf(content: bytes, signer: SigningKey, at: datetime) -> bytes:
    open_pdf(content)
    output = BytesIO()
    try:
        _PdfSigner(signer, at).sign_pdf(IncrementalPdfFileWriter(BytesIO(content), strict=False), output=output)
    except KaijoError:
        raise
    except Exception as unusable:
        raise Refused("signing.pdf-broken") from unusable
    return output.getvalue()


def _asn1(certificate: Any) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
