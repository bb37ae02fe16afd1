"""What is done to the parts while people use them, and how each comes back: as its supervisor would bring it."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.cluster.cluster import Cluster
from tools.cluster.configuration import TTL
from tools.cluster.network import Node

Undo = Callable[[], None]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `strike` does it and returns what a supervisor, or an electrician, does later.

    `seconds` is how much later: a supervisor is quick; a cable stays cut for longer than the leader's lease.
    """

    name: str
    means: str
    strike: Callable[[Cluster], Undo]
    seconds: int = 5


def _nothing() -> None:
    """Do nothing: whoever looks after the part does."""


def _part(name: Callable[[Cluster], str]) -> Callable[[Cluster], Undo]:
    def strike(cluster: Cluster) -> Undo:
        part = cluster.parts[name(cluster)]
        part.kill()
        return part.start

    return strike


def _postmaster(where: Callable[[Cluster], Node]) -> Callable[[Cluster], Undo]:
    def strike(cluster: Cluster) -> Undo:
        if not cluster.postmasters[where(cluster).name].kill():
            raise RuntimeError("no PostgreSQL to kill")
        return _nothing

    return strike


def _machine(where: Callable[[Cluster], Node]) -> Callable[[Cluster], Undo]:
    def strike(cluster: Cluster) -> Undo:
        name = where(cluster).name
        parts = [cluster.parts[f"{kind}-{name}"] for kind in ("patroni", "etcd")]
        for part in parts:
            part.kill()
        cluster.postmasters[name].kill()

        def start() -> None:
            for part in parts:
                part.start()

        return start

    return strike


def _cable(where: Callable[[Cluster], Node]) -> Callable[[Cluster], Undo]:
    def strike(cluster: Cluster) -> Undo:
        node = where(cluster)
        node.cut()
        return node.mend

    return strike


FAULTS = (
    Fault("service", "kill -9 of one of two service processes", _part(lambda _: "service-1")),
    Fault("haproxy", "kill -9 of HAProxy", _part(lambda _: "haproxy")),
    Fault("etcd-leader", "kill -9 of etcd's leader", _part(lambda cluster: f"etcd-{cluster.etcd_leader().name}")),
    Fault("standby", "kill -9 of the standby's PostgreSQL", _postmaster(Cluster.standby)),
    Fault("primary", "kill -9 of the primary's PostgreSQL", _postmaster(Cluster.primary)),
    Fault("patroni", "kill -9 of the primary's Patroni", _part(lambda cluster: f"patroni-{cluster.primary().name}")),
    Fault("primary-machine", "kill -9 of all on the primary's machine", _machine(Cluster.primary)),
    Fault("standby-machine", "kill -9 of all on the standby's machine", _machine(Cluster.standby)),
    Fault("primary-cable", "the primary's machine cut off from all others", _cable(Cluster.primary), 2 * TTL),
    Fault("standby-cable", "the standby's machine cut off from all others", _cable(Cluster.standby), 2 * TTL),
)
