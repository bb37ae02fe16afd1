from hypothesis import given
from hypothesis import strategies as st

from kaijo.virtualcard.draw import Draw


def test_draw_is_the_same_on_every_machine() -> None:
    assert Draw(1, "identity").text("0123456789", 20) == FIRST_TWENTY


def test_draw_of_another_seed_or_purpose_is_another() -> None:
    texts = {Draw(seed, purpose).text("0123456789", 20) for seed in (1, 2) for purpose in ("pins", "face")}
    assert len(texts) == 4


@given(seed=st.integers(0, 10_000), low=st.integers(-50, 50), span=st.integers(0, 50))
def test_between_stays_within_both_ends(seed: int, low: int, span: int) -> None:
    draw = Draw(seed, "test")
    assert {draw.between(low, low + span) for _ in range(20)} <= set(range(low, low + span + 1))


def test_pick_reaches_every_choice() -> None:
    draw = Draw(3, "test")
    assert {draw.pick("abc") for _ in range(100)} == set("abc")


FIRST_TWENTY = "46274216010424993537"
