"""Ports that count what goes through them."""

from collections.abc import Iterator
from contextlib import contextmanager

from kaijo.reset.ports import CardKeys, Records, Store
from kaijo.securechannel.keys import SessionKeys
from kaijo.service.telemetry.metrics import Metrics


class WatchedStore:
    """A store whose transactions are timed. Raises as the store."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    @contextmanager
    def begin(self) -> Iterator[Records]:
        """Open one atomic transaction."""
        with self._metrics.transaction(), self._store.begin() as records:
            yield records

    @contextmanager
    def look(self) -> Iterator[Records]:
        """Open a transaction that only reads."""
        with self._metrics.transaction(), self._store.look() as records:
            yield records


class WatchedKeys:
    """Keys whose uses are timed. Raises as the keys."""

    def __init__(self, keys: CardKeys, metrics: Metrics) -> None:
        self._keys = keys
        self._metrics = metrics
        self.versions = keys.versions
        self.at_hand = keys.at_hand

    def session_keys(
        self, card_id: bytes, host_challenge: bytes, card_challenge: bytes, version: int = 1
    ) -> SessionKeys:
        """Return the keys of one session."""
        with self._metrics.key_use("session-keys"):
            return self._keys.session_keys(card_id, host_challenge, card_challenge, version)

    def receipt_mac(self, card_id: bytes, message: bytes, version: int = 1) -> bytes:
        """Return the MAC of a receipt."""
        with self._metrics.key_use("receipt-mac"):
            return self._keys.receipt_mac(card_id, message, version)
