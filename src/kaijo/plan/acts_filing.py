"""Acts that end the night: the return leaves the house."""

from collections.abc import Iterator
from dataclasses import replace

from kaijo.facts.phonecert import phone_certificate, phone_reset
from kaijo.facts.pins import PinKind
from kaijo.plan.acts import HOME, Act, Leg, Outcome
from kaijo.plan.rules import post_window
from kaijo.plan.states import DEAD, KNOWN, State
from kaijo.plan.windows import ALWAYS
from kaijo.plan.world import NEVER, World

FILED: tuple[Outcome, ...] = ((1.0, None),)
_SENDING = ("etax-cut", "etax-hours-season", "filing-deadline")


def filing_acts(world: World) -> Iterator[Act]:
    """Yield every way of filing that the situation has the means for."""
    equipment, places = world.situation.equipment, world.situation.places
    if (equipment.nfc_phone or equipment.card_reader) and world.has_signature:
        yield _etax(world)
    if equipment.phone_certificate and _phone_works(world):
        yield _phone(world)
    if equipment.id_password and world.rules.id_password:
        yield _online(world, "id-password-send", ("id-password",))
    if equipment.accountant:
        yield _accountant(world)
    if equipment.printer and places.post_office:
        yield _paper(world, "post", "post-office", places.post_office.minutes)
    if equipment.printer and places.drop_box is not None:
        yield _paper(world, "drop-box", "tax-office", places.drop_box)


def _phone_works(world: World) -> bool:
    holds = phone_certificate()
    alive = world.alive_until > world.now or not holds.ends_with_card_certificate
    return alive and holds.works_while_card_locked and world.situation.now.date() >= holds.etax_from


def _phone(world: World) -> Act:
    facts = ("phone-certificate", "phone-certificate-lock", "phone-certificate-ends")
    ends = world.alive_until if phone_certificate().ends_with_card_certificate else NEVER
    act = replace(_online(world, "phone-certificate-send", facts), not_after=lambda _: ends)
    if world.situation.equipment.phone_signature_pin is not False:
        return act
    # No finger or face signs, so the forgotten PIN is reset first, which takes one that works.
    minutes, proof = world.minutes("try-pin"), phone_reset(PinKind.SIGNATURE).proof
    return replace(
        act,
        core=(Leg("phone-pin-reset", HOME, minutes), *act.core),
        allowed=lambda state: state.pin(proof) == KNOWN,
        facts=(*act.facts, "phone-biometric", "phone-certificate-reset", "duration-try-pin"),
        effort=(0, act.effort[1] + minutes),
    )


def _filed(_: State, __: int) -> tuple[Outcome, ...]:
    return FILED


def _etax(world: World) -> Act:
    minutes, login = world.minutes("etax-send"), world.minutes("try-pin")
    return Act(
        name="etax-send",
        core=(Leg("etax-login", HOME, login), Leg("etax-send", HOME, max(1, minutes - login))),
        lead=_filed,
        allowed=lambda state: state.both_known and state.usable != DEAD,
        window=world.rules.etax,
        not_before=lambda state, _: state.usable,
        not_after=lambda state: NEVER if state.renewed else world.alive_until,
        cut="etax",
        prepared=True,
        facts=("etax-pins", *_SENDING, "duration-etax-send"),
        effort=(0, minutes),
    )


def _online(world: World, name: str, facts: tuple[str, ...]) -> Act:
    minutes = world.minutes(name)
    return Act(
        name=name,
        core=(Leg(name, HOME, minutes),),
        lead=_filed,
        allowed=lambda _: True,
        window=world.rules.etax,
        cut="etax",
        prepared=True,
        facts=(*facts, *_SENDING, f"duration-{name}"),
        effort=(0, minutes),
    )


def _accountant(world: World) -> Act:
    minutes, sends = world.minutes("accountant"), world.chance("accountant")
    return Act(
        name="accountant",
        core=(Leg("accountant", HOME, minutes),),
        lead=lambda state, _: ((sends, None), (1 - sends, state._replace(called=True))),
        allowed=lambda state: not state.called,
        window=world.rules.etax,
        cut="etax",
        prepared=True,
        facts=("accountant-send", *_SENDING, "duration-accountant", "chance-accountant"),
        effort=(0, minutes),
    )


def _paper(world: World, name: str, place: str, way: int) -> Act:
    office = world.situation.places.post_office
    minutes, printing = world.minutes(name), world.minutes("print-return")
    by_post = name == "post"
    return Act(
        name=name,
        before=(Leg("print-return", HOME, printing), Leg("go", place, way)),
        core=(Leg(name, place, minutes),),
        lead=_filed,
        allowed=lambda _: True,
        window=post_window(office.closes) if by_post and office else ALWAYS,
        cut="post" if by_post else "box",
        electronic=False,
        prepared=True,
        facts=(
            *(("paper-postmark", "post-counter-hours") if by_post else ("drop-box",)),
            "paper-needs",
            "filing-deadline",
            "duration-print-return",
            f"duration-{name}",
        ),
        effort=(2 * way + minutes, printing),
    )
