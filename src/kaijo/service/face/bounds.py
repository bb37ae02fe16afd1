"""How sure a share of errors is: the exact bounds of Clopper and Pearson (Biometrika 26, 1934)."""

from math import exp, lgamma, log, log1p
from typing import Final

_CONFIDENCE: Final = 0.95
_HALVINGS: Final = 80
_TERMS: Final = 10_000
_EXACT: Final = 1e-15
_TINY: Final = 1e-300


def clopper_pearson(errors: int, count: int) -> tuple[float, float]:
    """Return the lower and upper bound, with 95 % confidence, of the rate behind `errors` among `count`.

    Without any case nothing is known: from 0 to 1.
    """
    tail = (1 - _CONFIDENCE) / 2
    lower = _inverse(tail, errors, count - errors + 1) if errors else 0.0
    upper = _inverse(1 - tail, errors + 1, count - errors) if errors < count else 1.0
    return lower, upper


def _inverse(wanted: float, a: float, b: float) -> float:
    """Return where the regularized incomplete beta function of `a` and `b` takes a value, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _incomplete_beta(middle, a, b) < wanted else (low, middle)
    return (low + high) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    if not 0 < x < 1:
        return float(x >= 1)
    # The continued fraction [Abramowitz, Stegun 26.5.8] comes to its end quickly on one side of the mean only.
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """Return 1 + d1/(1 + d2/(1 + ...)) by the method of Lentz."""
    value = numerator = 1.0
    denominator = 0.0
    for term in range(1, _TERMS):
        half = term // 2
        if term % 2:
            part = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            part = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        denominator = 1 / _away_from_zero(1 + part * denominator)
        numerator = _away_from_zero(1 + part / numerator)
        change = numerator * denominator
        value *= change
        if abs(change - 1) < _EXACT:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
