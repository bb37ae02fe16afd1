"""Which PIN proves the holder when another one is reset away from the counter."""

from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.pins import PinKind


@kept
def proof_kind(kind: PinKind) -> PinKind | None:
    """Return the proof PIN for a reset of `kind`; None where only the counter helps [fact: reset-cross-proof].

    Raises UsageProblem `facts.damaged`.
    """
    return read_proof(fact("reset-cross-proof"), kind)


def read_proof(row: Fact, kind: PinKind) -> PinKind | None:
    """Return what `row` states for `kind`, as `proof_kind` does. Raises UsageProblem `facts.damaged`."""
    if kind.value not in row.take(dict):
        return None
    try:
        return PinKind(row.take(str, kind.value))
    except ValueError:
        raise row.damaged(kind.value) from None
