from pathlib import Path

import pytest
from sqlalchemy import URL

from kaijo.errors import UsageProblem
from kaijo.service.store.address import read_address


@pytest.mark.parametrize(("text", "path"), [("here.db", "here.db"), ("sqlite:///here.db", "here.db"), ("/a b", "/a b")])
def test_path_is_a_file(text: str, path: str) -> None:
    assert read_address(text) == Path(path)


def test_server_keeps_what_its_address_says() -> None:
    found = read_address("postgresql://kaijo@one,two/kaijo?sslmode=verify-full&service=x")
    assert isinstance(found, URL)
    assert (found.username, found.database, found.query["sslmode"]) == ("kaijo", "kaijo", "verify-full")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://kaijo:secret@db/kaijo",
        "postgres://kaijo:@db/kaijo",
        "postgresql://db/kaijo?password=secret",
        "postgresql://db/kaijo?sslpassword=secret",
        "oracle://kaijo:secret@db",
    ],
)
def test_password_in_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        read_address(text)
    assert refused.value.diagnostics() == {"code": "usage.database-password", "data": {}}


@pytest.mark.parametrize("text", ["mysql://db/kaijo", "sqlite://", "postgresql://db:port/kaijo", "://"])
def test_address_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        read_address(text)
    assert refused.value.code == "usage.database"
