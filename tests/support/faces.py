"""The face engine, loaded once for a whole run, and a face check's two ports around it."""

from functools import cache

from kaijo.service.face.engine import DlibEngine
from kaijo.service.face.models import find_models


@cache
def shared_engine() -> DlibEngine:
    """Return the engine with the models of the package; loading them takes half a second."""
    return DlibEngine(find_models())
