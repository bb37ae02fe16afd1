from typing import Any

import pytest

from kaijo.facts.pins import PinKind
from kaijo.plan.stopping import StopOrTry, break_even

from .nights import KNOWN, LOCKED, night, planned, unsure


def answer(kind: PinKind, **pins: Any) -> StopOrTry:
    made = planned(night(pins={"signature": LOCKED, "authentication": KNOWN, **pins}))
    return next(each for each in made.stop_trying if each.kind is kind)


@pytest.mark.parametrize(
    ("right", "missed", "stopped", "even"),
    [
        ((1.0,), (0.2,), (0.4,), 0.25),
        ((1.0,), (0.4,), (0.4,), 0.0),
        ((1.0,), (0.5,), (0.4,), 0.0),
        ((0.4,), (0.2,), (0.4,), 1.0),
        ((0.4,), (0.4,), (0.4,), 1.0),
        ((1.0, 0.0), (1.0, -40.0), (1.0, -10.0), 0.75),
        ((1.0, -50.0), (1.0, -40.0), (1.0, -10.0), 1.0),
        ((1.0, 0.0, -5.0), (1.0, 0.0, -45.0), (1.0, 0.0, -25.0), 0.5),
        ((0.3, 0.0), (0.4, 0.0), (0.4, 0.0), 1.0),
    ],
)
def test_break_even_is_where_trying_and_stopping_are_worth_the_same(
    right: tuple[float, ...], missed: tuple[float, ...], stopped: tuple[float, ...], even: float
) -> None:
    assert break_even(right, missed, stopped) == pytest.approx(even)


def test_known_and_locked_pins_need_no_decision() -> None:
    assert answer(PinKind.AUTHENTICATION) == StopOrTry(PinKind.AUTHENTICATION, False, 0.0, False, "known", 3)
    assert answer(PinKind.SIGNATURE) == StopOrTry(PinKind.SIGNATURE, True, 1.0, False, "locked", 0)


def test_spare_try_of_the_last_proof_is_worth_it_and_costs_nothing() -> None:
    found = answer(PinKind.AUTHENTICATION, authentication=unsure(0.3, 3))
    assert (found.stop, found.because, found.costs_nothing) == (False, "worth-it", True)


def test_last_try_of_the_last_proof_is_refused_though_it_has_a_price() -> None:
    found = answer(PinKind.AUTHENTICATION, authentication=unsure(0.9, 1))
    assert (found.stop, found.because, found.costs_nothing) == (True, "last-try", False)
    assert 0 < found.break_even < 0.9


@pytest.mark.parametrize(("step", "stop", "because"), [(0.03, False, "worth-it"), (-0.03, True, "too-risky")])
def test_last_try_somebody_insists_on_is_judged_by_its_break_even(step: float, stop: bool, because: str) -> None:
    even = answer(PinKind.AUTHENTICATION, authentication={**unsure(0.5, 1), "use_last_try": True}).break_even
    found = answer(PinKind.AUTHENTICATION, authentication={**unsure(even + step, 1), "use_last_try": True})
    assert (found.stop, found.because) == (stop, because)


def test_last_try_of_a_pin_the_kiosk_resets_anyway_costs_nothing() -> None:
    """Locked or merely forgotten, the way to the kiosk is the same; only the slip would have been a hope."""
    found = answer(PinKind.SIGNATURE, signature={**unsure(0.5, 1), "use_last_try": True})
    assert (found.stop, found.because) == (False, "worth-it")
    assert found.break_even < 0.3


def test_last_try_is_never_a_step_unless_the_situation_allows_it() -> None:
    """And then only after the slip was looked for in vain."""
    for allowed, after in ((False, []), (True, [0])):
        pins = {"signature": LOCKED, "authentication": {**unsure(0.9, 1), "use_last_try": allowed}}
        made = planned(night(pins=pins))
        tried = [each for each in made.routes[0].fallback if each.steps[0].act == "try-pin"]
        assert [each.after for each in tried] == after
        assert "try-pin" not in [step.act for step in made.routes[0].steps]


def test_forgotten_pin_is_not_tried() -> None:
    found = answer(PinKind.AUTHENTICATION, authentication={"memory": "forgotten", "tries_left": 3})
    assert (found.stop, found.because) == (True, "forgotten")


def test_pin_without_a_use_is_not_tried() -> None:
    made = planned(night("2027-03-15T23:55", pins={"signature": LOCKED, "authentication": unsure(0.9, 3)}, places={}))
    assert [each.because for each in made.stop_trying] == ["locked", "no-use"]
    assert made.stop_trying[1].as_dict() == {
        "stop": True,
        "break_even": 1.0,
        "costs_nothing": False,
        "because": "plan.stop.no-use",
        "tries_left": 3,
    }
