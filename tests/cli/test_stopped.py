import pytest

from kaijo import app
from kaijo.facts.limits import failed_channels
from kaijo.facts.pins import PinKind
from kaijo.reset.records import Place, TerminalSession
from kaijo.reset.states import SessionState
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.world import World

NAME = "a" * 64


@pytest.fixture
def stopped(world: World) -> None:
    """Have a card whose channel failed as often as it may."""
    with app.gatehouse(world.data, world.clock) as house, house.store.begin() as records:
        for number in range(failed_channels()):
            session = TerminalSession(
                pseudonym=NAME,
                id=f"{NAME}.{number:032x}",
                reservation=bytes(16),
                kind=PinKind.SIGNATURE,
                kiosk="kiosk-1",
                state=SessionState.ENDED,
                nonce="0" * 64,
                host_challenge=bytes(16),
                sealed=b"",
                opened_at=world.clock.now(),
                expires_at=world.clock.now(),
                place=Place.KIOSK,
            )
            records.add_failed_channel(session, world.clock.now())


@pytest.mark.usefixtures("stopped")
def test_stopped_card_is_listed_and_released_once(kaijo: CommandLine, world: World) -> None:
    at = ("--data", str(world.data), "--json")
    listed = kaijo("stopped", "list", *at).json()
    assert listed == [{"pseudonym": NAME, "since": world.clock.now().isoformat()}]
    assert "since" in kaijo("stopped", "list", "--data", str(world.data), "--lang", "en").out
    released = kaijo("stopped", "release", NAME, *at).json()
    assert [complaints("stopped", answer) for answer in (listed, released)] == [[], []]
    again = kaijo("stopped", "release", NAME, *at)
    assert (again.code, again.json()["error"]["code"]) == (1, "reset.not-stopped")
    assert "ありません" in kaijo("stopped", "list", "--data", str(world.data)).out
