"""Why a route is ruled out: the first rule or missing thing that stands against it, with the facts behind it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kaijo.facts.filing import ReturnKind
from kaijo.facts.phonecert import phone_certificate, phone_reset
from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind
from kaijo.plan.routes import Solution
from kaijo.plan.rules import Pace, post_window
from kaijo.plan.search import LATE
from kaijo.plan.situation import Equipment
from kaijo.plan.speech import plain
from kaijo.plan.states import CARD_KINDS, KNOWN, LOCKED
from kaijo.plan.windows import DAY, moment_of
from kaijo.plan.world import World


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a word completed to a code of the catalogue, the facts, and the data the sentence needs."""

    because: str
    facts: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A route that is ruled out, and why."""

    id: str
    reason: Reason

    @property
    def code(self) -> str:
        """The catalogue's code of the reason."""
        return f"plan.because.{self.reason.because}"

    def as_dict(self) -> dict[str, object]:
        """Return the rejection in JSON's types."""
        return {
            "id": self.id,
            "because": self.code,
            "facts": list(self.reason.facts),
            "data": plain(self.reason.data),
        }


def reject(solution: Solution, route: str) -> Rejection:
    """Return why the solution has no policy for a route."""
    world = solution.worlds[Pace.TYPICAL]
    return Rejection(route, next(_WHY[route](world)))


def _over(world: World) -> Iterator[Reason]:
    if world.now >= world.cuts["etax"]:
        yield Reason("deadline-over", ("filing-deadline", "etax-cut"), {"day": world.deadline})


def _card(world: World) -> Iterator[Reason]:
    """Yield what stands against any route that signs with the card."""
    if not world.has_signature:
        yield Reason("no-signature-certificate", ("signature-certificate-age", "reset-age"))


def _certificates(world: World) -> Iterator[Reason]:
    if world.alive_until > world.now:
        return
    signature = world.situation.certificate(PinKind.SIGNATURE)
    authentication = world.situation.certificate(PinKind.AUTHENTICATION)
    if world.situation.person.moved_since_issue:
        yield Reason("moved", ("certificate-ends-on-change", "reset-after-move"))
    if signature.revoked or authentication.revoked:
        yield Reason("certificate-revoked", ("reset-preconditions",))
    yield Reason("certificate-expired", ("certificate-life", "reset-preconditions"))


def _have(told: bool | None, word: str, *facts: str) -> Iterator[Reason]:  # noqa: FBT001
    if told is None:
        yield Reason(f"{word}-unknown", facts)
    elif not told:
        yield Reason(f"no-{word}", facts)


def _device(equipment: Equipment) -> Iterator[Reason]:
    if not (equipment.nfc_phone or equipment.card_reader):
        either = None if None in {equipment.nfc_phone, equipment.card_reader} else False
        yield from _have(either, "device", "etax-pins")


def _etax_now(world: World) -> Iterator[Reason]:
    yield from _over(world)
    yield from _card(world)
    yield from _certificates(world)
    yield from _device(world.situation.equipment)
    for kind in CARD_KINDS:
        if world.start.pin(kind) == LOCKED:
            yield Reason("locked", ("etax-pins", "tries-on-card"), {"kind": kind.value})
    yield Reason("too-late", ("etax-cut", "etax-hours-season", "filing-deadline"))


def _kiosk(world: World) -> Iterator[Reason]:
    yield from _over(world)
    yield from _card(world)
    yield from _certificates(world)
    start = world.start
    if start.both_known:
        yield Reason("nothing-to-reset")
    open_kinds = [kind for kind in CARD_KINDS if start.pin(kind) != KNOWN and _proven(world, kind)]
    if not open_kinds:
        yield Reason("no-proof", ("reset-cross-proof",))
    held = world.situation.reservation
    if held is None or held.kind not in open_kinds:
        yield from _have(world.situation.equipment.nfc_phone, "phone", "reset-phone")
    stores = world.situation.places.stores
    if stores is None:
        yield Reason("store-unknown", ("reset-chains",))
    if not stores:
        yield Reason("no-store", ("reset-chains",))
    fitting = [kind for kind in open_kinds if any(kind in world.rules.chains[store.chain] for store in stores or ())]
    if not fitting:
        kind = open_kinds[0]
        chains = [chain.value for chain, kinds in world.rules.chains.items() if kind in kinds]
        yield Reason("wrong-chain", ("reset-chains",), {"kind": kind.value, "chains": chains})
    yield from _device(world.situation.equipment)
    yield from _shut(world.rules.kiosk.earliest(world.now, 1), world, "kiosk", "kiosk-hours", "reset-two-steps")
    yield Reason("too-late", ("kiosk-hours", "etax-cut", "etax-hours-season", "filing-deadline"))


