"""The corpus: what is presented, to whom, when, with which lists, and the code it must end with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kaijo.facts.pins import PinKind

from . import pki

OURS = "our own rule; OpenSSL verify does not ask"
Made = Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """One row; `code` None is a pass. `incomparable` says why OpenSSL is not asked for its verdict."""

    name: str
    code: str | None
    certificate: Made = pki.certificate
    lists: tuple[Made, ...] = (pki.revocation_list,)
    kind: PinKind = PinKind.SIGNATURE
    at: datetime = pki.NOW
    authorities: Callable[[], Sequence[pki.Authority]] | None = None
    incomparable: str = ""

    def authority_ders(self) -> list[bytes]:
        trusted = self.authorities() if self.authorities else (pki.authority(self.kind),)
        return [authority.der for authority in trusted]

    def __str__(self) -> str:
        return self.name.replace(" ", "-")
