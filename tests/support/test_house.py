"""The rules that `tests.support.house` lays on every test, the skips seen from a small suite of their own."""

import os
import re
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
GROUPED = """
import pytest

@pytest.mark.xdist_group("one daemon")
@pytest.mark.parametrize("number", range(8))
def test_grouped(number, worker_id):
    print(worker_id)
"""
FLAKY = """
import os
import pytest
from pathlib import Path

@pytest.mark.parametrize("number", range(int(os.environ["FLAKY"])))
def test_first_time(number):
    been = Path(f"been-{number}")
    first = not been.exists()
    been.touch()
    assert not first, "the daemon was late"
"""
SKIPPED_MODULE = """
import pytest

pytest.skip("no such library", allow_module_level=True)
"""


def run(folder: Path, *options: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.house", *options]
    surroundings = os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


def outcomes(folder: Path, *, ci: str) -> tuple[int, str]:
    (folder / "test_suite.py").write_text(SUITE, "utf-8")
    (folder / "test_module.py").write_text(SKIPPED_MODULE, "utf-8")
    done = run(folder, "--continue-on-collection-errors", ci=ci)
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


def test_group_stays_with_one_worker(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(GROUPED, "utf-8")
    done = run(tmp_path, "-rP", "--numprocesses=2", "--dist=loadgroup")
    workers = re.findall(r"^gw\d$", done.stdout, re.MULTILINE)
    assert (done.returncode, len(workers), len(set(workers))) == (0, 8, 1)


@pytest.mark.parametrize(
    ("flaky", "code", "summary"),
    [(1, 0, "1 passed, 1 rerun"), (3, 0, "3 passed, 3 rerun"), (4, 1, "1 failed, 3 passed, 3 rerun")],
)
def test_second_try_in_ci_is_told_and_a_fourth_test_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flaky: int, code: int, summary: str
) -> None:
    asked = re.search(r'^make test ARGS="(.*)"$', (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    assert asked is not None
    monkeypatch.setenv("FLAKY", str(flaky))
    (tmp_path / "test_suite.py").write_text(FLAKY, "utf-8")
    done = run(tmp_path, "--numprocesses=2", "--dist=loadgroup", *asked[1].split(), ci="true")
    assert (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]) == (code, summary)
    assert len(re.findall(r"^E +AssertionError: the daemon was late$", done.stdout, re.MULTILINE)) == flaky


def test_no_second_try_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAKY", "1")
    (tmp_path / "test_suite.py").write_text(FLAKY, "utf-8")
    assert run(tmp_path).returncode == 1
