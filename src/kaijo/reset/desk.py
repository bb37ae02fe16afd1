"""The operator's desk: everything the verbs of this room work with."""

from dataclasses import dataclass

from kaijo.clock import Clock
from kaijo.reset.policy import FacePolicy
from kaijo.reset.ports import CardKeys, FaceMatcher, Randomness, Registry, Store, Trust
from kaijo.reset.veil import Veil


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports, put together once by the composition root. Without a `matcher` a required face is refused."""

    store: Store
    trust: Trust
    registry: Registry
    keys: CardKeys
    veil: Veil
    randomness: Randomness
    clock: Clock
    face_policy: FacePolicy
    matcher: FaceMatcher | None = None
