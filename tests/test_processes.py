"""Ports for programs that Kaijo starts beside itself."""

import os
import socket
from contextlib import ExitStack

import pytest

from kaijo import processes


def test_free_port_passes_over_a_row_with_a_taken_port_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as open_sockets:
        first = processes.free_port(row=6)
        let_go()
        monkeypatch.setattr(processes, "_OWN_PORTS", range(first, first + 4))
        taken = open_sockets.enter_context(socket.socket())
        taken.bind(("127.0.0.1", first + 2))
        assert processes.free_port(row=3) == first + 3


def test_free_port_is_not_one_that_outgoing_connections_are_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        given = server.getsockname()[1]
    assert processes.free_port() < given


def test_free_port_is_given_once_and_a_server_listens_there(monkeypatch: pytest.MonkeyPatch) -> None:
    first = processes.free_port(row=2)
    let_go()
    monkeypatch.setattr(processes, "_OWN_PORTS", range(first, first + 2))
    assert {processes.free_port(), processes.free_port()} == {first, first + 1}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", first))
    with socket.create_server(("127.0.0.1", first)), socket.create_connection(("127.0.0.1", first)) as caller:
        assert caller.getpeername() == ("127.0.0.1", first)


def test_free_port_keeps_no_more_open_files_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_MOST_KEPT", 2)
    let_go()
    for _ in range(5):
        processes.free_port()
    assert len(processes._kept) == 2


def let_go() -> None:
    """Forget the ports that are kept for others of this process, so that they are free again."""
    while processes._kept:
        os.close(processes._kept.pop())
