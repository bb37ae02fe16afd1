import pytest

from .conftest import Visiting
from .visitor import Visitor


def test_health_is_small_json(alone: Visitor) -> None:
    assert alone.client.get("/health").json() == {
        "state": "ok",
        "faces": ["home", "phone", "kiosk"],
        "time": "2027-03-15T21:40:00+09:00",
    }


@pytest.mark.parametrize("face", ["phone", "kiosk"])
def test_single_face_is_the_first_page_and_has_no_other(visiting_alone: Visiting, face: str) -> None:
    visitor = visiting_alone(faces=(face,))
    assert visitor.go("/").path == f"/{face}"
    other = {"phone": "/kiosk", "kiosk": "/phone"}[face]
    assert [visitor.go(path).status for path in (other, "/cards/signature-locked")] == [404, 404]
    page = visitor.go(f"/{face}")
    inner = {one["href"] for one in page.all("a") if one["href"].startswith("/")}
    assert {"/", f"/{face}"} <= inner
    assert {href.split("/")[1] for href in inner} == {"", face}


def test_style_sheet_is_served(alone: Visitor) -> None:
    response = alone.client.get("/static/tokens.css")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/css; charset=utf-8")


def test_pages_do_not_need_the_service_to_start(visiting_alone: Visiting) -> None:
    assert visiting_alone(service="http://127.0.0.1:1").go("/").status == 200
