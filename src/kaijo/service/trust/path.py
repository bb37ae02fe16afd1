"""The path and the revocation lists, judged by pyhanko-certvalidator without ever reaching for the network.

This module is slow to import (a quarter of a second); `checking` does so when the first certificate comes.
"""

from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator import errors as verdicts
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo, ValidationTimingParams
from pyhanko_certvalidator.policy_decl import PKIXValidationParams

from kaijo.clock import JST
from kaijo.errors import Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.service.trust.profile import named
from kaijo.service.trust.reading import SIGNATURES

# asn1crypto fills its objects while they are read: two threads in one remembered object could each see half of it.
_one_at_a_time = Lock()


def validate(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    kind: PinKind,
    policies: frozenset[str],
    lists: Sequence[bytes],
    at: datetime,
) -> None:
    """Let a certificate pass that has a valid path and that a list in force at `at` says is not revoked.

    `lists` are DER revocation lists; they are believed only with the issuer's signature. Raises Refused
    `trust.revoked` with `revoked_at` in JST and `reason` in the words of RFC 5280 5.3.1, `trust.unknown-issuer`,
    `trust.unsupported`; ServiceTrouble `trust.revocation-unavailable`.
    """
    with _one_at_a_time:
        try:
            parsed = [_revocation_list(der) for der in lists]
        except Exception as unreadable:
            raise ServiceTrouble("trust.revocation-unavailable", certificate=named(kind)) from unreadable
        try:
            _at_once(_validator(certificate, issuer, policies, parsed, at).async_validate_path())
        except verdicts.RevokedError as error:
            reason = f"revocation.{error.reason.native}".replace("_", "-")
            revoked_at = error.revocation_dt.astimezone(JST)
            raise Refused("trust.revoked", certificate=named(kind), revoked_at=revoked_at, reason=reason) from error
        except verdicts.InsufficientRevinfoError as error:
            raise ServiceTrouble("trust.revocation-unavailable", certificate=named(kind)) from error
        except (verdicts.PathBuildingError, verdicts.InvalidCertificateError) as error:
            raise Refused("trust.unknown-issuer", certificate=named(kind)) from error
        except Exception as error:
            # Whatever else the library says or stumbles over, it did not say yes.
            raise Refused("trust.unsupported", because="doubt.path-rules") from error


def _validator(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    policies: frozenset[str],
    lists: Sequence[asn1_crl.CertificateList],
    at: datetime,
) -> CertificateValidator:
    context = ValidationContext(
        trust_roots=[_authority(issuer.public_bytes(Encoding.DER))],
        crls=lists,
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
    )
    # Not "a point in time": seen so, an entry dated at or after `at` would not count, but on the list is on the list.
    # And no second of grace.
    moment = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=False)
    context.timing_params = ValidationTimingParams(moment, time_tolerance=timedelta(0))
    rules = PKIXValidationParams(
        user_initial_policy_set=policies, initial_explicit_policy=True, initial_any_policy_inhibit=True
    )
    return CertificateValidator(
        _asn1(certificate.public_bytes(Encoding.DER)), validation_context=context, pkix_params=rules
    )


def _asn1(der: bytes) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(der, strict=True)


_authority = lru_cache(maxsize=16)(_asn1)


@lru_cache(maxsize=16)
def _revocation_list(der: bytes) -> asn1_crl.CertificateList:
    # The strict parser looks first: asn1crypto would take BER, and finds a broken part only when it comes to it.
    if x509.load_der_x509_crl(der).signature_algorithm_oid not in SIGNATURES:
        raise ValueError
    return asn1_crl.CertificateList.load(der, strict=True)


def _at_once(validation: Coroutine[Any, Any, object]) -> None:
    """Run to its end a coroutine that never waits, in any thread, with or without an event loop.

    Nothing may be fetched here, so there is nothing to wait for; if the library ever waits, that is no verdict.
    """
    try:
        validation.send(None)
    except StopIteration:
        return
    validation.close()
    raise RuntimeError
