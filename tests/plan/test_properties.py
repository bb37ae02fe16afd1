"""What holds on every night, whatever it is like."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from kaijo.facts.counter import counter_schedule
from kaijo.facts.etax import etax_open
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.lifetimes import reservation_life
from kaijo.facts.pins import PinKind, tries_floor
from kaijo.facts.proof import proof_kind
from kaijo.facts.stores import Chain, chains_for
from kaijo.facts.usable import lowest_age
from kaijo.plan.advice import Plan, Route
from kaijo.plan.parsing import parse
from kaijo.plan.routes import Solution
from kaijo.plan.rules import Pace
from kaijo.plan.search import LATE, ROUTES
from kaijo.plan.situation import Memory, Situation
from kaijo.plan.speech import say_money, say_rejection, say_step, say_stop, say_warning
from kaijo.plan.timetable import Step
from kaijo.words import LANGS

from .nights import LOCKED, MEANS, planned, random_night, unsure

NIGHTS = 40
SEEDS = pytest.mark.parametrize("seed", range(5))


def nights(name: str, seed: int, count: int = NIGHTS) -> Iterator[dict[str, Any]]:
    rng = Random(f"{name} {seed}")
    return (random_night(rng, small=False) for _ in range(count))


def lines(made: Plan) -> Iterator[tuple[Route, tuple[Step, ...]]]:
    """Yield the good line of every route, and each line it falls back on with what came before."""
    for found in made.routes:
        yield found, found.steps
        for fallback in found.fallback:
            yield found, (*found.steps[: fallback.after + 1], *fallback.steps)


@SEEDS
def test_plan_never_advises_what_a_fact_excludes(seed: int) -> None:
    for raw in nights("excluded", seed):
        made = planned(raw)
        for _, line in lines(made):
            for index, step in enumerate(line):
                _check_step(made.situation, line[:index], step)


def _check_step(situation: Situation, before: tuple[Step, ...], step: Step) -> None:
    if step.act == "kiosk":
        _check_kiosk(situation, before, step)
    elif step.act.startswith("counter"):
        assert counter_schedule().is_open(step.start)
        assert step.end <= counter_schedule().next_closing(step.start)
    elif step.act in {"etax-login", "etax-send", "id-password-send", "phone-pin-reset", "phone-certificate-send"}:
        assert etax_open(step.start)
        assert etax_open(step.end - timedelta(minutes=1))
    elif step.act == "try-pin":
        assert step.kind is not None
        _check_try(situation, before, step.kind)


def _check_kiosk(situation: Situation, before: tuple[Step, ...], step: Step) -> None:
    kind = step.kind
    assert kind in {PinKind.SIGNATURE, PinKind.AUTHENTICATION}
    assert Chain(step.place) in chains_for(kind)
    assert kiosk_hours().is_open(step.start)
    assert step.end <= kiosk_hours().next_closing(step.start)
    made_at = [each.end for each in before if each.act == "reserve" and each.kind is kind]
    if not made_at:
        assert situation.reservation is not None
        assert situation.reservation.kind is kind
        made_at = [situation.reservation.made_at]
    assert step.end <= made_at[-1] + reservation_life()
    assert situation.person.moved_since_issue is False
    assert (situation.person.age or 0) >= lowest_age()
    for certificate in situation.certificates.values():
        assert certificate.not_after is not None
        assert step.end.date() <= certificate.not_after
        assert not certificate.revoked
    proof = situation.pin(proof_kind(kind) or kind)
    assert proof.tries_left != 0
    remembered = any(each.act in {"try-pin", "look-for-slip"} for each in before)
    assert proof.memory is Memory.KNOWN or remembered


def _check_try(situation: Situation, before: tuple[Step, ...], kind: PinKind) -> None:
    pin = situation.pin(kind)
    missed = sum(1 for each in before if each.act == "try-pin" and each.kind is kind)
    assert pin.memory is Memory.UNSURE
    assert pin.tries_left is not None
    assert pin.tries_left - missed >= (1 if pin.use_last_try else tries_floor())


@SEEDS
def test_plan_says_everything_in_both_languages(seed: int) -> None:
    for raw in nights("said", seed, 30):
        made = planned(raw)
        for lang in LANGS:
            said = [say_rejection(each, lang) for each in made.rejected]
            said += [say_warning(each, lang) for each in made.warnings]
            said += [say_stop(each, lang) for each in made.stop_trying]
            said += [say_step(step, lang) for _, line in lines(made) for step in line]
            said += [say_money(each, lang) for found in made.routes for each in found.money]
            assert all(said)


@SEEDS
def test_every_route_is_either_planned_or_rejected(seed: int) -> None:
    for raw in nights("complete", seed):
        made = planned(raw)
        named = [*(each.id for each in made.routes), *(each.id for each in made.rejected)]
        assert sorted(named) == sorted(ROUTES)


@SEEDS
def test_steps_follow_each_other_and_leave_time(seed: int) -> None:
    for raw in nights("order", seed):
        made = planned(raw)
        for found in made.routes:
            assert found.steps[0].start >= made.situation.now
            for step, following in zip(found.steps, found.steps[1:], strict=False):
                assert step.end <= following.start
            for step in found.steps:
                assert step.start < step.end or step.act in {"go", "go-home"}
                assert (step.latest_start is None) is (found.id == LATE)
                assert step.latest_start is None or step.latest_start >= step.start
            assert found.finish == max(step.end for step in found.steps if step.act != "go-home")


def later_night(raw: dict[str, Any], minutes: int) -> dict[str, Any]:
    return {**raw, "now": (parse(raw).now + timedelta(minutes=minutes)).isoformat()}


@SEEDS
def test_route_still_works_at_its_point_of_no_return(seed: int) -> None:
    for raw in nights("last call", seed, 40):
        made = planned(raw)
        for found in made.routes:
            last = found.point_of_no_return
            if last is not None and last.year == made.situation.now.year:
                solution = Solution(parse({**raw, "now": last.isoformat()}))
                world, search = solution.worlds[found.pace], solution.searches[found.pace]
                assert search.best(found.id, world.start, world.now) is not None


def values(raw: dict[str, Any]) -> list[tuple[float, ...]]:
    """Return what the best policy by any route is worth, at each pace, rounded: the greater the better."""
    solution = Solution(parse(raw))
    found = []
    for pace in Pace:
        world = solution.worlds[pace]
        value = solution.searches[pace].free(world.start, world.now)
        found.append(tuple(round(measure, 5) for measure in value[:5]))
    return found


@SEEDS
def test_later_clock_never_makes_the_plan_better_or_earlier(seed: int) -> None:
    rng = Random(f"later {seed}")
    for raw in nights("later", seed):
        later = values(later_night(raw, rng.choice((1, 7, 60, 600, 2000))))
        for now, then in zip(values(raw), later, strict=True):
            assert now >= then


@SEEDS
def test_more_means_never_make_the_plan_worse(seed: int) -> None:
    rng = Random(f"means {seed}")
    for raw in nights("means", seed):
        name = rng.choice(MEANS)
        more = {**raw, "equipment": {**raw["equipment"], name: True}}
        less = {**raw, "equipment": {**raw["equipment"], name: False}}
        untold = {**raw, "equipment": {**raw["equipment"], name: None}}
        for rich, poor, unsaid in zip(values(more), values(less), values(untold), strict=True):
            assert rich >= poor
            assert poor == unsaid
        place = {"chain": rng.choice([chain.value for chain in Chain]), "minutes": rng.randrange(60)}
        places = {**raw["places"], "stores": [*raw["places"]["stores"], place]}
        for rich, poor in zip(values({**raw, "places": places}), values(raw), strict=True):
            assert rich >= poor


@SEEDS
def test_knowing_whether_memory_is_right_never_makes_the_plan_worse(seed: int) -> None:
    """The chance of somebody unsure is no more than the mean over the two things that may turn out."""
    rng = Random(f"memory {seed}")
    for raw in nights("memory", seed):
        kind, odds = rng.choice(("signature", "authentication")), rng.choice((0.1, 0.5, 0.9))
        told = {
            name: values({**raw, "pins": {**raw["pins"], kind: pin}})
            for name, pin in (
                ("unsure", unsure(odds, 2)),
                ("right", {"memory": "known", "tries_left": 2}),
                ("wrong", {"memory": "forgotten", "tries_left": 2}),
            )
        }
        for guess, right, wrong in zip(told["unsure"], told["right"], told["wrong"], strict=True):
            assert guess[0] <= odds * right[0] + (1 - odds) * wrong[0] + 1e-4


@SEEDS
def test_a_locked_pin_is_never_better_than_one_that_works(seed: int) -> None:
    for raw in nights("locked", seed):
        for kind in ("signature", "authentication"):
            locked = values({**raw, "pins": {**raw["pins"], kind: LOCKED}})
            known = values({**raw, "pins": {**raw["pins"], kind: {"memory": "known"}}})
            for worse, rather in zip(locked, known, strict=True):
                assert rather >= worse
