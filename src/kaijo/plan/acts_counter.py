"""Acts at the municipal counter: the PINs reset, the certificates renewed, by the holder or by somebody who goes."""

from collections.abc import Iterator
from dataclasses import dataclass

from kaijo.facts.counter import visits
from kaijo.facts.usable import renewable_from
from kaijo.plan.acts import HOME, Act, Leg, Outcome
from kaijo.plan.rules import letter_minutes
from kaijo.plan.situation import CounterPlace
from kaijo.plan.states import CARD_KINDS, DEAD, KNOWN, State
from kaijo.plan.windows import DAY
from kaijo.plan.world import NEVER, World


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the counter does in one session: reset the PINs of a living card, or renew its certificates as well."""

    world: World
    renews: bool

    @property
    def minutes(self) -> int:
        return self.world.minutes("counter-renewal" if self.renews else "counter-reset")

    @property
    def facts(self) -> tuple[str, ...]:
        done = ("certificate-usable", "certificate-reissue") if self.renews else ("reset-usable",)
        spent = f"duration-counter-{'renewal' if self.renews else 'reset'}"
        return ("counter-hours", "counter-scope", "counter-crowding", *done, spent, "duration-counter-queue")

    def helps(self, state: State) -> bool:
        """Say whether there is anything for this session to do."""
        if self.renews:
            return not state.renewed
        return not state.both_known and state.usable != DEAD

    def mend(self, state: State, end: int) -> tuple[Outcome, ...]:
        """Return the state after a session that ends then."""
        known = state._replace(signature=KNOWN, authentication=KNOWN, reserved="", until=0)
        if self.renews:
            usable = (end // DAY + self.world.rules.certificate_days) * DAY
            return ((1.0, known._replace(renewed=True, usable=usable)),)
        return ((1.0, known.usable_after(end, self.world.rules.reset_wait)),)

    def ripens(self, limit: int) -> int:
        """Return by when a session must end for its work to be usable at `limit`."""
        if self.renews:
            return (limit // DAY - self.world.rules.certificate_days + 1) * DAY - 1
        return limit - self.world.rules.reset_wait

    def ends(self, _: State) -> int:
        """Return until when such a session makes sense."""
        return NEVER if self.renews else self.world.alive_until


def counter_acts(world: World) -> Iterator[Act]:
    """Yield what can be done at the counter, if there is one to go to."""
    place = world.situation.places.counter
    if place is None or not world.has_signature:
        return
    desks = [_Desk(world, renews) for renews in (False, True) if (_renewable(world) if renews else _alive(world))]
    if visits(place.visitor) == 1:
        for desk in desks:
            yield _visit(place, desk, "counter-renewal" if desk.renews else "counter")
        return
    yield _first_visit(place, desks[-1])
    yield _visit(place, desks[-1], "counter-second-visit", letter=True)


def _alive(world: World) -> bool:
    return world.alive_until > world.now


def _renewable(world: World) -> bool:
    """Say whether the counter would issue new certificates now: dead ones always, living ones near their end."""
    told = [world.situation.certificate(kind).not_after for kind in CARD_KINDS]
    today = world.situation.now.date()
    return not _alive(world) or any(day is not None and renewable_from(day) <= today for day in told)


def _visit(place: CounterPlace, desk: _Desk, name: str, *, letter: bool = False) -> Act:
    return Act(
        name=name,
        before=(Leg("go", "counter", place.minutes),),
        core=(Leg(name, "counter", desk.minutes),),
        after=(Leg("go-home", HOME, place.minutes),),
        window=desk.world.rules.counter[desk.world.pace],
        lead=desk.mend,
        allowed=lambda state: desk.helps(state) and (not letter or bool(state.letter)),
        not_before=(lambda state, _: state.letter) if letter else None,
        not_after=desk.ends,
        facts=(*desk.facts, "counter-proxy") if letter else desk.facts,
        effort=(2 * place.minutes + desk.minutes, 0),
        leads_to="etax-now",
        ripens=desk.ripens,
    )


def _first_visit(place: CounterPlace, desk: _Desk) -> Act:
    """Return the visit after which the inquiry letter is sent to the holder; the second is from its day of arrival."""
    days = letter_minutes(desk.world.pace)
    minutes = desk.world.minutes("counter-reset")

    def ask(state: State, end: int) -> tuple[Outcome, ...]:
        return ((1.0, state._replace(letter=(end + days) // DAY * DAY)),)

    return Act(
        name="counter-first-visit",
        before=(Leg("go", "counter", place.minutes),),
        core=(Leg("counter-first-visit", "counter", minutes),),
        after=(Leg("go-home", HOME, place.minutes),),
        window=desk.world.rules.counter[desk.world.pace],
        lead=ask,
        allowed=lambda state: not state.letter and desk.helps(state),
        facts=("counter-hours", "counter-proxy", "duration-inquiry-letter"),
        effort=(2 * place.minutes + minutes, 0),
        ripens=lambda limit: (limit // DAY + 1) * DAY - 1 - days,
    )
