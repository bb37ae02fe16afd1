"""The report of an evaluation: until one speaks for the model in use, the product says "not evaluated"."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from kaijo.errors import UsageProblem
from kaijo.facts.face import evaluation_pairs

REPORT: Final = "face-evaluation.json"
"""Name of the report in the service's data folder."""


def write_report(path: Path, content: Mapping[str, object]) -> None:
    """Write a report that is there whole or not at all. Raises UsageProblem `usage.unwritable` (path)."""
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        beside.replace(path)
    except OSError:
        raise UsageProblem("usage.unwritable", path=str(path)) from None


def is_evaluated(report: Path, sha256: str, threshold: float) -> bool:
    """Return whether a report lies there, of enough pairs, for this model and this threshold. Doubt is a no."""
    try:
        told: Any = json.loads(report.read_text("utf-8"))
        pairs = told["false_match"]["count"]
        return bool((told["sha256"], told["threshold"]) == (sha256, threshold) and pairs >= evaluation_pairs())
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
