"""What a visit does with card and service: each act leaves the visit at the stage that is true after it."""

from kaijo.card.guard import Guard
from kaijo.card.pins import normalise
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.keep.weakness import weaknesses
from kaijo.terminals.kiosk import Visit
from kaijo.terminals.proof import proof_reading
from kaijo.terminals.trial import try_out
from kaijo.web.entries import Wrong, check_new, check_proof
from kaijo.web.kiosk.halves import join, part
from kaijo.web.kiosk.machine import Machine
from kaijo.web.kiosk.visits import Asking, Choosing, Failed, Finished, Stage, Trial, failed
from kaijo.web.places import Place
from kaijo.web.site import Fields
from kaijo.web.ways import card_mark, require_same_card, stake_of


class Acts:
    """The acts of the one visit of a machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._clock = machine.site.clock

    def read(self, place: Place) -> Stage:
        """Read the card and find its reservation."""
        visit: Visit | None = None
        try:
            self._machine.place_card(place)
            with self._machine.card(place) as guard:
                visit = self._found(guard)
                return Asking(place, visit, stake_of(guard, visit.proof))
        except KaijoError as error:
            return self._broken_off(place, error, visit, held=False)

    def prove(self, asking: Asking, fields: Fields) -> Wrong:
        """Prove the holder with the PIN in the field `proof`; return what is wrong with its form."""
        if wrong := check_proof(fields, PinKind(asking.visit.proof.kind)):
            return wrong
        self._machine.move(self._proved(asking, fields["proof"]))
        return {}

    def choose(self, choosing: Choosing, fields: Fields) -> Wrong | str:
        """Take the new PIN in the fields `new` and `again`; return the page's half of it, or what is wrong."""
        kind = choosing.visit.kind
        if wrong := check_new(fields, kind):
            return wrong
        kept, carried = part(normalise(kind, fields["new"]))
        self._machine.move(Choosing(choosing.place, choosing.proved, kept))
        return carried

    @staticmethod
    def weak(kind: PinKind, fields: Fields) -> tuple[str, ...]:
        """Return the codes of what makes the PIN in the field `new` easy to guess."""
        return weaknesses(kind, fields["new"])

    def write(self, choosing: Choosing, kept: bytes, carried: str, *, trial: bool) -> None:
        """Have the card reset, and sign with its new PIN if the holder wants that.

        Raises UsageProblem `web.bad-form` for a half of another page.
        """
        self._machine.move(self._written(choosing, join(kept, carried), trial=trial))

    def _found(self, guard: Guard) -> Visit:
        try:
            return self._machine.kiosk(guard).open()
        except Refused as refused:
            if refused.code == "reset.no-reservation" and guard.tries(PinKind.SIGNATURE).locked:
                proof_reading(guard, PinKind.SIGNATURE)  # with both locked no phone can reserve: the counter it is
            raise

    def _proved(self, asking: Asking, pin: str) -> Stage:
        visit = asking.visit
        try:
            with self._machine.card(asking.place) as guard:
                require_same_card(guard, self._clock, card_mark(visit.certificate))
                kiosk = self._machine.kiosk(guard)
                visit = kiosk.renew(visit)
                consent = asking.stake.consent(guard, self._machine.site.note_last_try)
                return Choosing(asking.place, kiosk.prove(visit, pin, consent=consent))
        except KaijoError as error:
            # An answer of the service may have been lost on its way.
            return self._broken_off(asking.place, error, visit, held=isinstance(error, ServiceTrouble))

    def _written(self, choosing: Choosing, pin: str, *, trial: bool) -> Stage:
        place, proved = choosing.place, choosing.proved
        try:
            with self._machine.card(place) as guard:
                require_same_card(guard, self._clock, card_mark(proved.visit.certificate))
                kiosk = self._machine.kiosk(guard)
                done = kiosk.finish(proved, pin)
                if not trial:
                    return Finished(place, done, Trial.NOT_WANTED)
                try:
                    try_out(guard, done.kind, pin)
                except KaijoError as trouble:
                    return Finished(place, done, Trial.FAILED, trouble)
                return Finished(place, done, Trial.GOOD)
        except KaijoError as error:
            return self._broken_off(place, error, proved.visit, held=True)

    def _broken_off(self, place: Place, error: KaijoError, visit: Visit | None, *, held: bool) -> Failed:
        told = visit is not None and self._machine.give_back(visit)
        return failed(place, error, visit, held=held, told=told)
