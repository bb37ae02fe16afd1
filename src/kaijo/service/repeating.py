"""The one place where a request is done again: as a whole, when the store did not let its verb through."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from kaijo.errors import ServiceTrouble
from kaijo.reset.again import is_worth_repeating, pauses

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=16,
        max_length=64,
        pattern="^[A-Za-z0-9_-]+$",
        description="drawn at random for each new wish and sent again with every repeat of it: the answer is the same",
    ),
]
"""What a caller names a request by whose body does not say which one it is."""


class RepeatingRoute(APIRoute):
    """A route whose verb may be repeated. What does not come through goes out as the store's error, for the client."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers one request."""
        handle = super().get_route_handler()

        async def repeating(request: Request) -> Response:
            for pause in pauses():
                try:
                    return await handle(request)
                except ServiceTrouble as trouble:
                    if not is_worth_repeating(trouble):
                        raise
                await asyncio.sleep(pause.total_seconds())
            return await handle(request)

        return repeating
