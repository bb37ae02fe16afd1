"""What each part is told: command lines and configuration files."""

import json
from pathlib import Path

from tools.cluster.network import Network, Node

SCOPE = "kaijo"
BINARIES = "/usr/lib/postgresql/15/bin"
TTL, LOOP, RETRY = 10, 2, 3
"""Seconds: the leader's lease, how often Patroni looks, how long it asks again. LOOP + 2 RETRY <= TTL."""

_ETCD, _PEER, POSTGRES, PATRONI = 2379, 2380, 5432, 8008


def etcd(node: Node, network: Network, data: Path) -> list[str]:
    """Return the command of one voter of etcd."""
    peers = ",".join(f"{one.name}=http://{one.address}:{_PEER}" for one in network.nodes.values())
    here, peer = f"http://{node.address}:{_ETCD}", f"http://{node.address}:{_PEER}"
    return [
        *node.prefix, "etcd", "--name", node.name, "--data-dir", str(data), "--log-level", "warn",
        "--listen-client-urls", here, "--advertise-client-urls", here,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", peers, "--initial-cluster-state", "new", "--pre-vote", "--initial-cluster-token", SCOPE,
    ]  # fmt: skip


def patroni(node: Node, network: Network, folder: Path) -> list[str]:
    """Write the configuration of one Patroni and return its command. JSON is YAML, too."""
    dcs = {
        "ttl": TTL,
        "loop_wait": LOOP,
        "retry_timeout": RETRY,
        "maximum_lag_on_failover": 1_048_576,
        "master_start_timeout": 0,
        "synchronous_mode": True,
        "synchronous_mode_strict": True,
        "postgresql": {
            "use_pg_rewind": True,
            "parameters": {"synchronous_commit": "on", "max_connections": 100, "wal_keep_size": "256MB"},
        },
    }
    rules = [
        "local all all trust",
        f"host all all {network.subnet} trust",  # the bridge reaches nobody but this machine
        f"host replication all {network.subnet} trust",
    ]
    told = {
        "scope": SCOPE,
        "name": node.name,
        "restapi": {"listen": f"{node.address}:{PATRONI}", "connect_address": f"{node.address}:{PATRONI}"},
        "etcd3": {"hosts": [f"{one.address}:{_ETCD}" for one in network.nodes.values()]},
        "bootstrap": {
            "dcs": dcs,
            "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, "data-checksums"],
            "pg_hba": rules,
        },
        "postgresql": {
            "listen": f"{node.address}:{POSTGRES}",
            "connect_address": f"{node.address}:{POSTGRES}",
            "data_dir": str(folder / "data"),
            "bin_dir": BINARIES,
            "pgpass": str(folder / "pgpass"),
            "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "postgres"}},
            "parameters": {"unix_socket_directories": str(folder)},
            "pg_hba": rules,
        },
    }
    file = folder / "patroni.yaml"
    file.write_text(json.dumps(told, indent=1))
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"]
    return [*node.prefix, *user, "patroni", str(file)]


def haproxy(folder: Path, databases: list[Node], *, database: int, service: int, services: list[int]) -> list[str]:
    """Write HAProxy's configuration and return its command: the primary on `database`, the services on `service`."""
    nodes = "\n".join(f"  server {one.name} {one.address}:{POSTGRES} check port {PATRONI}" for one in databases)
    processes = "\n".join(f"  server service-{port} 127.0.0.1:{port} check" for port in services)
    file = folder / "haproxy.cfg"
    file.write_text(f"""global
  maxconn 2000
defaults
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 3s
  default-server inter 1s fall 2 rise 1
listen database
  bind 127.0.0.1:{database}
  mode tcp
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server on-marked-down shutdown-sessions
{nodes}
listen service
  bind 127.0.0.1:{service}
  mode http
  option httpchk GET /ready
  http-check expect status 200
  option redispatch
  retries 3
  retry-on conn-failure
{processes}
""")
    return ["haproxy", "-db", "-f", str(file)]
