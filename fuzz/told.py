"""What every target demands: an act ends well, or in an error of ours that can be told in both languages."""

import json
from collections.abc import Callable

from kaijo.errors import KaijoError
from kaijo.words import LANGS, explain


class BrokenPromise(Exception):
    """Something that must hold for every input does not."""


def demand(kept: object, promise: str) -> None:
    """Raise BrokenPromise unless it is kept."""
    if not kept:
        raise BrokenPromise(promise)


def told(act: Callable[[], object]) -> None:
    """Run `act`. An error of ours is put into words and into JSON; any other comes through."""
    try:
        act()
    except KaijoError as error:
        for lang in LANGS:
            explain(error, lang)
        json.dumps(error.diagnostics())
