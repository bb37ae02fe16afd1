import pytest

from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, ServiceTrouble, UsageProblem, WrongPin
from kaijo.web.failures import status_of
from kaijo.words import LANGS, Lang, message

from .conftest import Visiting
from .visitor import Broken, Visitor


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("reset.no-reservation"), 409),
        (WrongPin(kind="signature", tries_left=0), 409),
        (GuardRefused("guard.last-try"), 409),
        (UsageProblem("web.bad-form"), 400),
        (CardTrouble("card.removed"), 503),
        (ServiceTrouble("service.unreachable"), 502),
        (KaijoError("web.internal"), 500),
        (Refused("web.over"), 410),
    ],
)
def test_status_goes_with_the_error(error: KaijoError, status: int) -> None:
    assert status_of(error) == status


@pytest.mark.parametrize("lang", LANGS)
def test_unknown_address_has_a_page(alone: Visitor, lang: Lang) -> None:
    page = alone.go(f"/nowhere?lang={lang}")
    assert (page.status, page.code, page.within("h1")) == (404, "web.not-found", [message("web.not-found", lang).title])


def test_wrong_method_has_a_page_that_names_the_right_one(alone: Visitor) -> None:
    page = alone.post("/health", {})
    allowed = sorted(page.response.headers["Allow"].split(", "))
    assert (page.status, page.code, allowed) == (405, "web.method", ["GET", "HEAD"])


@pytest.mark.parametrize("lang", LANGS)
def test_unforeseen_fault_has_a_page_without_its_trace(visiting_alone: Visiting, lang: Lang) -> None:
    visitor = visiting_alone(table=Broken)
    page = visitor.send(visitor.go(f"/phone/card?lang={lang}"), place="signature-locked")
    assert (page.status, page.code, page.within("h1")) == (500, "web.internal", [message("web.internal", lang).title])
    assert [word for word in ("Traceback", "RuntimeError", "no plan") if word in page.response.text] == []


@pytest.mark.parametrize(("path", "on"), [("/kiosk/done/0", "/kiosk"), ("/phone/proof/0", "/phone"), ("/nowhere", "/")])
def test_way_on_is_the_beginning_of_where_it_broke_off(alone: Visitor, path: str, on: str) -> None:
    assert [one["href"] for one in alone.go(path).all("a") if one.get("class") == "button"] == [on]


def test_code_in_the_address_is_shown_as_text(alone: Visitor) -> None:
    assert "<b>" not in alone.client.get("/<b>").text
