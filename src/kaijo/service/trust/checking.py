"""The service's adapter for trust in certificates."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kaijo.clock import JST
from kaijo.errors import Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.reset.ports import TrustedCertificate
from kaijo.service.trust.accepted import Acceptances, accepted
from kaijo.service.trust.authorities import Authorities, demand_authority_in_force
from kaijo.service.trust.profile import TEST_POLICIES, demand, demand_in_force, named
from kaijo.service.trust.reading import read, refuse_production, strong_key


class CertificateTrust:
    """Believes certificates of given authorities that given revocation lists do not name; the port `Trust`.

    `authorities` are DER certificates. `crls(kind, at)` returns the DER revocation lists of that kind's authorities;
    whatever it raises counts as no list. `policies` are the certificate policies allowed, in dotted form. What was
    found good is not looked at again while the lists are the same, byte for byte, and everybody's times allow it.
    Raises ServiceTrouble `trust.bad-authority` when an authority's certificate is not fit to be one.
    """

    def __init__(
        self,
        authorities: Mapping[PinKind, Sequence[bytes]],
        crls: Callable[[PinKind, datetime], Sequence[bytes]],
        policies: Mapping[PinKind, frozenset[str]] = TEST_POLICIES,
    ) -> None:
        self._authorities = Authorities(authorities)
        self._crls = crls
        self._policies = policies
        self._accepted = Acceptances()

    def key_of(self, certificate: bytes) -> RSAPublicKey | None:
        """Return the key in a DER certificate that nobody has checked yet; None for what is none."""
        try:
            return strong_key(read(certificate))
        except Refused:
            return None

    def check(self, certificate: bytes, kind: PinKind, at: datetime) -> TrustedCertificate:
        """Return what a DER certificate vouches for, when it is one of `kind` and in force at the aware moment `at`.

        Raises Refused `trust.malformed`, `trust.production-card`, `trust.unsupported`, `trust.unknown-issuer`,
        `trust.bad-signature`, `trust.expired`, `trust.not-yet-valid`, `trust.wrong-usage`, `trust.wrong-policy`,
        `trust.revoked`; ServiceTrouble `trust.revocation-unavailable` when nobody can say whether it is revoked.
        """
        known = self._accepted.find(certificate, kind)
        if known is not None and known.in_force(at) and known.holds(self._lists(kind, at), at):
            return known.trusted
        from kaijo.service.trust.path import validate

        presented = read(certificate)
        refuse_production(presented)
        key = strong_key(presented)
        issuer = self._authorities.issuer_of(presented, kind)
        demand_in_force(presented, kind, at)
        demand_authority_in_force(issuer, kind, at)
        policies = self._policies.get(kind, frozenset())
        demand(presented, kind, policies)
        lists = self._lists(kind, at)
        validate(presented, issuer, kind=kind, policies=policies, lists=lists, at=at)
        trusted = TrustedCertificate(
            public_key=key, serial=presented.serial_number, not_after=presented.not_valid_after_utc.astimezone(JST)
        )
        found = accepted(trusted, (presented, issuer), lists, at)
        if found is not None:
            self._accepted.keep(certificate, kind, found)
        return trusted

    def demand_lists(self, at: datetime) -> None:
        """Let it pass when there is a list in force at `at` for every kind of certificate that is believed.

        Raises ServiceTrouble `trust.revocation-unavailable`.
        """
        for kind in self._authorities.kinds:
            try:
                lists = [x509.load_der_x509_crl(der) for der in self._lists(kind, at)]
            except ValueError as unreadable:
                raise ServiceTrouble("trust.revocation-unavailable", certificate=named(kind)) from unreadable
            if not any(one.next_update_utc and one.last_update_utc <= at < one.next_update_utc for one in lists):
                raise ServiceTrouble("trust.revocation-unavailable", certificate=named(kind))

    def _lists(self, kind: PinKind, at: datetime) -> Sequence[bytes]:
        try:
            return tuple(self._crls(kind, at))
        except Exception as unobtainable:
            raise ServiceTrouble("trust.revocation-unavailable", certificate=named(kind)) from unobtainable
