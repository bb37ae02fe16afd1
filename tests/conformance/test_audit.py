"""Promises: keys stay in their file or token, every act and denial has its row, and the rows hold nobody's data."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kaijo import app
from kaijo.errors import Refused
from kaijo.facts.pins import PinKind
from kaijo.reset.audit_file import verify
from kaijo.reset.checkpoints import read_public_key
from kaijo.reset.ports import CardKeys
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.service.keyfile import protect, read_key_file, write_key_file
from kaijo.service.server import serving
from kaijo.terminals.client import ServiceClient
from kaijo.virtualcard.persons import identity, person
from tests.support.canary import found
from tests.support.softhsm import PIN, Tokens
from tests.support.world import NEW_PINS, NIGHT, World, pins_of

LOCKED = "signature-locked"
WORDS = b"correct horse battery"


def in_file(folder: Path, _tokens: Tokens, master: bytes) -> CardKeys:
    path = folder / "master.keys"
    write_key_file(path, protect({1: master, 2: bytes(32)}, WORDS), new=True)
    return KeyFileCardKeys(read_key_file(path, lambda: WORDS))


def in_token(_folder: Path, tokens: Tokens, master: bytes) -> CardKeys:
    tokens.put(1, master)
    return app.token_keys(tokens.module, tokens.full, PIN)


@pytest.mark.parametrize("keep", [in_file, in_token])
def test_card_is_reset_with_the_keys_in_a_protected_place(
    world: World, tokens: Tokens, keep: Callable[[Path, Tokens, bytes], CardKeys]
) -> None:
    keys = keep(world.folder, tokens, app.practice_issuer(world.clock).administration_master)
    service = app.service(world.folder / "second", world.clock, face_required=False, keys=keys)
    with serving(service) as world.url, ServiceClient(world.url) as world.client:
        card = world.card(LOCKED)
        world.reserve(card, LOCKED)
        assert world.reset(world.kiosk(card), LOCKED) is PinKind.SIGNATURE


def test_audit_trail_of_a_night_is_whole_and_holds_no_personal_data(world: World) -> None:
    card = world.card(LOCKED)
    with pytest.raises(Refused, match="no-reservation"):
        world.kiosk(card).open()
    world.reserve(card, LOCKED)
    world.reset(world.kiosk(card), LOCKED)
    trail = app.audit_trail(world.data, world.clock)
    kept = trail.checkpoint()
    lines = list(trail.export())
    assert verify(lines, key=read_public_key(trail.public_key), since=kept).findings == []
    content = b"".join(lines)
    for tag in (b"reservation-made", b"session-ended", b"receipt-taken", b'"code":"reset.no-reservation"'):
        assert tag in content
    who = identity(person(LOCKED), NIGHT)
    secrets = [*pins_of(LOCKED).values(), NEW_PINS[PinKind.SIGNATURE], who.name, who.address, who.my_number]
    assert [secret for secret in secrets if found(secret, content)] == []
    assert b"kiosk-1" not in content
