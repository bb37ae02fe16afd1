from datetime import date, timedelta

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.book import fact
from kaijo.facts.doubts import Doubt, warnings

from .changed import changed

FRESH = date(2026, 12, 1)


def test_fresh_facts_in_force_raise_no_doubt() -> None:
    assert warnings(["kiosk-hours", "filing-deadline-2026", "blue-deduction"], FRESH) == ()


def test_old_fact_is_told_once_with_its_age() -> None:
    last_good = fact("kiosk-hours").checked + timedelta(days=180)
    assert warnings(["kiosk-hours"], last_good) == ()
    told = warnings(["kiosk-hours", "kiosk-hours"], last_good + timedelta(days=1))
    assert told == (Doubt("kiosk-hours", "facts.warn-stale", {"days": 181}),)


def test_fact_out_of_force_is_told() -> None:
    assert warnings(["filing-deadline-2027"], date(2026, 12, 31)) == (
        Doubt("filing-deadline-2027", "facts.warn-early", {"from_day": date(2027, 1, 1)}),
    )
    assert warnings(["delinquency-tax"], date(2027, 1, 1)) == (
        Doubt("delinquency-tax", "facts.warn-lapsed", {"until": date(2026, 12, 31)}),
    )


def test_local_fact_is_as_old_as_its_own_check() -> None:
    with changed(kiosk_hours={}):
        assert warnings(["kiosk-hours"], date(2027, 7, 1)) == ()


def test_unknown_fact_is_a_usage_problem() -> None:
    with pytest.raises(UsageProblem):
        warnings(["moon-phase"], FRESH)
