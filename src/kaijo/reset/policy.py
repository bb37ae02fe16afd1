"""Who may reset what at a kiosk, as total tables: a pair that is missing would be a question nobody answered.

[fact rows on the reset service: signature against authentication PIN and face, authentication against signature PIN,
the other two at the counter only]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kaijo.facts.pins import PinKind

_S, _A, _R, _T = PinKind.SIGNATURE, PinKind.AUTHENTICATION, PinKind.RESIDENT, PinKind.ATTRIBUTES


class FaceRule(Enum):
    """Whether a face is asked for."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"


@dataclass(frozen=True, slots=True)
class FacePolicy:
    """The operator's explicit switch, for each PIN kind that a kiosk resets."""

    signature: FaceRule
    authentication: FaceRule

    def rule(self, kind: PinKind) -> FaceRule:
        """Return the rule for `kind`; what a kiosk never resets is under the stricter one."""
        return {_S: self.signature, _A: self.authentication}.get(kind, FaceRule.REQUIRED)


# (kind to reset, kind whose PIN gave the proof) -> None when that proof is the right one, else why not.
PROOFS: Final[Mapping[tuple[PinKind, PinKind | None], str | None]] = {
    (_S, _S): "reset.same-pin",
    (_S, _A): None,
    (_S, _R): "reset.wrong-proof",
    (_S, _T): "reset.wrong-proof",
    (_S, None): "reset.unknown-proof",
    (_A, _S): None,
    (_A, _A): "reset.same-pin",
    (_A, _R): "reset.wrong-proof",
    (_A, _T): "reset.wrong-proof",
    (_A, None): "reset.unknown-proof",
    (_R, _S): "reset.counter-only",
    (_R, _A): "reset.counter-only",
    (_R, _R): "reset.counter-only",
    (_R, _T): "reset.counter-only",
    (_R, None): "reset.counter-only",
    (_T, _S): "reset.counter-only",
    (_T, _A): "reset.counter-only",
    (_T, _R): "reset.counter-only",
    (_T, _T): "reset.counter-only",
    (_T, None): "reset.counter-only",
}

# (rule, is there a matcher, was a face given) -> None when the face is no obstacle, else why it is.
FACES: Final[Mapping[tuple[FaceRule, bool, bool], str | None]] = {
    (FaceRule.NOT_REQUIRED, False, False): None,
    (FaceRule.NOT_REQUIRED, False, True): None,
    (FaceRule.NOT_REQUIRED, True, False): None,
    (FaceRule.NOT_REQUIRED, True, True): None,
    (FaceRule.REQUIRED, False, False): "face.unavailable",
    (FaceRule.REQUIRED, False, True): "face.unavailable",
    (FaceRule.REQUIRED, True, False): "face.needed",
    (FaceRule.REQUIRED, True, True): None,
}


def decide(
    *, kind: PinKind, proof: PinKind | None, rule: FaceRule, matcher_present: bool, face_given: bool
) -> str | None:
    """Return None when this evidence may reset `kind`, else the code of the refusal."""
    return PROOFS[kind, proof] or FACES[rule, matcher_present, face_given]


def needed_proof(kind: PinKind) -> PinKind | None:
    """Return the kind whose PIN proves the holder when `kind` is reset; None when only the counter resets it."""
    return next((proof for (wanted, proof), code in PROOFS.items() if wanted is kind and code is None), None)
