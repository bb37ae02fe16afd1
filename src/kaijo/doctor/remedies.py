"""One change at a time: which cause of a bad link it was, found by taking the causes away and measuring again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from math import sqrt

from kaijo.doctor.findings import Finding, Severity
from kaijo.doctor.link_quality import Measurement, Quality
from kaijo.facts.link import LinkCause, link_causes, link_change_deviations

_SEVERITIES = {Quality.GOOD: Severity.GOOD, Quality.SHAKY: Severity.WARNING, Quality.UNUSABLE: Severity.BAD}


@unique
class Answer(Enum):
    """What a person says when asked to change something."""

    DONE = "done"
    SKIPPED = "skipped"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Trial:
    """One measurement after one change, and the one `before` it.

    `cause` is what was taken away; both are None for the card as it first lay.
    """

    measurement: Measurement
    cause: LinkCause | None = None
    before: Measurement | None = None

    @property
    def helped(self) -> bool | None:
        """True when the change made the link better; None where nothing was changed."""
        return None if self.before is None else helps(self.before, self.measurement)

    @property
    def gain(self) -> float:
        """By how much the share of errors fell."""
        return 0.0 if self.before is None else self.before.error_rate - self.measurement.error_rate


def search(
    measure: Callable[[frozenset[LinkCause]], Measurement], ask: Callable[[LinkCause], Answer]
) -> Iterator[Trial]:
    """Yield a trial for the card as it lies, then one for each change that a person makes, the likeliest cause first.

    `measure` is told everything that is away by now; what was changed stays changed. The search ends when the link
    is good, when nothing is left to change, or when the person has had enough. Raises what `measure` raises.
    """
    away: frozenset[LinkCause] = frozenset()
    latest = measure(away)
    yield Trial(latest)
    for cause in link_causes():
        if latest.quality is Quality.GOOD:
            return
        answer = ask(cause)
        if answer is Answer.ENOUGH:
            return
        if answer is Answer.DONE:
            away |= {cause}
            before, latest = latest, measure(away)
            yield Trial(latest, cause, before)


def helps(before: Measurement, after: Measurement) -> bool:
    """Return whether the link became better than chance explains: fewer errors, or no longer slow.

    Errors are compared as two shares of independent commands; the fall must exceed [fact: link-change].
    """
    share = (before.errors + after.errors) / (before.commands + after.commands)
    deviation = sqrt(share * (1 - share) * (1 / before.commands + 1 / after.commands))
    fell = before.error_rate - after.error_rate
    return fell > link_change_deviations() * deviation or (before.slow and not after.slow)


def helpful(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Return the trials whose change helped, the one that helped most first."""
    return tuple(sorted((trial for trial in trials if trial.helped), key=lambda trial: -trial.gain))


def conclusions(trials: Sequence[Trial]) -> tuple[Finding, ...]:
    """Return what the trials mean: how the link is now, and which changes to keep."""
    last = trials[-1].measurement
    data = {
        "commands": last.commands,
        "errors": last.errors,
        "percent": percent(last.error_rate),
        "removed": last.removed,
        "median": _shown(last.times.median if last.times else None),
    }
    found = [Finding(f"link.{last.quality.value}", _SEVERITIES[last.quality], data)]
    found.extend(_remedy(one.cause, one.before, one.measurement) for one in helpful(trials) if one.cause and one.before)
    if len(found) == 1 and len(trials) > 1:
        found.append(Finding("link.nothing-helped", Severity.NOTE))
    return tuple(found)


def percent(share: float) -> str:
    """Return a share of 1 as people write it: per cent with one decimal."""
    return f"{100 * share:.1f}"


def _remedy(cause: LinkCause, before: Measurement, after: Measurement) -> Finding:
    data = {
        "before": percent(before.error_rate),
        "after": percent(after.error_rate),
        "slow_before": _shown(before.times.q3 if before.times else None),
        "slow_after": _shown(after.times.q3 if after.times else None),
    }
    return Finding(f"link.was.{cause.value}", Severity.NOTE, data)


def _shown(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds:.0f}"
