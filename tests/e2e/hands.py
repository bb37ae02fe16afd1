"""Two ways in which a person uses a page: the keyboard alone, and fingers alone."""

from abc import ABC, abstractmethod
from typing import Protocol

from playwright.sync_api import Page, expect

_MOST_TABS = 40
_FOCUSED = "one => one === document.activeElement"
# How far it is: stops of the Tab key, of which a group of radio buttons is one, then steps within that group.
_WAY = """one => {
    const group = radio => [...document.getElementsByName(radio.name)].filter(other => other.type === 'radio')
    const stop = any => any.type === 'radio' ? group(any).find(other => other.checked) ?? group(any)[0] : any
    const all = 'a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]'
    const stops = [...document.querySelectorAll(all)].filter(any => any.checkVisibility() && stop(any) === any)
    const steps = one.type === 'radio' ? group(one).indexOf(one) - group(one).indexOf(stop(one)) : 0
    return [stops.indexOf(stop(one)) - stops.indexOf(stop(document.activeElement)), steps]
}"""


class Hand(Protocol):
    """What a person does to a page. `target` is a selector; the first that is found is meant."""

    def press(self, target: str) -> None:
        """Press it."""
        ...

    def go(self, target: str) -> None:
        """Press it and wait for the page that it leads to."""
        ...

    def choose(self, target: str) -> None:
        """Choose a radio button or tick a box."""
        ...

    def fill(self, target: str, text: str) -> None:
        """Type into it."""
        ...


class _Hand(ABC):
    def __init__(self, page: Page) -> None:
        self._page = page

    @abstractmethod
    def press(self, target: str) -> None: ...

    def go(self, target: str) -> None:
        with self._page.expect_navigation(wait_until="load"):
            self.press(target)


class Keyboard(_Hand):
    """Tab, Enter, the space bar, the arrows: nothing else moves."""

    def press(self, target: str) -> None:
        """Press it with Enter."""
        self._reach(target)
        self._page.keyboard.press("Enter")

    def choose(self, target: str) -> None:
        """Choose it with the space bar, within a group with the arrows."""
        self._reach(target)
        if not self._page.locator(target).first.is_checked():
            self._page.keyboard.press("Space")

    def fill(self, target: str, text: str) -> None:
        """Type into it."""
        self._reach(target)
        self._page.keyboard.type(text)

    def _reach(self, target: str) -> None:
        wanted = self._page.locator(target).first
        stops, steps = wanted.evaluate(_WAY)
        for key, times in (("Tab" if stops > 0 else "Shift+Tab", abs(stops)), ("ArrowDown", steps)):
            for _ in range(times):
                self._page.keyboard.press(key)
        for _ in range(_MOST_TABS):  # where the browser stops at something more than we counted
            if wanted.evaluate(_FOCUSED):
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")


class Fingers(_Hand):
    """Taps, and the keys that a screen shows: no key of a keyboard where the machine has its own."""

    def press(self, target: str) -> None:
        """Tap it."""
        self._page.locator(target).first.tap()

    def choose(self, target: str) -> None:
        """Tap its words, as people do."""
        found = self._page.locator(target).first
        self._page.locator(f"label[for='{found.get_attribute('id')}']").tap()

    def fill(self, target: str, text: str) -> None:
        """Tap the field, then the keys."""
        field = self._page.locator(target).first
        field.tap()
        if self._page.locator("[data-keypad]").is_visible():
            for key in text:
                self._page.locator(f"[data-key='{key}']").tap()
        else:
            expect(field).to_be_focused()  # a tap is sent; what it does comes a moment later
            self._page.keyboard.insert_text(text)  # what the keys of the phone's own system do


HANDS: dict[str, type[Keyboard] | type[Fingers]] = {"keyboard": Keyboard, "fingers": Fingers}
