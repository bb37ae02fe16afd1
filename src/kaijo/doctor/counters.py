"""Every counter of a card in one reading: the PINs, and the codes that open the printed data."""

from collections.abc import Mapping

from kaijo.card.files import COUNTERS, PinReference
from kaijo.card.guard import Guard
from kaijo.errors import CardTrouble


def every_counter(guard: Guard) -> Mapping[PinReference, int | None]:
    """Return the tries left of every reference, None where the card has none. Spends nothing.

    Only for a card that `examine` knows: an unknown one is asked nothing about PINs. Raises CardTrouble when the card
    leaves or misbehaves.
    """
    return {reference: _count(guard, reference) for reference in COUNTERS}


def _count(guard: Guard, reference: PinReference) -> int | None:
    try:
        return guard.count(reference)
    except CardTrouble as trouble:
        if trouble.code not in {"card.no-such-pin", "card.no-application"}:
            raise
        return None
