"""`kaijo guide`: a process of its own that serves the pages, with facts of one's own."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from kaijo.processes import free_port
from kaijo.words import label
from tests.support.command import CommandLine
from tests.support.pcscd import until
from tests.support.world import NIGHT

TOWN = """[counter-hours]
value = { closes = 20:30:00 }
source = "the town hall, by telephone"
checked = 2027-03-10
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder, where no file of facts lies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KAIJO_FACTS", raising=False)
    return tmp_path


@contextmanager
def guide(*more: str) -> Iterator[str]:
    """Give the address of a guide that runs in a process of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "kaijo",
        "guide",
        "--port",
        str(port),
        "--no-browser",
        "--clock",
        NIGHT.isoformat(),
    ]
    with subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert f"{url}/guide" in process.stdout.readline()
            until(lambda: process.poll() is not None or listens(port), "the guide to listen")
            yield url
        finally:
            process.terminate()


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def read(address: str, **fields: str) -> str:
    """Open an address, or send a form there as one of our own pages would."""
    origin = address.rpartition("/")[0]
    request = Request(address, urlencode(fields).encode() if fields else None, {"Origin": origin})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310 -- loopback
        return str(answer.read().decode())


def planned(url: str) -> str:
    token = re.search('name="token" value="([0-9a-f]+)"', read(f"{url}/guide"))
    assert token is not None
    told = {
        "trouble": "signature",
        "memory": "locked",
        "authentication": "known",
        "card-reader": "yes",
        "counter": "30",
    }
    return read(f"{url}/guide", token=token[1], to="plan", **told)


def test_guide_serves_questions_and_plan_at_the_time_that_is_set() -> None:
    with guide("--lang", "ja") as url:
        assert f"<h1>{label('guide.to-guide', 'ja')}</h1>" in read(f"{url}/guide")
        assert label("guide.plan.at", "ja", now=NIGHT).split("日")[0] in planned(url)


@pytest.mark.parametrize("way", ["here", "option", "none"])
def test_facts_of_ones_own_count_in_the_plan(folder: Path, way: str) -> None:
    file = folder / ("kaijo.toml" if way == "here" else "town.toml")
    file.write_text(TOWN, "utf-8")
    with guide(*(("--facts", str(file)) if way == "option" else ())) as url:
        assert ("the town hall, by telephone" in planned(url)) is (way != "none")


def test_file_that_cannot_be_used_is_refused_before_anything_is_served(kaijo: CommandLine, folder: Path) -> None:
    file = folder / "town.toml"
    file.write_text(TOWN.replace("closes", "close"), "utf-8")
    ended = kaijo("guide", "--no-browser", "--facts", str(file))
    assert (ended.code, "facts.local-damaged" in ended.err) == (2, True)


def test_port_in_use_is_said(kaijo: CommandLine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = kaijo("guide", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert (ended.code, "service.port-in-use" in ended.err) == (5, True)
