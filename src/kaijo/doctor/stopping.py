"""Stop or try: what one more miss of a PIN would cost, said before anybody types."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from kaijo.card.guard import Guard, TriesReading
from kaijo.errors import CardTrouble
from kaijo.facts.book import fact
from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind
from kaijo.words import Lang, label


@dataclass(frozen=True, slots=True)
class Stopping:
    """The advice for one PIN: whether to stop, and the catalogue code of what losing this PIN would cost.

    The cost depends on the other PIN: the last one that still works is the only proof that a store accepts.
    """

    shown: TriesReading
    advised: bool
    cost: str
    data: Mapping[str, object]


def stopping(shown: TriesReading, other: TriesReading | None) -> Stopping:
    """Return the advice for the PIN of `shown`. `other` is the PIN that could bring it back, None if there is none.

    Stopping is advised by [fact: stop-advice].
    """
    limits = fact("stop-advice")
    misses = shown.tries_max - shown.tries_left
    advised = shown.tries_left <= limits.count("tries") or misses >= limits.count("misses")
    if other is None:
        return Stopping(shown, advised, "stop.cost.counter", {"kind": shown.kind})
    cost = "stop.cost.last-proof" if other.locked else "stop.cost.store"
    return Stopping(shown, advised, cost, {"kind": shown.kind, "other": other.kind})


def read_stopping(guard: Guard, shown: TriesReading) -> Stopping:
    """Return the advice, reading the other PIN's tries from the same card. Raises what the link raises."""
    other = proof_kind(shown.kind) if isinstance(shown.kind, PinKind) else None
    if other is None:
        return stopping(shown, None)
    try:
        return stopping(shown, guard.tries(other))
    except CardTrouble as trouble:
        if trouble.code != "card.no-such-pin":
            raise
        return stopping(shown, None)


def consents(typed: str, lang: Lang) -> bool:
    """Return whether the holder typed the whole sentence that spends a last try; width and case do not matter."""
    return _plain(typed) == _plain(label("stop.sentence", lang))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
