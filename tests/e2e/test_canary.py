"""Promise: a walk over the pages leaves no PIN behind: not in storage, logs or files, nor in what went over a wire."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.web import pages
from tests.support.browser import screen
from tests.support.canary import files_below, found
from tests.support.world import NEW_PINS, NIGHT, World, pins_of
from tests.web.visitor import Table

from .hands import Fingers
from .persons import reserve, visit
from .test_kiosk import KEPT

pytestmark = pytest.mark.browser
PERSON, KIND = "signature-locked", PinKind.SIGNATURE
SECRETS = (*pins_of(PERSON).values(), NEW_PINS[KIND])


class Recorder:
    """Keeps what an application is asked and answers. Without `bodies` nothing of what a form sends: PINs are typed."""

    def __init__(self, application: ASGIApp, *, bodies: bool) -> None:
        self._application = application
        self._bodies = bodies
        self.said = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        self.said += scope["raw_path"] + b"?" + scope["query_string"] + repr(scope["headers"]).encode() + b"\n"

        async def asked() -> Message:
            message = await receive()
            self.said += message.get("body", b"") if self._bodies else b""
            return message

        async def answered(message: Message) -> None:
            self.said += repr(message.get("headers", "")).encode() + message.get("body", b"") + b"\n"
            await send(message)

        await self._application(scope, asked, answered)


def test_walk_over_the_pages_leaves_no_pin_behind(
    chromium: Browser, world: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    card = world.card_file(PERSON)
    wire = Recorder(app.service(world.folder / "recorded", world.clock, face_required=False), bodies=True)
    with serving(wire) as service:
        site = pages(faces=("phone", "kiosk"), service=service, places=Table({PERSON: card}), clock=world.clock)
        screens = Recorder(site, bodies=False)
        with serving(screens) as url, screen(chromium, url, (390, 844), touch=True, stopped=NIGHT) as page:
            reserve(page, Fingers(page), "en", PERSON, KIND)
            assert visit(page, Fingers(page), "en", PERSON, KIND) == "The PIN was reset"
            kept = page.evaluate(KEPT)
            cookies = [one["name"] for one in page.context.cookies()]
            state = str(page.context.storage_state()).encode()
    assert (kept, cookies) == ([0, 0, "", 0, 0, 0], ["kaijo-lang"])
    output = capfd.readouterr()
    searched = {
        "wire": wire.said,
        "screens": screens.said,
        "storage": state,
        "output": (output.out + output.err + caplog.text).encode(),
        **{path.name: path.read_bytes() for path in files_below(world.folder, without={Path(card)})},
    }
    assert {"wire", "service.sqlite3"} <= searched.keys()
    assert b"/v1/kiosk-sessions" in wire.said
    assert b"</html>" in screens.said
    assert {(where, pin) for where, content in searched.items() for pin in SECRETS if found(pin, content)} == set()
