"""Code B from a photograph on the phone's page: filled in to be compared, never sent by itself, kept nowhere."""

import shutil
from pathlib import Path

import pytest

from kaijo.facts.card_front import front_rule
from kaijo.facts.pins import code_tries
from kaijo.virtualcard.front import front
from kaijo.words import label, message
from tests.support.pcscd import cannot
from tests.support.photographs import Taken, patience, photograph
from tests.support.world import World, issued

from .test_phone_code import asking, code_tries_left, enter, printed, typing
from .visitor import ORIGIN, Page, Visitor
from .walk import LOCKED, ask

__all__ = ["asking"]
FILLED = ("year", "month", "day", "expiry", "security")


def send(visitor: Visitor, page: Page, picture: bytes, *, token: str | None = None, origin: str = ORIGIN) -> Page:
    """Send a picture with the page's own form."""
    form = next(form for form in page.forms if form.action.endswith("/photograph"))
    fields = form.hidden() if token is None else {"token": token}
    answer = visitor.client.post(
        form.action, data=fields, files={"photograph": ("a.jpg", picture, "image/jpeg")}, headers={"Origin": origin}
    )
    return visitor._page(answer)


def values(page: Page) -> dict[str, str]:
    inputs = {one["name"]: one.get("value", "") for form in page.forms for one in form.inputs if "name" in one}
    return {name: inputs[name] for name in FILLED}


@pytest.fixture
def picture() -> bytes:
    if not shutil.which("tesseract"):
        cannot("no tesseract on this machine")
    return photograph(front(issued(LOCKED)), Taken())


def test_photograph_fills_the_fields_in_to_be_compared(asking: Visitor, world: World, picture: bytes) -> None:
    with patience():
        page = send(asking, ask(asking), picture)
    right = printed()
    assert page.status == 200
    assert values(page) == {name: str(int(right[name])) for name in FILLED[:3]} | {
        name: right[name] for name in FILLED[3:]
    }
    assert [one["value"] for one in page.all("option") if "selected" in one] == [right["era"]]
    assert page.text.count(label("phone.code.compare", "ja")) == 3
    assert label("phone.code.read", "ja") in page.within("h2")
    assert code_tries_left(world) == code_tries()  # nothing was sent to the card
    typed = values(page) | {"era": right["era"]}
    assert asking.post(typing(page).action, {**typing(page).hidden(), **typed}).path.startswith("/phone/proof/")


def test_address_of_the_photograph_leads_back_to_the_code(asking: Visitor) -> None:
    page = ask(asking)
    assert values(asking.go(f"{page.path}/photograph"))["security"] == ""


def test_no_picture_is_told_and_typing_goes_on(asking: Visitor) -> None:
    page = send(asking, ask(asking), b"no picture")
    assert page.status == 422
    assert message("front.no-picture", "ja").title in page.text
    assert values(page) == dict.fromkeys(FILLED, "") | {"expiry": "2034"}
    assert enter(asking, ask(asking), printed()).path.startswith("/phone/proof/")


def test_machine_without_the_program_says_so_and_typing_goes_on(
    asking: Visitor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    page = send(asking, ask(asking), b"a picture")
    assert message("front.no-program", "ja").title in page.text
    assert enter(asking, ask(asking), printed()).path.startswith("/phone/proof/")


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"token": "other"}, "web.stale-form"), ({"origin": "http://elsewhere.example"}, "web.foreign-origin")],
)
def test_picture_from_elsewhere_is_refused(asking: Visitor, changes: dict[str, str], code: str) -> None:
    assert send(asking, ask(asking), b"a picture", **changes).code == code


def test_too_large_a_body_is_refused_before_it_is_whole(asking: Visitor) -> None:
    assert send(asking, ask(asking), bytes(front_rule().most_bytes + 9000)).code == "web.too-large"


def test_form_without_a_file_is_refused(asking: Visitor) -> None:
    page = ask(asking)
    form = next(form for form in page.forms if form.action.endswith("/photograph"))
    assert asking.post(form.action, form.hidden()).code == "web.bad-form"
    several = [("photograph", ("a", b"1")), ("photograph", ("b", b"2"))]
    answer = asking.client.post(form.action, data=form.hidden(), files=several, headers={"Origin": ORIGIN})
    assert Page(answer).code == "web.bad-form"
