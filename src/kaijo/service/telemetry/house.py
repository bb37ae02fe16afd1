"""What one process of the service is watched with."""

from dataclasses import dataclass, field

from prometheus_client import start_http_server

from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.reset.desk import Desk
from kaijo.service.telemetry.asked import Asked
from kaijo.service.telemetry.metrics import Metrics
from kaijo.service.telemetry.readiness import Check, Stopping, checks_of

_LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Telemetry:
    """Figures, and what readiness asks. `checks` are those of the desk once it was `attached`."""

    metrics: Metrics
    stopping: Stopping = field(default_factory=Stopping)
    checks: dict[str, Check] = field(default_factory=dict)

    def attach(self, desk: Desk) -> None:
        """Watch this desk."""
        self.checks = checks_of(desk, self.stopping)
        self.metrics.registry.register(Asked(desk.store, desk.clock, lambda: self.checks))

    def expose(self, port: int) -> None:
        """Answer Prometheus on a loopback port of its own. Raises ServiceTrouble `service.port-in-use` (port)."""
        try:
            start_http_server(port, addr=_LOOPBACK, registry=self.metrics.registry)
        except OSError:
            raise ServiceTrouble("service.port-in-use", port=port) from None


def telemetry(clock: Clock) -> Telemetry:
    """Return what watches one process."""
    return Telemetry(Metrics(clock))
