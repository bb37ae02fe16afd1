"""The rules that `tests.support.house` lays on every test, the skips seen from a small suite of their own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SUITE = """
import pytest

def test_fine():
    pass

@pytest.mark.skip(reason="no reader here")
def test_skipped():
    pass

@pytest.mark.xfail(reason="known")
def test_known():
    raise AssertionError
"""
SKIPPED_MODULE = """
import pytest

pytest.skip("no such library", allow_module_level=True)
"""


def outcomes(folder: Path, *, ci: str) -> tuple[int, str]:
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "test_suite.py").write_text(SUITE, "utf-8")
    (folder / "test_module.py").write_text(SKIPPED_MODULE, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.house", "--continue-on-collection-errors"]
    surroundings = os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]


def test_skip_at_home_stays_a_skip(tmp_path: Path) -> None:
    assert outcomes(tmp_path, ci="") == (0, "1 passed, 2 skipped, 1 xfailed")


def test_skip_in_ci_fails_the_run(tmp_path: Path) -> None:
    assert outcomes(tmp_path, ci="true") == (1, "1 passed, 1 xfailed, 2 errors")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "kaijo.example", b"kaijo.example"])
def test_lookup_of_another_machine_ends_the_test(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"network: socket\.getaddrinfo"):
        socket.getaddrinfo(host, 443)


def test_call_of_another_machine_ends_the_test() -> None:
    with socket.socket() as caller, pytest.raises(pytest.fail.Exception, match=r"network: socket\.connect"):
        caller.connect(("192.0.2.1", 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_call_of_this_machine_goes_through(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as caller:
        caller.connect((host, server.getsockname()[1]))
        assert caller.getpeername() == server.getsockname()
