"""Figures that are looked up when Prometheus asks: how the audit trail stands, and what readiness says."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.reset.audit_ports import AuditStore
from kaijo.service.telemetry.readiness import Check, run_checks

UNSEALED: Final = "kaijo_audit_unsealed_rows"
AGE: Final = "kaijo_audit_checkpoint_age_seconds"


class Asked(Collector):
    """Asks the store and the checks; while the store does not answer, the trail's figures are absent, not zero."""

    def __init__(self, store: AuditStore, clock: Clock, checks: Callable[[], Mapping[str, Check]]) -> None:
        self._store = store
        self._clock = clock
        self._checks = checks

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing, so that registering asks nobody."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what there is now."""
        ready = GaugeMetricFamily("kaijo_ready", "Whether a check of readiness holds", labels=["check"])
        for name, code in run_checks(self._checks()).items():
            ready.add_metric([name], float(code is None))
        yield ready
        try:
            with self._store.look() as records:
                unsealed, last = records.count_unsealed(), records.last_checkpoint()
        except ServiceTrouble:
            return
        yield GaugeMetricFamily(UNSEALED, "Audit rows that no checkpoint covers", value=unsealed)
        if last is not None:
            age = (self._clock.now() - last[0].at).total_seconds()
            yield GaugeMetricFamily(AGE, "Age of the newest checkpoint", value=max(age, 0))
