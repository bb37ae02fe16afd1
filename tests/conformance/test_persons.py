"""Promise: every test person ends as its facts say, and is told why and what to do, in both languages."""

import pytest

from kaijo.doctor import CardKind, PinState, examine, findings
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.persons import persons
from kaijo.words import LANGS, explain, message
from tests.support.world import NEW_PINS, World

SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION

# person -> PIN to reset, the code it ends with (None: reset), exit code
ENDINGS: dict[str, tuple[PinKind, str | None, int]] = {
    "fresh": (SIGNATURE, None, 0),
    "signature-locked": (SIGNATURE, None, 0),
    "authentication-locked": (AUTHENTICATION, None, 0),
    "both-locked": (SIGNATURE, "terminal.proof-locked", 1),
    "one-try-left": (SIGNATURE, "guard.last-try", 4),
    "certificate-expired": (SIGNATURE, "terminal.certificate-expired", 1),
    "moved": (SIGNATURE, "reset.certificate-revoked", 1),
    "under-15": (AUTHENTICATION, "terminal.no-signature-certificate", 1),
    "face-only": (SIGNATURE, "terminal.no-signature-certificate", 1),
}

READINGS: dict[str, tuple[CardKind, set[PinKind], set[str]]] = {
    "fresh": (CardKind.CURRENT, set(), {"finding.login-possible", "finding.sending-possible"}),
    "signature-locked": (CardKind.CURRENT, {SIGNATURE}, {"finding.store-reset", "finding.sending-impossible"}),
    "authentication-locked": (CardKind.CURRENT, {AUTHENTICATION}, {"finding.store-reset", "finding.login-impossible"}),
    "both-locked": (CardKind.CURRENT, {SIGNATURE, AUTHENTICATION}, {"finding.counter-no-proof"}),
    "one-try-left": (CardKind.CURRENT, {SIGNATURE}, {"finding.proof-last-try", "finding.last-try"}),
    "certificate-expired": (
        CardKind.CURRENT,
        {SIGNATURE},
        {"finding.certificate-expired", "finding.counter-certificate"},
    ),
    "moved": (CardKind.CURRENT, {SIGNATURE}, {"finding.store-reset", "finding.signature-certificate-unreadable"}),
    "under-15": (CardKind.NO_SIGNATURE_CERTIFICATE, {AUTHENTICATION}, {"finding.no-signature-certificate"}),
    "face-only": (CardKind.FACE_AUTHENTICATION, set(), {"finding.face-authentication-card"}),
}


def test_every_person_has_an_ending_here() -> None:
    assert {one.id for one in persons()} == set(ENDINGS) == set(READINGS)


@pytest.mark.parametrize("person_id", ENDINGS)
def test_person_ends_as_the_facts_say(world: World, person_id: str) -> None:
    kind, code, exit_code = ENDINGS[person_id]
    card = world.card(person_id)
    if code is None:
        world.reserve(card, person_id, kind)
        assert world.reset(world.kiosk(card), person_id) is kind
        guard = world.guard(card)
        guard.verify(kind, NEW_PINS[kind], shown=guard.tries(kind))
        assert guard.tries(kind).tries_left == guard.tries(kind).tries_max
        return
    before = {pin: world.guard(card).tries(pin).tries_left for pin in PinKind}
    with pytest.raises(KaijoError) as caught:
        world.reserve(card, person_id, kind)
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    after = {pin: world.guard(card).tries(pin).tries_left for pin in PinKind}
    assert all(after[pin] >= before[pin] for pin in PinKind)
    assert world.rows("select count(*) from reservations") == [(0,)]
    for lang in LANGS:
        said = explain(caught.value, lang)
        assert said.title
        assert said.cause
        assert said.remedy
        assert "{" not in said.title + said.cause + said.remedy


@pytest.mark.parametrize("person_id", READINGS)
def test_doctor_reads_what_is_there(world: World, person_id: str) -> None:
    kind, locked, codes = READINGS[person_id]
    seen = examine(world.guard(world.card(person_id)), world.clock)
    found = findings(seen)
    assert (seen.kind, set(seen.locked())) == (kind, locked)
    assert seen.test_card
    assert codes <= {finding.code for finding in found}
    assert all(message(finding.code, lang, **finding.data).remedy for finding in found for lang in LANGS)


def test_pin_that_was_never_set_is_not_called_locked(world: World) -> None:
    child = examine(world.guard(world.card("under-15")), world.clock)
    assert child.pins[SIGNATURE].state is PinState.ABSENT
