"""What the door to the library makes of a library that would wait."""

import asyncio

import pytest

from kaijo.service.trust.path import _at_once


async def waits() -> str:
    await asyncio.sleep(0)
    return "never reached"


def test_at_once_takes_waiting_for_no_verdict() -> None:
    with pytest.raises(RuntimeError):
        _at_once(waits())


def test_at_once_lets_an_error_through() -> None:
    async def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        _at_once(fails())
