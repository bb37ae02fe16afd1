"""The model of the reset holds in every state within its bounds, and notices each rule that is left out."""

import importlib
import re
from pathlib import Path

import pytest

from .tlc import MODEL, Bounds, bounds, check

LEFT_OUT = {
    "one-active": "AtMostOneActive",
    "hold-respected": "AtWorkAlone",
    "receipt-checked": "UsedOnlyIfTheCardDid",
    "receipt-read": "AtMostOneReset",
    "intent-first": "IntentBeforeReset",
    "one-write": "PinIsOldOrNew",
    "used-up": "AtMostOneReset",
    "volatile": "PermissionStaysInTheKiosk",
}
SAME_PIN_TWICE = Bounds(2, 2)


def test_everything_holds_in_every_state(tmp_path: Path) -> None:
    within = bounds("KAIJO_MODEL", "3x2")
    outcome = check(tmp_path, within)
    assert (outcome.holds, outcome.violated) == (True, ""), outcome.text
    assert outcome.distinct > 1_000
    print(f"{within}: {outcome.distinct} states, {outcome.generated} moves")  # noqa: T201 -- the figures, for the record


def test_everything_holds_with_a_case_at_the_counter(tmp_path: Path) -> None:
    within = bounds("KAIJO_MODEL_COUNTER", "2+1x2")
    outcome = check(tmp_path, within)
    assert (outcome.holds, outcome.violated) == (True, ""), outcome.text
    print(f"{within}: {outcome.distinct} states, {outcome.generated} moves")  # noqa: T201 -- the figures, for the record


def test_case_that_a_kiosk_finds_is_noticed(tmp_path: Path) -> None:
    assert check(tmp_path, Bounds.read("1+1x2"), left_out=["case-hidden"]).violated == "KioskFindsNoCase"


def test_every_unknown_outcome_is_settled_in_the_end(tmp_path: Path) -> None:
    settings = "SPECIFICATION FairSpec\nPROPERTY EveryOutcomeIsSettled"
    assert check(tmp_path, bounds("KAIJO_MODEL_FAIR", "2x1"), settings=settings).holds


def test_without_another_contact_an_outcome_may_stay_unknown(tmp_path: Path) -> None:
    outcome = check(tmp_path, Bounds(1, 1), settings="SPECIFICATION Spec\nPROPERTY EveryOutcomeIsSettled")
    assert "Temporal properties were violated" in outcome.text


@pytest.mark.parametrize("rule", LEFT_OUT)
def test_rule_left_out_is_noticed(rule: str, tmp_path: Path) -> None:
    assert check(tmp_path, SAME_PIN_TWICE, left_out=[rule]).violated == LEFT_OUT[rule]


def test_stale_number_is_stopped_by_two_rules_of_which_either_would_do(tmp_path: Path) -> None:
    both = {"number-checked", "select-ends-channel"}
    for rule in both:
        folder = tmp_path / rule
        folder.mkdir()
        assert check(folder, Bounds(1, 2), left_out=[rule]).holds
    assert check(tmp_path, Bounds(1, 2), left_out=sorted(both)).violated == "AtMostOneReset"


def test_every_rule_of_the_model_is_left_out_once() -> None:
    rules = set(re.findall(r'Without\("([a-z-]+)"\)', (MODEL / "Reset.tla").read_text("utf-8")))
    assert rules == {*LEFT_OUT, "number-checked", "select-ends-channel", "case-hidden"}


def test_every_move_of_the_model_is_a_function_of_the_code() -> None:
    model = (MODEL / "Reset.tla").read_text("utf-8")
    moves = set(re.findall(r"\b[a-z]\w+", model.split("\nNext ==")[1].split("(*")[0])) - {"receipt", "in"}
    page = (MODEL.parent / "docs" / "model.md").read_text("utf-8")
    table = dict(re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|", page, re.MULTILINE))
    assert set(table) == moves
    for function in table.values():
        parts = function.split(".")
        module = next(at for at in range(len(parts) - 1, 0, -1) if _is_module(".".join(parts[:at])))
        found: object = importlib.import_module(".".join(parts[:module]))
        for part in parts[module:]:
            found = getattr(found, part)
        assert callable(found)


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True
