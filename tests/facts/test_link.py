from datetime import timedelta

from kaijo.facts.link import LinkCause, LinkLimits, link_causes, link_change_deviations, link_limits, link_return


def test_links_are_judged_by_the_book() -> None:
    assert link_limits() == LinkLimits(good_per_thousand=5, unusable_per_thousand=100, slow_milliseconds=100)
    assert link_change_deviations() == 2
    assert link_return() == timedelta(seconds=5)


def test_every_cause_has_its_place_in_the_order() -> None:
    assert link_causes() == (LinkCause.MOVED, LinkCause.CASE, LinkCause.RING, LinkCause.CHARGING)


def test_limits_stand_for_what_their_note_says_of_a_signature() -> None:
    limits = link_limits()
    through = [round(100 * (1 - errors / 1000) ** 7) for errors in (limits.good_per_thousand, limits.unusable_per_thousand)]
    assert through == [97, 48]
