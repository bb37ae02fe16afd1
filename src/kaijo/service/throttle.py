"""The first to see a request: how many this process has in hand, and how often its network range has begun something.

Both are counted in the memory of the process. They protect it, so that a refusal must cost less than what it saves:
no statement, no signature. With N processes a range has N times as much, which their operator divides by.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from kaijo.clock import Clock
from kaijo.errors import Refused
from kaijo.facts.face import Limit
from kaijo.facts.limits import address_share, at_once, network_limits
from kaijo.reset.limits import Marks, spend
from kaijo.service.answers import answer_of
from kaijo.service.terminal_api import HEADER

BEGINNINGS: Final = frozenset(
    {"/v1/challenges", "/v1/kiosk-sessions", "/v1/counter/sign-ins", "/v1/counter/tickets", "/v1/terminals"}
)
_RANGES: Final = {4: (24, 32), 6: (56, 64)}
_MOST_KEYS: Final = 65_536


class Marked:
    """The marks of the latest subjects, at most so many: whoever was not heard of for longest is forgotten first."""

    def __init__(self, limits: Sequence[Limit], most: int = _MOST_KEYS) -> None:
        self._limits = limits
        self._most = most
        self._marks: OrderedDict[str, Marks] = OrderedDict()

    def spend(self, subject: str, at: datetime) -> datetime | None:
        """Spend a try; return when the next one is free if there is none."""
        marks, until = spend(self._limits, self._marks.pop(subject, {}), at)
        self._marks[subject] = marks
        if len(self._marks) > self._most:
            self._marks.popitem(last=False)
        return until


class Throttle:
    """ASGI middleware. What has begun goes on: no network limit touches it, and a quarter of the room is kept for it.

    `proxied` says that a proxy of our own stands before this process on loopback and names whom it speaks for, as the
    last of `X-Forwarded-For`. Whoever comes from this machine itself has no range. Raises Refused `limits.busy` and
    `limits.network` (retry_at), as answers.
    """

    def __init__(self, app: ASGIApp, *, clock: Clock, proxied: bool) -> None:
        self._app = app
        self._clock = clock
        self._proxied = proxied
        self._in_hand = 0
        self._ranges = Marked(network_limits())
        self._shares = Marked(address_share())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say when to come back."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await answer_of(refusal)(scope, receive, send)
            return
        self._in_hand += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._in_hand -= 1

    def _refusal(self, scope: Scope) -> Refused | None:
        headers = Headers(scope=scope)
        begins = scope["method"] == "POST" and scope["path"] in BEGINNINGS
        room = at_once()
        now = self._clock.now()
        if self._in_hand >= (room.beginning if begins else room.most):
            return Refused("limits.busy", retry_at=now + room.wait)
        # Enrolled terminals have a limit of their own: all kiosks of a chain may stand behind one address.
        if not begins or HEADER in headers:
            return None
        around = self._around(scope, headers)
        if around is None or self._ranges.spend(around[0], now) is None:
            return None
        # Neighbours who use up the range do not use up this address's own share.
        until = self._shares.spend(around[1], now)
        return None if until is None else Refused("limits.network", retry_at=until)

    def _around(self, scope: Scope, headers: Headers) -> tuple[str, str] | None:
        """Return the range and the address that speak, None where nobody can say."""
        told = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        peer = told if self._proxied and told else (scope.get("client") or ("",))[0]
        try:
            address = ip_address(peer)
        except ValueError:
            return None
        if address.is_loopback:
            return None
        wide, narrow = (ip_network((address, length), strict=False) for length in _RANGES[address.version])
        return str(wide), str(narrow)
