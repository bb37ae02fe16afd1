from datetime import timedelta

import pytest

from kaijo.facts.link import (
    LinkCause,
    LinkLimits,
    link_causes,
    link_change_deviations,
    link_limits,
    link_return,
    read_causes,
)

from .rows import damaged_field, make_row


def test_links_are_judged_by_the_book() -> None:
    assert link_limits() == LinkLimits(good_per_thousand=5, unusable_per_thousand=100, slow_milliseconds=100)
    assert link_change_deviations() == 2
    assert link_return() == timedelta(seconds=5)


def test_every_cause_has_its_place_in_the_order() -> None:
    assert link_causes() == (LinkCause.MOVED, LinkCause.CASE, LinkCause.RING, LinkCause.CHARGING)


def test_limits_stand_for_what_their_note_says_of_a_signature() -> None:
    limits = link_limits()
    edges = (limits.good_per_thousand, limits.unusable_per_thousand)
    assert [round(100 * (1 - errors / 1000) ** 7) for errors in edges] == [97, 48]


def test_causes_come_in_the_order_of_their_row() -> None:
    assert read_causes(make_row({"order": ["ring", "case", "charging", "moved"]}))[:2] == (
        LinkCause.RING,
        LinkCause.CASE,
    )


@pytest.mark.parametrize(
    "order", [[], ["ring"], ["moved", "case", "ring", "ring"], ["moved", "case", "ring", "moon"], [1, [], {}, 2]]
)
def test_order_that_lacks_a_cause_is_damage(order: list[object]) -> None:
    assert damaged_field(read_causes, {"order": order}) == "value.order"
