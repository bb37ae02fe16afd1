"""The practice authorities as a judge of certificates knows them: their certificates, and their revocation lists."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from kaijo.facts.pins import PinKind

if TYPE_CHECKING:
    from kaijo.virtualcard.issuer import Issuer

CERTIFIED: Final = (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
_FRESH: Final = timedelta(hours=1)
"""How long a list is shown again while nobody is revoked; it is good for days."""

Lists = Callable[[PinKind, datetime], Sequence[bytes]]


def practice_authorities(issuer: "Issuer") -> Mapping[PinKind, Sequence[bytes]]:
    """Return the authorities' certificates (DER)."""
    return {kind: [issuer.ca_certificate(kind)] for kind in CERTIFIED}


def practice_lists(issuer: "Issuer") -> Lists:
    """Return who gives the lists (DER): the one of before, or a fresh one as soon as another would stand on it."""
    latest: dict[PinKind, tuple[object, datetime, tuple[bytes]]] = {}

    def lists(kind: PinKind, at: datetime) -> Sequence[bytes]:
        revoked = issuer.revoked(kind, at)
        said, since, given = latest.get(kind, (None, at, (b"",)))
        if said != revoked or not since <= at < since + _FRESH:
            given = (issuer.crl(kind, at),)
            latest[kind] = revoked, at, given
        return given

    return lists
