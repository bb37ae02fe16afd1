"""Certificates that were found good, so that the same bytes need not be looked at again under the same lists.

A verdict depends on the bytes of certificate and lists, and on the moment only through their times. Those are looked at
again each time: nothing here makes a revocation, an end, or a list that is out of force be noticed later.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Final

from cryptography import x509

from kaijo.facts.pins import PinKind
from kaijo.reset.ports import TrustedCertificate

_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was found good under which lists, `path` being the certificate and its authority."""

    trusted: TrustedCertificate
    path: Sequence[x509.Certificate]
    lists: Sequence[bytes]
    lists_from: datetime
    lists_until: datetime

    def in_force(self, at: datetime) -> bool:
        """Return whether the path is."""
        return all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in self.path)

    def holds(self, lists: Sequence[bytes], at: datetime) -> bool:
        """Return whether these lists would say the same: they are those of then, all in force now as they were then."""
        return lists == self.lists and self.lists_from <= at < self.lists_until


class Acceptances:
    """The latest of them; whoever was not shown for longest is forgotten first. Refusals are never kept."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[bytes, PinKind], Acceptance] = OrderedDict()
        self._lock = Lock()

    def find(self, certificate: bytes, kind: PinKind) -> Acceptance | None:
        """Return how this certificate was last found good as one of `kind`."""
        with self._lock:
            found = self._kept.get(key := (sha256(certificate).digest(), kind))
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, certificate: bytes, kind: PinKind, acceptance: Acceptance) -> None:
        """Remember it."""
        key = sha256(certificate).digest(), kind
        with self._lock:
            self._kept[key] = acceptance
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


def accepted(
    trusted: TrustedCertificate, path: Sequence[x509.Certificate], lists: Sequence[bytes], at: datetime
) -> Acceptance | None:
    """Return the acceptance that was found at `at`; None when one of the lists is not in force, or never ends.

    Such a list had no say, and at another moment it may have one.
    """
    read = [x509.load_der_x509_crl(der) for der in lists]
    ends = [one.next_update_utc for one in read]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return None
    found = Acceptance(trusted, path, lists, max(one.last_update_utc for one in read), min(known))
    return found if found.holds(lists, at) else None
