"""How it is told whether the service's rows and its audit trail are sound."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kaijo.cli.speech import speech

if TYPE_CHECKING:
    from kaijo.reset.audit_file import Verdict
    from kaijo.service.store.soundness import Flaw


def tell(flaws: "Mapping[Flaw, int]", trail: "Verdict", *, more: Mapping[str, Any] | None = None) -> int:
    """Say what was found and return the exit code."""
    sound = not flaws and not trail.findings
    said = speech()
    if said.json:
        said.answer(
            {
                **(more or {}),
                "sound": sound,
                "flaws": {flaw.value: count for flaw, count in flaws.items()},
                "audit_rows": trail.rows,
                "findings": [finding.plain() for finding in trail.findings],
            }
        )
        return 0 if sound else 1
    for flaw, count in flaws.items():
        said.say(f"backup.flaw.{flaw.value}", count=count)
    if trail.findings:
        said.say("audit.not-whole", count=len(trail.findings))
    if sound:
        said.say("backup.sound", rows=trail.rows)
    return 0 if sound else 1