def _proven(world: World, kind: PinKind) -> bool:
    proof = proof_kind(kind)
    return proof is not None and world.start.pin(proof) != LOCKED


def _shut(fit: tuple[int, int] | None, world: World, word: str, *facts: str) -> Iterator[Reason]:
    """Yield that a place is shut now, where it is; the data says when it opens."""
    if fit is not None and fit[0] > world.now:
        yield Reason(f"{word}-shut", facts, {"opens": moment_of(fit[0])})


def _counter(world: World) -> Iterator[Reason]:
    yield from _over(world)
    yield from _card(world)
    if world.start.both_known and world.alive_until > world.now:
        yield Reason("nothing-to-reset")
    if world.situation.places.counter is None:
        yield Reason("counter-unknown", ("counter-scope",))
    yield from _device(world.situation.equipment)
    window = world.rules.counter[Pace.TYPICAL]
    yield from _shut(window.earliest(world.now, 1), world, "counter", "counter-hours", "holidays")
    if world.alive_until <= world.now and (world.cuts["etax"] - 1) // DAY == world.now // DAY:
        yield Reason("next-day", ("certificate-usable", "certificate-reissue"))
    yield Reason("too-late", ("counter-hours", "etax-cut", "etax-hours-season", "filing-deadline"))


def _phone_certificate(world: World) -> Iterator[Reason]:
    yield from _over(world)
    equipment = world.situation.equipment
    yield from _have(equipment.phone_certificate, "phone-certificate", "phone-certificate")
    if equipment.phone_signature_pin is False and world.start.pin(phone_reset(PinKind.SIGNATURE).proof) != KNOWN:
        yield Reason("phone-pin-forgotten", ("phone-biometric", "phone-certificate-reset"))
    yield from _certificates(world)
    if world.situation.now.date() < phone_certificate().etax_from:
        yield Reason("phone-certificate-not-yet", ("phone-certificate",))
    yield Reason("too-late", ("etax-cut", "etax-hours-season", "filing-deadline"))


def _id_password(world: World) -> Iterator[Reason]:
    yield from _over(world)
    yield from _have(world.situation.equipment.id_password, "id-password", "id-password")
    if not world.rules.id_password:
        yield Reason("id-password-ended", ("id-password",))
    yield Reason("too-late", ("etax-cut", "etax-hours-season", "filing-deadline"))


def _accountant(world: World) -> Iterator[Reason]:
    yield from _over(world)
    yield from _have(world.situation.equipment.accountant, "accountant", "accountant-send")
    yield Reason("too-late", ("etax-cut", "etax-hours-season", "filing-deadline"))


def _post(world: World) -> Iterator[Reason]:
    yield from _over(world)
    yield from _have(world.situation.equipment.printer, "printer", "paper-needs")
    office = world.situation.places.post_office
    if office is None:
        yield Reason("post-office-unknown", ("paper-postmark", "post-night-counter"))
    else:
        fit = post_window(office.closes).earliest(world.now, 1)
        yield from _shut(fit, world, "post-office", "paper-postmark", "post-counter-hours")
    yield Reason("too-late", ("paper-postmark", "post-counter-hours", "filing-deadline"))


def _drop_box(world: World) -> Iterator[Reason]:
    if world.now >= world.cuts["box"]:
        yield Reason("deadline-over", ("filing-deadline", "drop-box"), {"day": world.deadline})
    yield from _have(world.situation.equipment.printer, "printer", "paper-needs")
    if world.situation.places.drop_box is None:
        yield Reason("drop-box-unknown", ("drop-box",))
    yield Reason("too-late", ("drop-box", "filing-deadline"))


def _late(world: World) -> Iterator[Reason]:
    if world.situation.filing.kind is ReturnKind.REFUND:
        yield Reason("no-deadline", ("refund-window",))
    yield Reason("no-way")


_WHY: Mapping[str, Callable[[World], Iterator[Reason]]] = {
    "etax-now": _etax_now,
    "kiosk-etax": _kiosk,
    "counter-etax": _counter,
    "phone-certificate-etax": _phone_certificate,
    "id-password": _id_password,
    "accountant": _accountant,
    "paper-post": _post,
    "paper-drop-box": _drop_box,
    LATE: _late,
}
