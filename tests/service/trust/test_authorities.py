"""What may be set up as an authority."""

import pytest
from cryptography import x509

from kaijo.errors import ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.service.trust.authorities import Authorities
from kaijo.words import LANGS, explain

from . import pki

SIGN = PinKind.SIGNATURE


def weak() -> bytes:
    bits = {"usage": (pki.usage("key_cert_sign", "crl_sign"), True), "ca": (x509.BasicConstraints(True, None), True)}
    return pki.certificate(public_key=pki.key("weak", 1024).public_key(), extra=bits)


@pytest.mark.parametrize(
    "der",
    [
        pytest.param(b"no certificate", id="unreadable"),
        pytest.param(pki.certificate(), id="a holder's certificate"),
        pytest.param(pki.authority(SIGN, ca=False).der, id="no authority by its own word"),
        pytest.param(weak(), id="weak key"),
        pytest.param(pki.authority(SIGN, bits=("crl_sign",)).der, id="may not sign certificates"),
    ],
)
def test_authorities_refuse_what_is_none(der: bytes) -> None:
    with pytest.raises(ServiceTrouble) as caught:
        Authorities({SIGN: [pki.authority(SIGN).der, der]})
    assert caught.value.diagnostics() == {
        "code": "trust.bad-authority",
        "data": {"certificate": "certificate.signature"},
    }
    assert len({explain(caught.value, lang).title for lang in LANGS}) == len(LANGS)
