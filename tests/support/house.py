"""What holds for every test: no network but this machine's own, and nothing skipped where CI=true."""

import os
import sys
from collections.abc import Generator
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, settings

# No test asserts how long something takes, so hypothesis does not either.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
CALLS = {"socket.connect", "socket.sendto", "socket.sendmsg"}


def refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    """End the test that looks up or calls any machine but this one."""
    if event in LOOKUPS:
        host = arguments[0]
    elif event in CALLS and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not (name is None or name in {"", "localhost"} or is_loopback(str(name))):
        # Not an Exception: no handler in the code under test may take it for a failing network.
        pytest.fail(f"network: {event} of {name!r}", pytrace=True)


def is_loopback(host: str) -> bool:
    """Return whether the text is an address of this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


# An audit hook sees what every library does and nothing can take it out again.
sys.addaudithook(refuse_the_world)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        fail_in_ci(report)
    return report


def fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where everything must run."""
    if os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, but with CI=true nothing may be: {report.longreprtext}"
