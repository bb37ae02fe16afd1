"""The phone's camera in a real browser that sees a rendered head, nothing, or has no camera at all."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from kaijo.words import LANGS, Lang, label
from tests.support.browser import chromium_with, faults, keep, screen
from tests.support.heads import head

from .phone import MOST_SCREENS, PHONE, STORED, press, strict, to_camera

__all__ = ["strict"]
pytestmark = pytest.mark.browser

# Pressed in the very moment in which it may be: the next picture can show another pose.
PRESS = """async () => {
    const begin = document.getElementById('begin')
    while (begin.getAttribute('aria-disabled') === 'true') await new Promise(done => setTimeout(done, 20))
    begin.click()
}"""
OVER = "#refused:not([hidden]), .clock"
CAMERA = "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"


def video(path: Path) -> Path:
    """Write what a camera sees while somebody does everything that can be asked, no two pictures the same."""
    one = head("collins")
    poses = (one.straight(), one.turned(26), one.straight(), one.nearer(1.35), one.straight(), one.turned(-26))
    with path.open("wb") as file:
        for number in range(4 * len(poses) * 45):
            picture = poses[number // 45 % len(poses)].copy()
            dot = (8 + number % 60 * 10, 8 + number // 60 * 4)
            ImageDraw.Draw(picture).rectangle((*dot, dot[0] + 3, dot[1] + 3), fill=(90, 90, 90))
            Image.Image.save(picture, file, "JPEG", quality=88)
    return path


@pytest.mark.parametrize("lang", LANGS)
def test_face_before_the_camera_is_reserved_in_seven_screens(strict: str, tmp_path: Path, lang: Lang) -> None:
    seen = f"--use-file-for-fake-video-capture={video(tmp_path / 'face.mjpeg')}"
    with chromium_with(*CAMERA, seen) as browser, screen(browser, strict, PHONE) as page:
        screens: set[str] = set()
        page.on("framenavigated", lambda frame: screens.add(urlsplit(frame.url).path))
        found = to_camera(page, lang, keeping=True)
        found["camera"] = faults(page)
        press(page, "phone.camera.start", lang)
        begin = page.get_by_role("button", name=label("phone.camera.take", lang))
        expect(begin).to_have_attribute("aria-disabled", "false")
        keep(page, f"phone-camera-{lang}")
        found["camera-looking"] = faults(page)
        page.evaluate(PRESS)
        expect(page.locator("#progress")).not_to_be_empty()
        keep(page, f"phone-camera-pose-{lang}")
        page.locator(OVER).first.wait_for()
        assert page.locator("#refused").all_inner_texts() in ([], [""])
        page.wait_for_url("**/phone/reservation/*")
        assert page.locator("h1").inner_text() == label("phone.reservation.title.live", lang)
        assert page.evaluate(STORED) == [0, 0, ""]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    # A photograph fills the screen of code B in; it is not one more.
    assert len({path.removesuffix("/photograph") for path in screens}) == MOST_SCREENS


def test_camera_without_a_face_says_what_to_do_and_spends_nothing(strict: str) -> None:
    with chromium_with(*CAMERA) as browser, screen(browser, strict, PHONE) as page:
        to_camera(page, "ja")
        tries = page.locator("#tries").text_content()
        press(page, "phone.camera.start", "ja")
        expect(page.locator("#guidance")).not_to_be_empty()
        begin = page.get_by_role("button", name=label("phone.camera.take", "ja"))
        begin.click(force=True)
        assert begin.get_attribute("aria-disabled") == "true"
        assert page.locator("#tries").text_content() == tries


def test_phone_without_a_camera_is_told_the_way(strict: str) -> None:
    with chromium_with() as browser, screen(browser, strict, PHONE) as page:
        to_camera(page, "ja")
        press(page, "phone.camera.start", "ja")
        expect(page.get_by_role("heading", name=label("phone.camera.none", "ja"))).to_be_visible()
        keep(page, "phone-camera-none-ja")
        assert faults(page) == []


def test_phone_without_scripts_is_told_the_way(strict: str) -> None:
    with chromium_with() as browser, screen(browser, strict, PHONE, scripts=False) as page:
        to_camera(page, "ja")
        expect(page.get_by_role("heading", name=label("phone.camera.none", "ja"))).to_be_visible()
        assert page.get_by_role("button", name=label("phone.camera.start", "ja")).count() == 0
