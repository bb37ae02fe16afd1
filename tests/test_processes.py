"""Ports for programs that Kaijo starts beside itself."""

import socket
from contextlib import ExitStack

import pytest

from kaijo import processes


def test_free_port_passes_over_a_row_with_a_taken_port_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as open_sockets:
        first = processes.free_port(row=6)
        monkeypatch.setattr(processes, "_OWN_PORTS", range(first, first + 4))
        taken = open_sockets.enter_context(socket.socket())
        taken.bind(("127.0.0.1", first + 2))
        assert processes.free_port(row=3) == first + 3


def test_free_port_is_not_one_that_outgoing_connections_are_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        given = server.getsockname()[1]
    assert processes.free_port() < given
