"""Acts that bring a PIN back: remember it, reset it at a store; those at the counter have their own file."""

from collections.abc import Iterator

from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind
from kaijo.plan.acts import HOME, Act, Leg, Outcome
from kaijo.plan.acts_counter import counter_acts
from kaijo.plan.rules import shops
from kaijo.plan.situation import Store
from kaijo.plan.states import CARD_KINDS, DEAD, FORGOTTEN, KNOWN, LOCKED, State
from kaijo.plan.windows import HOUR
from kaijo.plan.world import World


def card_acts(world: World) -> Iterator[Act]:
    """Yield every act on the card that the situation has the means for."""
    equipment = world.situation.equipment
    if any(world.start.pin(kind) in {0, FORGOTTEN} for kind in CARD_KINDS):
        yield _look(world)
    if equipment.nfc_phone or equipment.card_reader:
        yield from (_try(world, kind) for kind in CARD_KINDS if world.confidence[kind.value])
    if world.has_signature and world.alive_until > world.now:
        for kind in CARD_KINDS:
            yield from _store_acts(world, kind)
    yield from counter_acts(world)


def _look(world: World) -> Act:
    minutes, found = world.minutes("look-for-slip"), world.chance("slip")

    def lead(state: State, _: int) -> tuple[Outcome, ...]:
        seen = state._replace(searched=True)
        happy = seen
        for kind in CARD_KINDS:
            if _helps(state.pin(kind)):
                happy = happy.with_pin(kind, KNOWN)
        return (found, happy), (1 - found, seen)

    return Act(
        name="look-for-slip",
        core=(Leg("look-for-slip", HOME, minutes),),
        lead=lead,
        allowed=lambda state: not state.searched and (_helps(state.signature) or _helps(state.authentication)),
        facts=("duration-look-for-slip", "chance-slip"),
        effort=(0, minutes),
    )


def _helps(stand: int) -> bool:
    return stand >= 0 or stand == FORGOTTEN


def _try(world: World, kind: PinKind) -> Act:
    minutes, odds, left = world.minutes("try-pin"), world.confidence[kind.value], world.tries_left(kind)
    guessed = ("chance-unsure",) if world.situation.pin(kind).confidence is None else ()

    def lead(state: State, _: int) -> tuple[Outcome, ...]:
        missed = state.pin(kind)
        right, after = odds[missed], missed + 1
        miss = LOCKED if after >= left else after if after < len(odds) else FORGOTTEN
        return (right, state.with_pin(kind, KNOWN)), (1 - right, state.with_pin(kind, miss))

    return Act(
        name="try-pin",
        kind=kind,
        core=(Leg("try-pin", HOME, minutes),),
        lead=lead,
        allowed=lambda state: 0 <= state.pin(kind) < len(odds) and odds[state.pin(kind)] > 0,
        facts=(f"pin-{kind.value}", "tries-on-card", "duration-try-pin", "chance-next-idea", *guessed),
        effort=(0, minutes),
    )


def _store_acts(world: World, kind: PinKind) -> Iterator[Act]:
    proof = proof_kind(kind)
    stores = world.situation.places.stores or ()
    if proof is None or not any(kind in world.rules.chains[store.chain] for store in stores):
        return
    if world.situation.equipment.nfc_phone:
        yield _reserve(world, kind, proof)
    held = world.situation.reservation
    if world.situation.equipment.nfc_phone or (held and held.kind is kind):
        for index, store in enumerate(stores):
            if kind in world.rules.chains[store.chain]:
                yield _kiosk(world, kind, proof, index, store)


def _reserve(world: World, kind: PinKind, proof: PinKind) -> Act:
    minutes, life = world.minutes("reserve"), world.rules.reservation_life
    face = kind is PinKind.SIGNATURE or world.rules.face_for_authentication
    match = world.chance("face-match") if face else 1.0
    held, session, kiosk = world.start.until, world.minutes("kiosk"), world.rules.kiosk

    def not_before(_: State, now: int) -> int:
        """Return from when a reservation lives long enough for the next opening of the kiosks."""
        opening = kiosk.earliest(now, session)
        return opening[1] - life - minutes if opening else now

    def until(made: int) -> int:
        """Return the end of a reservation made then, to the whole hour before unless the next opening needs it all.

        That is the safe side, and the reservations of one hour are one state to the search.
        """
        opening = kiosk.earliest(made, session)
        return max((made + life) // HOUR * HOUR, min(made + life, opening[1]) if opening else 0)

    def lead(state: State, end: int) -> tuple[Outcome, ...]:
        made = (match, state._replace(reserved=kind.value, until=until(end)))
        return (made, (1 - match, state._replace(refused=True))) if face else (made,)

    return Act(
        name="reserve",
        kind=kind,
        core=(Leg("reserve", HOME, minutes),),
        lead=lead,
        allowed=lambda state: (
            state.pin(kind) != KNOWN
            and state.pin(proof) == KNOWN
            and (state.until == held or not state.reserved)
            and not (face and state.refused)
            and state.usable != DEAD
        ),
        not_before=not_before,
        not_after=lambda _: world.alive_until,
        facts=(
            *("reset-cross-proof", "reset-preconditions", f"reset-face-{kind.value}", "app-hours", "duration-reserve"),
            *(("chance-face-match",) if face else ()),
        ),
        effort=(0, minutes),
    )


def _kiosk(world: World, kind: PinKind, proof: PinKind, index: int, store: Store) -> Act:
    minutes, bit, wait, word = world.minutes("kiosk"), 1 << index, world.rules.reset_wait, kind.value
    works, twins = world.chance(f"shop-{shops(store.chain)}"), _twins(world, index)

    def lead(state: State, end: int) -> tuple[Outcome, ...]:
        done = state.with_pin(kind, KNOWN)._replace(reserved="", until=0).usable_after(end, wait)
        return (works, done), (1 - works, state._replace(broken=state.broken | bit))

    return Act(
        name="kiosk",
        kind=kind,
        before=(Leg("go", store.chain.value, store.minutes),),
        core=(Leg("kiosk", store.chain.value, minutes),),
        after=(Leg("go-home", HOME, store.minutes),),
        lead=lead,
        allowed=lambda state: (
            state.reserved == word
            and state.pin(proof) == KNOWN
            and state.pin(kind) != KNOWN
            and state.broken & (bit | twins) == twins
        ),
        window=world.rules.kiosk,
        not_after=lambda state: min(state.until, world.alive_until),
        facts=(
            *("kiosk-hours", "kiosk-year-end", "reservation-life", "reset-chains", "reset-usable", "duration-kiosk"),
            f"chance-shop-{shops(store.chain)}",
        ),
        effort=(2 * store.minutes + minutes, 0),
        leads_to="etax-now",
        ripens=lambda limit: limit - wait,
    )


def _twins(world: World, index: int) -> int:
    """Return the bits of the stores named before one that are as far and as good: it is tried after they failed."""
    stores = world.situation.places.stores or ()

    def alike(store: Store) -> tuple[int, str, frozenset[PinKind]]:
        return store.minutes, shops(store.chain), world.rules.chains[store.chain]

    return sum(1 << earlier for earlier in range(index) if alike(stores[earlier]) == alike(stores[index]))
