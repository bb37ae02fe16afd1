"""The kiosk's script while the machine already answers: what it still has to say comes too late and does no harm."""

import pytest
from playwright.sync_api import Browser, Route

from kaijo.words import label
from tests.support.browser import screen
from tests.support.world import NIGHT, World

from .test_kiosk import LARGE, TICKS, address, lay, reserve

__all__ = ["address"]
pytestmark = pytest.mark.browser


def test_sign_of_life_that_comes_too_late_does_not_stop_the_way_on(
    chromium: Browser, address: str, world: World
) -> None:
    reserve(world)
    with screen(chromium, address, LARGE, touch=True, stopped=NIGHT) as page:
        lay(page)
        sent: list[Route] = []
        page.route("**/here", lambda route: route.fulfill(json={"refused": {}}))  # the visit is over by now
        page.route("**/visits/*", lambda route: sent.append(route))  # noqa: PLW0108 -- it is given an attribute
        with page.expect_request_finished(lambda request: request.url.endswith("/here")):
            page.get_by_role("button", name=label("kiosk.leave", "ja"), exact=True).first.tap()
        page.wait_for_timeout(TICKS)  # in which it would be loaded anew
        assert [one.request.method for one in sent] == ["POST"]
        sent[0].continue_()
        page.wait_for_url("**/kiosk/take")
