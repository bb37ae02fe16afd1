"""The operator's desk: everything the verbs of this room work with."""

from dataclasses import dataclass

from kaijo.clock import Clock
from kaijo.reset.face_ports import FaceDesk
from kaijo.reset.policy import FacePolicy
from kaijo.reset.ports import CardKeys, CertificateIssuer, Randomness, Registry, Store, Trust
from kaijo.reset.veil import Veil


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports, put together once by the composition root.

    Without `face` a required face is refused; without an `issuer` the counter renews no certificate. With `limited` the
    limits hold on how often somebody may begin.
    """

    store: Store
    trust: Trust
    registry: Registry
    keys: CardKeys
    veil: Veil
    randomness: Randomness
    clock: Clock
    face_policy: FacePolicy
    face: FaceDesk | None = None
    issuer: CertificateIssuer | None = None
    limited: bool = False
