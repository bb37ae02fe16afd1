"""One change at a time: the causes found are those that were there."""

from collections.abc import Callable, Collection
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaijo import app
from kaijo.card.link import LinkFacts
from kaijo.clock import ManualClock
from kaijo.doctor.findings import Severity
from kaijo.doctor.link_quality import Measurement, Quality, Spread, measure
from kaijo.doctor.remedies import Answer, Trial, conclusions, helpful, helps, search
from kaijo.facts.link import LinkCause, link_causes
from kaijo.virtualcard.cardfile import create
from kaijo.virtualcard.faults import Cause
from tests.support.world import NIGHT, issued

CLOCK = ManualClock(NIGHT)
SUBSETS = list(chain.from_iterable(combinations(LinkCause, size) for size in range(len(LinkCause) + 1)))


@pytest.fixture(scope="module")
def card_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("card") / "fresh.json"
    create(path, issued("fresh"))
    return path


def measuring(
    card: Path, noise: Collection[LinkCause], seed: int, rounds: int
) -> Callable[[frozenset[LinkCause]], Measurement]:
    def measured(away: frozenset[LinkCause]) -> Measurement:
        left = frozenset(noise) - away
        return measure(lambda wait: app.lay(card, None, wait=wait, noise=left, seed=seed), CLOCK, rounds=rounds)

    return measured


def made(errors: int, commands: int = 1000, q3: float = 8) -> Measurement:
    return Measurement(
        place="table",
        facts=LinkFacts(),
        commands=commands,
        errors=errors,
        removed=0,
        repowered=0,
        rounds=1,
        bytes_per_second=1,
        times=Spread(1, 1, 1, q3, q3),
    )


def found(trials: list[Trial]) -> set[LinkCause | None]:
    return {trial.cause for trial in helpful(trials)}


def test_causes_are_those_that_a_virtual_link_can_have() -> None:
    assert {cause.value for cause in LinkCause} == {cause.value for cause in Cause}


@pytest.mark.parametrize("noise", SUBSETS)
def test_every_set_of_causes_is_found_as_a_person_meets_it(card_file: Path, noise: tuple[LinkCause, ...]) -> None:
    """With the seed and the rounds of the command."""
    trials = list(search(measuring(card_file, noise, 1, 30), lambda _cause: Answer.DONE))
    assert found(trials) == set(noise)
    assert trials[-1].measurement.quality is Quality.GOOD
    assert all(trial.measurement.quality is not Quality.GOOD for trial in trials[:-1])


@settings(max_examples=60)
@given(noise=st.sets(st.sampled_from(LinkCause), min_size=1), seed=st.integers(0, 2**32))
def test_causes_are_found_whatever_the_seed(card_file: Path, noise: set[LinkCause], seed: int) -> None:
    trials = list(search(measuring(card_file, noise, seed, 60), lambda _cause: Answer.DONE))
    assert found(trials) == noise


def test_seed_repeats_a_measurement(card_file: Path) -> None:
    noise = set(LinkCause)
    first, again, other = (measuring(card_file, noise, seed, 5)(frozenset()) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_changes_are_asked_for_in_the_order_of_the_book_until_the_link_is_good(card_file: Path) -> None:
    asked: list[LinkCause] = []

    def ask(cause: LinkCause) -> Answer:
        asked.append(cause)
        return Answer.DONE

    trials = list(search(measuring(card_file, {LinkCause.CASE}, 1, 5), ask))
    assert tuple(asked) == link_causes()[:2]
    assert [trial.cause for trial in trials] == [None, *asked]


def test_skipped_change_is_not_measured_and_enough_ends_the_search() -> None:
    answers = iter((Answer.SKIPPED, Answer.DONE, Answer.ENOUGH))
    told: list[frozenset[LinkCause]] = []

    def measured(away: frozenset[LinkCause]) -> Measurement:
        told.append(away)
        return made(200)

    trials = list(search(measured, lambda _cause: next(answers)))
    assert [trial.cause for trial in trials] == [None, LinkCause.CASE]
    assert told == [frozenset(), frozenset({LinkCause.CASE})]


@pytest.mark.parametrize(
    ("before", "after", "helped"),
    [
        (made(0), made(0), False),
        (made(1000), made(1000), False),
        (made(100), made(100), False),
        (made(100), made(75), False),  # 25 fewer, where twice the deviation is 25.3
        (made(100), made(74), True),  # 26 fewer, where it is 25.2
        (made(50), made(100), False),
        (made(3), made(0), False),
        (made(10, 1000), made(1, 100), False),
        (made(0, q3=300), made(0, q3=20), True),
        (made(0, q3=300), made(0, q3=200), False),
        (made(0, q3=20), made(0, q3=300), False),
    ],
)
def test_change_helped_only_beyond_chance(before: Measurement, after: Measurement, *, helped: bool) -> None:
    assert helps(before, after) is helped


def test_change_that_helped_most_comes_first() -> None:
    steps = [made(180), made(140), made(60), made(0)]
    causes = (LinkCause.MOVED, LinkCause.CASE, LinkCause.RING)
    trials = [Trial(steps[0])]
    trials += [Trial(after, cause, before) for cause, before, after in zip(causes, steps, steps[1:], strict=False)]
    assert [trial.cause for trial in helpful(trials)] == [LinkCause.CASE, LinkCause.RING, LinkCause.MOVED]
    assert [item.code for item in conclusions(trials)] == [
        "link.good",
        "link.was.case",
        "link.was.ring",
        "link.was.moved",
    ]


@pytest.mark.parametrize(
    ("errors", "code", "severity"),
    [
        (0, "link.good", Severity.GOOD),
        (50, "link.shaky", Severity.WARNING),
        (500, "link.unusable", Severity.BAD),
    ],
)
def test_first_conclusion_is_the_verdict(errors: int, code: str, severity: Severity) -> None:
    (only,) = conclusions([Trial(made(errors))])
    assert (only.code, only.severity) == (code, severity)


def test_changes_in_vain_are_said_to_be_so() -> None:
    trials = [Trial(made(100)), Trial(made(99), LinkCause.MOVED, made(100))]
    assert [item.code for item in conclusions(trials)] == ["link.shaky", "link.nothing-helped"]
