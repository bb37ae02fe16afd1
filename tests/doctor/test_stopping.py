import pytest

from kaijo.card.guard import TriesReading
from kaijo.doctor.stopping import read_stopping, stopping
from kaijo.facts.pins import PinKind
from kaijo.words import LANGS, label
from tests.support.world import NIGHT, World

SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION


def reading(kind: PinKind, left: int) -> TriesReading:
    return TriesReading(kind, left, 5 if kind is SIGNATURE else 3, NIGHT, "table")


@pytest.mark.parametrize(
    ("kind", "left", "advised"),
    [
        (SIGNATURE, 5, False),
        (SIGNATURE, 4, False),
        (SIGNATURE, 3, True),
        (SIGNATURE, 2, True),
        (SIGNATURE, 1, True),
        (AUTHENTICATION, 3, False),
        (AUTHENTICATION, 2, True),
        (AUTHENTICATION, 1, True),
    ],
)
def test_stopping_is_advised_after_two_misses_or_at_two_left(kind: PinKind, left: int, advised: bool) -> None:
    other = reading(AUTHENTICATION if kind is SIGNATURE else SIGNATURE, 3)
    assert stopping(reading(kind, left), other).advised is advised


def test_last_good_proof_is_worth_more() -> None:
    shown = reading(AUTHENTICATION, 2)
    assert stopping(shown, reading(SIGNATURE, 3)).cost == "stop.cost.store"
    dear = stopping(shown, reading(SIGNATURE, 0))
    assert dear.cost == "stop.cost.last-proof"
    assert all("locked" in label(dear.cost, lang, **dear.data) or lang == "ja" for lang in LANGS)


@pytest.mark.parametrize(
    ("person_id", "kind", "cost"),
    [
        ("fresh", AUTHENTICATION, "stop.cost.store"),
        ("signature-locked", AUTHENTICATION, "stop.cost.last-proof"),
        ("fresh", PinKind.RESIDENT, "stop.cost.counter"),
        ("fresh", PinKind.ATTRIBUTES, "stop.cost.counter"),
    ],
)
def test_cost_is_read_from_the_card(world: World, person_id: str, kind: PinKind, cost: str) -> None:
    guard = world.guard(world.card(person_id))
    assert read_stopping(guard, guard.tries(kind)).cost == cost
