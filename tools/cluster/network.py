"""Machines on one machine: a network namespace each, on a bridge of our own, with a cable that can be cut."""

import os
import subprocess
from dataclasses import dataclass

_SUBNET = "198.18"  # set aside for tests of networks [RFC 2544 C.2.2]


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True)


@dataclass(frozen=True)
class Node:
    """One machine: its name, its namespace, its address, and our end of its cable."""

    name: str
    namespace: str
    address: str
    cable: str

    @property
    def prefix(self) -> list[str]:
        """The words that run a program there."""
        return ["ip", "netns", "exec", self.namespace]

    def cut(self) -> None:
        """Cut the cable."""
        _ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        """Mend the cable."""
        _ip("link", "set", self.cable, "up")


class Network:
    """The bridge and the nodes on it; this machine itself has an address there. Needs root."""

    def __init__(self, names: tuple[str, ...]) -> None:
        own = os.getpid() % 10_000
        self._bridge = f"kj{own}"
        self._net = f"{_SUBNET}.{own % 250}"
        self.address = f"{self._net}.1"
        self.subnet = f"{self._net}.0/24"
        self.nodes = {
            name: Node(name, f"kaijo-{own}-{name}", f"{self._net}.{number}", f"kj{own}{name}")
            for number, name in enumerate(names, 11)
        }

    def open(self) -> None:
        """Make bridge, namespaces and cables."""
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{self.address}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for node in self.nodes.values():
            _ip("netns", "add", node.namespace)
            _ip("link", "add", node.cable, "type", "veth", "peer", "name", "eth0", "netns", node.namespace)
            _ip("link", "set", node.cable, "master", self._bridge, "up")
            _ip("-n", node.namespace, "addr", "add", f"{node.address}/24", "dev", "eth0")
            _ip("-n", node.namespace, "link", "set", "eth0", "up")
            _ip("-n", node.namespace, "link", "set", "lo", "up")

    def close(self) -> None:
        """Take everything away again."""
        for node in self.nodes.values():
            _ip("link", "del", node.cable, check=False)
            _ip("netns", "del", node.namespace, check=False)
        _ip("link", "del", self._bridge, check=False)
