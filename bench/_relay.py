"""A relay between vpcd and a card that counts what passes: the benchmarks count outside Kaijo's own code."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread

QUICK_ACK = getattr(socket, "TCP_QUICKACK", None)
ASK_ATR = b"\x04"


@dataclass(slots=True)
class Dialogue:
    """Commands and answers that passed: how many, their bytes both ways without vpcd's own frames, and when.

    `first` is the moment of the first command on `time.perf_counter`; `card` the seconds from commands to answers.
    """

    apdus: int = 0
    bytes: int = 0
    first: float = 0.0
    card: float = 0.0


class Relay:
    """Listens on `port` of 127.0.0.1 for the card, and hands every frame on to and from the vpcd behind it."""

    def __init__(self, vpcd_port: int) -> None:
        self._vpcd_port = vpcd_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._dialogue = Dialogue()
        self.port = int(self._listener.getsockname()[1])
        self._thread = Thread(target=self._serve, name="relay", daemon=True)
        self._thread.start()

    def take(self) -> Dialogue:
        """Return what passed since it was last asked. To be asked when no program is talking to the card."""
        taken, self._dialogue = self._dialogue, Dialogue()
        return taken

    def close(self) -> None:
        """Listen no longer. The connections end with the card's."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                card, _ = self._listener.accept()
                with card, socket.create_connection(("127.0.0.1", self._vpcd_port)) as vpcd, suppress(OSError):
                    self._pass_on(vpcd, card)

    def _pass_on(self, vpcd: socket.socket, card: socket.socket) -> None:
        for side in (vpcd, card):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # The card leaves by closing its end; the thread waits at vpcd's, so somebody must look.
        Thread(target=self._watch, args=(vpcd, card), daemon=True).start()
        while command := _frame(vpcd):
            began = time.perf_counter()
            card.sendall(len(command).to_bytes(2) + command)
            if len(command) == 1 and command != ASK_ATR:
                continue
            answer = _frame(card)
            if len(command) > 1:
                self._count(command, answer, began)
            vpcd.sendall(len(answer).to_bytes(2) + answer)

    def _count(self, command: bytes, answer: bytes, began: float) -> None:
        passed = self._dialogue
        passed.first = passed.first or began
        passed.apdus += 1
        passed.bytes += len(command) + len(answer)
        passed.card += time.perf_counter() - began

    @staticmethod
    def _watch(vpcd: socket.socket, card: socket.socket) -> None:
        with suppress(OSError):
            while card.recv(1, socket.MSG_PEEK):
                time.sleep(0.01)
            vpcd.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(vpcd_port: int) -> Iterator[Relay]:
    """Have a relay to the vpcd that listens on a port of this machine."""
    made = Relay(vpcd_port)
    try:
        yield made
    finally:
        made.close()


def _frame(connection: socket.socket) -> bytes:
    """Return the payload of the next frame, nothing when the connection ended."""
    head = _exactly(connection, 2)
    return _exactly(connection, int.from_bytes(head)) if head else b""


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        chunk = connection.recv(size - len(received))
        if not chunk:
            return b""
        if QUICK_ACK is not None:
            connection.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)  # vpcd writes length and payload apart
        received += chunk
    return received
