"""Cards: in a reader, in a file, and the practice issuer behind the virtual ones."""

import json
import os
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.folders import home, make_folder
from kaijo.card.link import Link
from kaijo.clock import Clock
from kaijo.errors import UsageProblem

if TYPE_CHECKING:
    from kaijo.card.guard import TriesReading
    from kaijo.doctor.link_quality import Laid
    from kaijo.facts.link import LinkCause
    from kaijo.virtualcard.issuer import Issuer


def open_link(card: Path | None, reader: str | None, *, wait: float = 0) -> Link:
    """Return the card in a card file, or in a reader when no file is named, waiting up to `wait` seconds for it there.

    Raises UsageProblem `usage.two-places`, and what card file and reader raise.
    """
    if card is not None and reader is not None:
        raise UsageProblem("usage.two-places")
    if card is not None:
        from kaijo.virtualcard.cardfile import open_card

        return open_card(card)
    from kaijo.readers.pcsc import open_reader

    return open_reader(reader, wait=wait)


def lay(
    card: Path | None, reader: str | None, *, wait: timedelta, noise: "Collection[LinkCause]" = (), seed: int = 0
) -> "Laid":
    """Return the card as `open_link` does, with a meter on its link and what the link tells of itself.

    A virtual card's link suffers from `noise`, drawn from `seed` for each cause by itself, so that one cause less
    leaves the others as they were; its times are those of a 106 kbit/s link, computed. Raises as `open_link`.
    """
    from kaijo.doctor.link_quality import Laid

    if card is not None and reader is not None:
        raise UsageProblem("usage.two-places")
    if card is not None:
        return open_noisy_link(card, noise, seed)
    from kaijo.card.meter import Meter
    from kaijo.readers.pcsc import open_reader

    link = open_reader(reader, wait=wait.total_seconds())
    return Laid(Meter(link), link.facts())


def open_noisy_link(card: Path, noise: "Collection[LinkCause]", seed: int) -> "Laid":
    """Return a virtual card whose link suffers from `noise`. Raises what the card file raises."""
    from random import Random

    from kaijo.card.link import LinkFacts
    from kaijo.doctor.link_quality import Laid
    from kaijo.facts.link import LinkCause
    from kaijo.virtualcard.cardfile import open_card
    from kaijo.virtualcard.faults import Cause, NoisyLink
    from kaijo.virtualcard.timing import TimedLink

    opened = open_card(card)
    link: Link = opened
    for cause in Cause:
        if LinkCause(cause.value) in noise:
            link = NoisyLink(link, {cause}, Random(f"{seed} {cause.value}"))  # noqa: S311 -- repeatable, guards nothing
    return Laid(TimedLink(link), LinkFacts(atr=opened.atr, simulated=True))


def practice_issuer(clock: Clock) -> "Issuer":
    """Return the issuer of this person's test cards; it is made at first use. Raises CardTrouble `issuer.…`."""
    from kaijo.virtualcard.issuer import Issuer

    return Issuer.open(home() / "issuer", clock)


def note_last_try(clock: Clock, reading: "TriesReading") -> None:
    """Note on this machine, without the PIN, that a holder chose to spend a last try. Raises `usage.unwritable`."""
    row = {"at": clock.now().isoformat(), "act": "last-try", "kind": reading.kind.value, "place": reading.place}
    path = make_folder(home()) / "notes.jsonl"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
