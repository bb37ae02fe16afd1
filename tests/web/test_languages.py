import pytest

from .visitor import Page, Visitor
from .walk import arrive, ask, look, reserve


def language(page: Page) -> str:
    return next(page.all("html"))["lang"]


def switch(visitor: Visitor, page: Page, lang: str) -> Page:
    link = next(one for one in page.all("a") if one.get("hreflang") == lang)
    return visitor.go(page.path + link["href"])


def test_first_page_is_japanese(alone: Visitor) -> None:
    assert language(alone.go("/")) == "ja"


@pytest.mark.parametrize("address", ["/?lang=fr", "/?lang=", "/?lang=EN", "/?lang=en%00"])
def test_unknown_language_changes_nothing(alone: Visitor, address: str) -> None:
    assert (language(alone.go(address)), list(alone.client.cookies)) == ("ja", [])


def test_choice_is_kept_on_later_pages_and_can_be_taken_back(alone: Visitor) -> None:
    alone.go("/?lang=en")
    assert language(alone.go("/kiosk")) == "en"
    assert language(alone.go("/kiosk?lang=ja")) == "ja"
    assert language(alone.go("/")) == "ja"


def test_switch_keeps_the_page(visitor: Visitor) -> None:
    for page in (look(visitor), ask(visitor), reserve(visitor), visitor.go("/cards/signature-locked"), visitor.go("/")):
        turned = switch(visitor, page, "en")
        assert (turned.status, turned.path, language(turned)) == (200, page.path, "en")
        assert len(turned.forms) == len(page.forms)
        switch(visitor, turned, "ja")
    visit = arrive(visitor)
    assert switch(visitor, visit, "en").path == visit.path


def test_switch_on_an_error_page_leads_nowhere_else(alone: Visitor) -> None:
    page = alone.go("//evil.example/")
    assert {one["href"] for one in page.all("a") if "hreflang" in one} == {"?lang=ja", "?lang=en"}


def test_present_language_is_marked(alone: Visitor) -> None:
    marked = [one["hreflang"] for one in alone.go("/?lang=en").all("a") if "hreflang" in one and "aria-current" in one]
    assert marked == ["en"]
