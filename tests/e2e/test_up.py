"""`kaijo up` as a person starts it: the whole system from one command, its table, its clock, and its end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx2 import Client, ConnectError, TransportError

from kaijo.processes import free_port
from tests.support.pagereader import PageReader
from tests.support.pcscd import PATIENCE, Slot, has_card, until

CARD = "signature-locked"


@dataclass(frozen=True)
class Town:
    """A running system: its pages, its service, and where its data lie."""

    pages: Client
    service: str
    home: Path
    process: subprocess.Popen[str]

    def home_page(self) -> PageReader:
        return PageReader(self.pages.get("/?lang=en").text)

    def post(self, path: str, **fields: str) -> PageReader:
        token = self.home_page().forms[0].hidden()["token"]
        headers = {"Origin": str(self.pages.base_url).rstrip("/")}
        return PageReader(self.pages.post(path, data={"token": token, **fields}, headers=headers).text)


@contextmanager
def running(folder: Path) -> Iterator[Town]:
    home, port = folder / "home", free_port(row=3)
    process = subprocess.Popen(
        [sys.executable, "-m", "kaijo", "up", "--no-browser", "--port", str(port), "--clock", "2027-03-15T21:40"],
        env={**os.environ, "KAIJO_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=PATIENCE) as pages:

            def answers() -> bool:
                assert process.poll() is None, process.communicate()[0]
                try:
                    return pages.get("/health").status_code == 200
                except TransportError:
                    return False

            until(answers, "the pages to answer")
            yield Town(pages, f"http://127.0.0.1:{port + 1}", home, process)
    finally:
        process.terminate()  # and with it its service, which a kill would leave behind
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with running(tmp_path) as town:
        yield town


def test_clock_of_the_practice_is_one_for_pages_and_service(town: Town) -> None:
    def shown() -> tuple[str, str]:
        with Client(timeout=PATIENCE) as client:
            times = town.pages.get("/health").json()["time"], client.get(f"{town.service}/health").json()["time"]
        return times[0][:13], times[1][:13]  # to the hour: the clock goes on while a busy machine answers

    assert shown() == ("2027-03-15T21",) * 2
    town.post("/clock", to="moment", moment="2027-03-16T06:29")
    assert shown() == ("2027-03-16T06",) * 2


def test_it_ends_in_peace_and_the_service_with_it(town: Town) -> None:
    town.process.send_signal(signal.SIGTERM)
    assert town.process.wait(PATIENCE) == 0
    with Client(timeout=PATIENCE) as client, pytest.raises(ConnectError):
        client.get(f"{town.service}/health")


def test_killed_system_leaves_no_service_behind(town: Town) -> None:
    town.process.kill()

    def gone() -> bool:
        try:
            with Client(timeout=PATIENCE) as client:
                client.get(f"{town.service}/health")
        except TransportError:
            return True
        return False

    until(gone, "the service to end")


@pytest.mark.pcsc
@pytest.mark.xdist_group("pcsc")
def test_card_in_the_reader_is_a_card_for_every_program(town: Town, slot: Slot) -> None:
    def check() -> tuple[int, dict[str, object]]:
        done = subprocess.run(
            [sys.executable, "-m", "kaijo", "check", "--reader", slot.reader, "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, json.loads(done.stdout)

    page = town.post("/table", place=CARD, spot="reader")
    assert "Take the card up" in page.text
    until(lambda: has_card(slot), "the daemon to notice the card")
    returncode, answer = check()
    assert (returncode, answer["reader"]) == (1, slot.reader)
    town.post("/table", up="reader")
    until(lambda: not has_card(slot), "the daemon to notice the removal")
    assert check()[0] == 3
