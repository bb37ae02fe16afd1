"""A real process told to stop in the middle of a relay: it says so first, finishes what it has, and ends in peace."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kaijo.processes import free_port
from kaijo.service.telemetry.fields import CHECKS, FIELDS, Event
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.kiosk import Kiosk, KioskStep
from tests.support.canary import found
from tests.support.world import NEW_PINS, NIGHT, World, pins_of

PERSON = "signature-locked"
WHOLE = b'{"purpose": "reserve", "kind": "signature"}'


class Process:
    """`kaijo serve` as an operator starts it."""

    def __init__(self, folder: Path, *, notice: int) -> None:
        self.port, self.metrics = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        command = ["serve", "--port", str(self.port), "--metrics-port", str(self.metrics), "--notice", str(notice)]
        with self.log.open("wb") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "kaijo", *command, "--data", str(folder / "s"), "--clock", NIGHT.isoformat()],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=os.environ,
            )
        while not self.ready()[0]:
            assert self.child.poll() is None, self.log.read_text()

    def ready(self) -> tuple[bool, list[str]]:
        """Return what readiness says, with the checks that do not hold."""
        try:
            content = httpx2.get(f"{self.url}/ready", trust_env=False, timeout=None).json()
        except httpx2.ConnectError:  # it does not listen yet
            return False, []
        return content["ready"], [check["code"] for check in content["checks"] if not check["ok"]]

    def answers(self) -> bool:
        """Return whether somebody new is still let in."""
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def process(world: World, tmp_path: Path) -> Iterator[Process]:
    assert world.url
    started = Process(tmp_path, notice=60)  # the longest there is
    yield started
    started.child.kill()
    started.child.wait()


def half_sent(port: int) -> socket.socket:
    """Return a connection on which a request has begun."""
    connection = socket.create_connection(("127.0.0.1", port))
    head = "POST /v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    connection.sendall(f"{head}Content-Length: {len(WHOLE)}\r\n\r\n".encode() + WHOLE[:21])
    return connection


def test_process_told_to_stop_in_a_relay_finishes_and_ends_in_peace(process: Process, world: World) -> None:
    world.client.close()
    states: list[tuple[bool, list[str]]] = []
    card = world.card(PERSON)

    def on_step(step: KioskStep) -> None:
        if step is KioskStep.RELAYING and not states:  # of several, the first
            process.child.send_signal(signal.SIGTERM)
            while process.ready()[0]:
                pass
            states.append(process.ready())

    with ServiceClient(process.url) as world.client, closing(half_sent(process.port)) as begun:
        world.reserve(card, PERSON)
        kiosk = Kiosk(world.guard(card), world.client, world.clock, name="kiosk-1", on_step=on_step)
        assert world.reset(kiosk, PERSON).value == "signature"
        figures = httpx2.get(f"http://127.0.0.1:{process.metrics}/metrics", trust_env=False, timeout=None).text
        process.child.send_signal(signal.SIGTERM)  # no need to wait for the rest of the notice
        while process.answers():
            pass
        begun.sendall(WHOLE[21:])
        assert begun.recv(64).startswith(b"HTTP/1.1 201 ")
    assert states == [(False, ["service.stopping"])]
    assert process.child.wait() == 0
    assert 'kaijo_acts_total{tag="receipt-taken"} 1.0' in figures
    assert [f'kaijo_ready{{check="{check}"}} {float(check != "running")}' in figures for check in CHECKS] == [True] * 5
    lines = process.lines()
    assert {name for line in lines for name in line} <= set(FIELDS)
    assert [line["event"] for line in lines if line["event"] not in {"request", "not-ready"}] == [
        Event.STARTED.value,
        Event.STOPPING.value,
        Event.STOPPED.value,
    ]
    secrets = [*pins_of(PERSON).values(), *NEW_PINS.values()]
    assert [secret for secret in secrets if len(secret) > 4 and found(secret, process.log.read_bytes())] == []
