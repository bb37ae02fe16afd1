"""Promise: a PIN exists on the device it is typed on and in the card, and personal data in neither log nor database."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest

from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient
from kaijo.virtualcard.persons import identity, person
from tests.support.canary import files_below, found, spellings
from tests.support.world import NEW_PINS, NIGHT, World, pins_of

CASES = [("signature-locked", PinKind.SIGNATURE), ("authentication-locked", PinKind.AUTHENTICATION)]
MEMORY_CHUNK = 1 << 24


def secrets_of(person_id: str, kind: PinKind) -> list[str]:
    return [*pins_of(person_id).values(), NEW_PINS[kind]]


def personal_data(person_id: str) -> list[str]:
    who = identity(person(person_id), NIGHT)
    family, given = who.name.split("\u3000")
    return [who.name, family + given, who.address, who.my_number, f"{who.birth_date:%Y%m%d}", who.name_romaji]


def test_every_spelling_is_found() -> None:
    for spelling in spellings("KANARIE7"):
        assert found("KANARIE7", b"..." + spelling + b"...")
    assert not found("8642", b"a86421 x8642 8642=")
    assert found("8642", b'"pin": 8642,')


class Recording(httpx2.HTTPTransport):
    """The way to the service, keeping every byte that passes."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.urls: list[str] = []
        self.wishes: set[tuple[str, bytes]] = set()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.urls.append(str(request.url))
        self.wishes.add((self.urls[-1], request.read()))
        self.sent.append(request.read() + repr(request.headers).encode())
        response = super().handle_request(request)
        self.sent.append(response.read())
        return response


@pytest.mark.parametrize(("person_id", "kind"), CASES)
def test_no_pin_goes_over_the_wire(world: World, person_id: str, kind: PinKind) -> None:
    wire = Recording()
    with ServiceClient(world.url, client=httpx2.Client(transport=wire, timeout=None)) as world.client:
        card = world.card(person_id)
        world.reserve(card, person_id, kind)
        world.reset(world.kiosk(card), person_id)
    passed = b"\n".join(wire.sent) + "\n".join(wire.urls).encode()
    # An idle connection that the service closes just then has its request sent again.
    assert (len(wire.wishes), len(wire.sent) >= 2 * len(wire.wishes)) == (10, True)
    assert {secret: found(secret, passed) for secret in secrets_of(person_id, kind)} == {
        secret: [] for secret in secrets_of(person_id, kind)
    }
    assert not any(found(value, "\n".join(wire.urls).encode()) for value in personal_data(person_id))


@pytest.mark.parametrize(("person_id", "kind"), CASES)
def test_nothing_is_left_behind_outside_the_card(tmp_path: Path, person_id: str, kind: PinKind) -> None:
    """The whole way as commands, refusals included; then files, output and the service's memory are searched."""
    card, output = tmp_path / "card.json", tmp_path / "output.log"
    clock = NIGHT.isoformat()
    environment = {**os.environ, "KAIJO_HOME": str(tmp_path / "home"), "KAIJO_DEBUG": "1", "PYTHONWARNINGS": "ignore"}

    def kaijo(*arguments: str, stdin: str = "") -> int:
        with output.open("ab") as log:
            return subprocess.run(
                [sys.executable, "-m", "kaijo", *arguments, "--clock", clock],
                input=stdin.encode(), stdout=log, stderr=log, env=environment, check=False, cwd=tmp_path,
            ).returncode  # fmt: skip

    from kaijo.processes import service_process

    assert kaijo("card", "new", str(card), "--person", person_id) == 0
    pins, new = pins_of(person_id), NEW_PINS[kind]
    proof = pins[PinKind.AUTHENTICATION if kind is PinKind.SIGNATURE else PinKind.SIGNATURE]
    wrong = "1357" if kind is PinKind.SIGNATURE else "WRONG135"
    with service_process(data=tmp_path / "service", clock=clock, environment=environment) as url:
        at = ("--card", str(card), "--service", url)
        assert kaijo("phone", "reserve", "--pin", kind.value, *at, stdin=f"{wrong}\n") == 1
        assert kaijo("phone", "reserve", "--pin", kind.value, *at, stdin=f"{proof}\n") == 0
        assert kaijo("kiosk", "reset", *at, stdin=f"{proof}\n{new}\n{new}X\n") == 4
        assert kaijo("kiosk", "reset", *at, stdin=f"{proof}\n{new}\n{new}\n") == 0
        assert kaijo("check", "--card", str(card)) == 0
        memory = memory_of(service_pid(url))
    secrets = [*secrets_of(person_id, kind), wrong, *personal_data(person_id)]
    searched = list(files_below(tmp_path, without={card}))
    assert {path.name for path in searched} >= {"service.sqlite3", "output.log", "service.log", "register.jsonl"}
    hits = {(path.name, secret) for path in searched for secret in secrets if found(secret, path.read_bytes())}
    assert hits == set()
    assert [secret for secret in secrets_of(person_id, kind) if len(secret) > 4 and found(secret, memory)] == []


def service_pid(url: str) -> int:
    """Return the process that listens at `url`: the only child of ours that was started with its port."""
    port = url.rsplit(":", 1)[1]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):  # other processes end meanwhile
                command = (entry / "cmdline").read_bytes().split(b"\0")
                if b"serve" in command and port.encode() in command:
                    return int(entry.name)
    raise AssertionError(url)


def memory_of(pid: int) -> bytes:
    """Return everything that the process has written in its memory."""
    content = bytearray()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, mode, *_ = line.split()
            start, end = (int(edge, 16) for edge in place.split("-"))
            if mode.startswith("rw"):
                memory.seek(start)
                while start < end:
                    try:
                        part = memory.read(min(MEMORY_CHUNK, end - start))
                    except OSError:
                        break
                    if not part:
                        break
                    content += part
                    start += len(part)
    return bytes(content)
