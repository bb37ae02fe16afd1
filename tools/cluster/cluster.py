"""The whole: three machines with etcd, PostgreSQL under Patroni on two or all, HAProxy and two services before them."""

import json
import os
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any

import psycopg

from kaijo import app
from kaijo.clock import JST, SharedClock, SystemClock
from kaijo.errors import ServiceTrouble
from kaijo.facts.filing import next_filing_deadline
from kaijo.processes import free_port
from kaijo.reset.records import Place
from kaijo.reset.terminals import enrol
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.identity import Identity
from tools.cluster import configuration as told
from tools.cluster.network import Network, Node
from tools.cluster.parts import Part, Postmaster, wait_for

MACHINES = ("a", "b", "c")
_PATIENCE = 120.0
_USER = "postgres"


class Cluster:
    """Every part by name, and what the parts say of themselves. etcd is on all machines, PostgreSQL on the first."""

    def __init__(self, folder: Path, databases: int) -> None:
        self.folder = folder
        self.network = Network(MACHINES)
        self._databases = MACHINES[:databases]
        self.data = folder / "service"
        self.clock = SharedClock(folder / "clock.txt")
        self.port, self._database, services = free_port(), free_port(), [free_port(), free_port()]
        self.url = f"http://127.0.0.1:{self.port}"
        self.services = [f"http://127.0.0.1:{port}" for port in services]
        self.database = f"postgresql://{_USER}@127.0.0.1:{self._database}/kaijo"
        self.postmasters: dict[str, Postmaster] = {}
        self.parts: dict[str, Part] = {}
        for node in self.network.nodes.values():
            self._add(f"etcd-{node.name}", told.etcd(node, self.network, self._folder(f"etcd-{node.name}")))
        for name in self._databases:
            own = self._folder(f"postgres-{name}", _USER)
            self.postmasters[name] = Postmaster(own / "data")
            self._add(f"patroni-{name}", told.patroni(self.network.nodes[name], self.network, own))
        nodes = [self.network.nodes[name] for name in self._databases]
        self._add(
            "haproxy",
            told.haproxy(self.folder, nodes, database=self._database, service=self.port, services=services),
        )
        for number, port in enumerate(services, 1):
            self._add(
                f"service-{number}", self._serve(port), environment={"KAIJO_HOME": str(folder), "KAIJO_LIMITS": "off"}
            )

    def _folder(self, name: str, owner: str | None = None) -> Path:
        made = self.folder / name
        made.mkdir(mode=0o700)
        if owner is not None:
            shutil.chown(made, owner, owner)
        return made

    def _add(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.parts[name] = Part(name, command, self.folder / f"{name}.log", environment=environment)

    def _serve(self, port: int) -> list[str]:
        command = [sys.executable, "-m", "kaijo", "serve", "--port", str(port), "--data", str(self.data)]
        return [
            *command,
            "--database",
            self.database,
            "--clock-file",
            str(self.clock.file),
            "--notice",
            "3",
            "--limits",
            "off",
            "--terminals",
            "required",
        ]

    def open(self) -> None:
        """Start everything. Raises TimeoutError naming what did not come up."""
        self.clock.set(datetime.combine(next_filing_deadline(SystemClock().now()), time(12), JST))
        self.network.open()
        for name in [name for name in self.parts if name.startswith(("etcd", "patroni"))]:
            self.parts[name].start()
        wait_for("primary and synchronous standby", self.is_whole, seconds=_PATIENCE)
        self.parts["haproxy"].start()
        wait_for("database through HAProxy", self._make_database, seconds=_PATIENCE)
        wait_for("tables", self._make_tables, seconds=_PATIENCE)
        # One after the other: the first makes the keys.
        for name in ("service-1", "service-2"):
            self.parts[name].start()
            wait_for("service", self._is_answering, seconds=_PATIENCE)

    def tend(self) -> None:
        """Start whatever has died, as a supervisor would."""
        for part in self.parts.values():
            part.start()

    def is_in_service(self) -> bool:
        """Tend the parts, and return whether all is as it was: the databases, and the services behind HAProxy."""
        self.tend()
        return self.is_whole() and all(self.get(f"{url}/ready").get("ready") is True for url in self.services)

    def close(self) -> None:
        """Kill what still lives, and take the network away."""
        for part in reversed(self.parts.values()):
            part.kill()
        for postmaster in self.postmasters.values():
            postmaster.kill()
        self.network.close()

    def roles(self) -> dict[str, Any]:
        """Return what Patroni says of its members, by name: role and state; nothing while nobody answers."""
        for name in self._databases:
            found = self.get(f"http://{self.network.nodes[name].address}:{told.PATRONI}/cluster")
            if found:
                return {member["name"]: member for member in found["members"]}
        return {}

    def primary(self) -> Node:
        """Return the primary's machine. Raises TimeoutError while there is none."""
        wait_for("primary", lambda: self._with_role("leader") is not None, seconds=_PATIENCE)
        return self.network.nodes[self._with_role("leader") or MACHINES[0]]

    def standby(self) -> Node:
        """Return the synchronous standby's machine. Raises as `primary`."""
        wait_for("standby", lambda: self._with_role("sync_standby") is not None, seconds=_PATIENCE)
        return self.network.nodes[self._with_role("sync_standby") or MACHINES[1]]

    def is_whole(self) -> bool:
        """Return whether there are a primary and a synchronous standby, and everybody runs and follows."""
        members = self.roles().values()
        roles = sorted(one["role"] for one in members)
        alike = {(one["state"], one.get("timeline")) for one in members}
        wanted = ["leader", *["replica"] * (len(self._databases) - 2), "sync_standby"]
        return roles == wanted and len(alike) == 1 and {state for state, _ in alike} == {"running"}

    def etcd_leader(self) -> Node:
        """Return the machine of etcd's leader."""
        for node in self.network.nodes.values():
            found = self.post(f"http://{node.address}:2379/v3/maintenance/status")
            if found and found["leader"] == found["header"]["member_id"]:
                return node
        return self.network.nodes[MACHINES[-1]]

    def kiosk(self) -> Identity:
        """Return a kiosk that operator and kiosk enrolled. Raises KaijoError as both."""
        with app.gatehouse(self.data, self.clock, database=self.database) as house:
            _, code = enrol(house, name="cluster-kiosk", place=Place.KIOSK)
        with ServiceClient(self.url) as service:
            return service.join(code, self.clock)

    def get(self, url: str) -> dict[str, Any]:
        """Return what an address answers, {} when it does not."""
        return _ask(urllib.request.Request(url))  # noqa: S310 -- our own addresses

    def post(self, url: str) -> dict[str, Any]:
        """Return what an address answers to an empty request, {} when it does not."""
        return _ask(urllib.request.Request(url, data=b"{}"))  # noqa: S310 -- our own addresses

    def _with_role(self, role: str) -> str | None:
        return next(
            (name for name, one in self.roles().items() if (one["role"], one["state"]) == (role, "running")), None
        )

    def _is_answering(self) -> bool:
        for part in self.parts.values():
            part.revive()
        return self.get(f"{self.url}/ready").get("ready") is True

    def _make_tables(self) -> bool:
        try:
            app.upgrade_database(self.data, self.database)
        except ServiceTrouble:  # HAProxy may change its mind about a primary that has just begun
            return False
        return True

    def _make_database(self) -> bool:
        try:
            with psycopg.connect(
                host="127.0.0.1", port=self._database, user=_USER, dbname=_USER, autocommit=True, connect_timeout=2
            ) as connection:
                connection.execute("CREATE DATABASE kaijo")
        except psycopg.errors.DuplicateDatabase:
            return True
        except psycopg.Error:
            return False
        return True


def _ask(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310 -- the same
            content = json.load(answer)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def running(databases: int) -> Iterator[Cluster]:
    """Have a cluster running in a folder of its own; nothing is left of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kaijo-cluster-"))
    folder.chmod(0o755)  # PostgreSQL's user must come through
    os.environ["KAIJO_HOME"] = str(folder)
    cluster = Cluster(folder, databases)
    try:
        cluster.open()
        yield cluster
    finally:
        cluster.close()
        shutil.rmtree(folder, ignore_errors=True)
