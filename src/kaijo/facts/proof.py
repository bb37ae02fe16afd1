"""Which PIN proves the holder when another one is reset away from the counter."""

from functools import cache

from kaijo.facts.book import fact
from kaijo.facts.pins import PinKind


@cache
def proof_kind(kind: PinKind) -> PinKind | None:
    """Return the proof PIN for a reset of `kind`; None where only the counter helps [fact: reset-cross-proof].

    Raises UsageProblem `facts.damaged`.
    """
    row = fact("reset-cross-proof")
    if not isinstance(row.value, dict):
        raise row.damaged("value")
    name = row.value.get(kind.value)
    if name is None:
        return None
    try:
        return PinKind(name)
    except ValueError:
        raise row.damaged(kind.value) from None
