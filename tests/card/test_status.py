from collections import Counter

import pytest

from kaijo.card.status import Outcome, read_status
from kaijo.words import LANGS, label


def test_every_status_word_has_a_meaning_and_words() -> None:
    outcomes = Counter(read_status(sw).outcome for sw in range(0x1_0000))
    assert set(outcomes) == set(Outcome)
    for outcome in Outcome:
        assert all(label(f"word.outcome.{outcome.value}", lang) for lang in LANGS)


def test_only_9000_is_done() -> None:
    assert [sw for sw in range(0x1_0000) if read_status(sw).done] == [0x9000]


def test_only_63cx_tells_tries() -> None:
    told = {sw: read_status(sw).tries_left for sw in range(0x1_0000) if read_status(sw).tries_left is not None}
    assert told == {0x63C0 + left: left for left in range(16)}


@pytest.mark.parametrize(
    ("sw", "outcome", "count"),
    [
        (0x6100, Outcome.MORE_DATA, 256),
        (0x6110, Outcome.MORE_DATA, 16),
        (0x6C05, Outcome.WRONG_LE, 5),
        (0x6983, Outcome.LOCKED, None),
        (0x6984, Outcome.LOCKED, None),
        (0x6300, Outcome.NOT_VERIFIED, None),
        (0x6982, Outcome.NOT_ALLOWED, None),
        (0x6FFF, Outcome.CARD_FAULT, None),
        (0x0000, Outcome.INVALID, None),
        (0x9001, Outcome.UNKNOWN, None),
        (0xFFFF, Outcome.INVALID, None),
    ],
)
def test_status_word_at_a_seam(sw: int, outcome: Outcome, count: int | None) -> None:
    assert (read_status(sw).outcome, read_status(sw).count) == (outcome, count)
