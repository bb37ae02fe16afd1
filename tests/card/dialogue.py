"""The guard over a scripted card, and how an act with it ends."""

from collections.abc import Callable

import pytest

from kaijo.card.guard import Guard
from kaijo.clock import ManualClock
from kaijo.errors import KaijoError
from tests.support.scripted import Scripted

from .test_guard import NOW


def guard_over(*dialogue: tuple[str, str | KaijoError]) -> tuple[Guard, Scripted]:
    link = Scripted(*dialogue)
    return Guard(link, ManualClock(NOW)), link


def trouble(act: Callable[[], object]) -> tuple[str, dict[str, object]]:
    with pytest.raises(KaijoError) as caught:
        act()
    return caught.value.code, dict(caught.value.data)


def played(act: Callable[[Guard], object], *dialogue: tuple[str, str | KaijoError]) -> tuple[str, dict[str, object]]:
    guard, link = guard_over(*dialogue)
    told = trouble(lambda: act(guard))
    assert link.played()
    return told
