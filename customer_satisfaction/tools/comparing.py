"""Whether two results differ by more than chance, and percentiles. Plain Python, no database.

The sign is always: what is now, minus what was before.
"""

from math import floor, sqrt
from typing import NamedTuple

from odoo.addons.customer_complaint.tools.statistics import (
    Z_95,
    mean_test,
    rate,
    rate_test,
    two_sided_p,
    wilson,
)

from .scores import nps_groups, wald

ALPHA = 0.05


class Difference(NamedTuple):
    """A difference with its 95 % interval and the probability that chance alone makes it.

    `n_before` and `n` are the answers on each side; everything else is None where it cannot be
    told.
    """

    n_before: int
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None

    @property
    def is_significant(self):
        """Whether it is more than chance."""
        return self.p is not None and self.p < ALPHA


def share_difference(part_before, n_before, part, n):
    """Difference of two shares, such as CSAT of two quarters. Figure BA-04.

    Interval: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10, from the two Wilson
    intervals. p: pooled z-test.
    """
    if not n_before or not n:
        return Difference(n_before, n)
    before, now = rate(part_before, n_before), rate(part, n)
    low_before, high_before = wilson(part_before, n_before)
    low, high = wilson(part, n)
    value = now - before
    return Difference(
        n_before,
        n,
        value,
        value - sqrt((now - low) ** 2 + (high_before - before) ** 2),
        value + sqrt((high - now) ** 2 + (before - low_before) ** 2),
        rate_test(part, n, part_before, n_before),
    )


def nps_difference(counts_before, counts):
    """Difference of two NPS in points, of different people. Figure NP-05.

    :param counts_before: {recommendation 0…10: n}
    :param counts: the same, of now
    """
    (liked_1, passive_1, disliked_1), (liked_2, passive_2, disliked_2) = map(
        nps_groups, (counts_before, counts)
    )
    n_before, n = liked_1 + passive_1 + disliked_1, liked_2 + passive_2 + disliked_2
    if not n_before or not n:
        return Difference(n_before, n)
    before, error_before = wald(liked_1, disliked_1, n_before)
    now, error_now = wald(liked_2, disliked_2, n)
    error = sqrt(error_before**2 + error_now**2)
    value = now - before
    if not error:  # all said the same on both sides: no spread to judge by
        return Difference(n_before, n, value)
    return Difference(
        n_before,
        n,
        value,
        value - Z_95 * error,
        value + Z_95 * error,
        two_sided_p(value / error),
    )


def mean_difference(before, now):
    """Difference of two means; interval and p only from 30 answers on each side (Welch).

    :param before: `scores.Moments` of the answers before
    :param now: the same, of now
    """
    if not before.n or not now.n:
        return Difference(before.n, now.n)
    value = now.mean - before.mean
    if min(before.n, now.n) < 30:
        return Difference(before.n, now.n, value)
    error = sqrt(before.sd**2 / before.n + now.sd**2 / now.n)
    p = mean_test(now.mean, now.sd**2, now.n, before.mean, before.sd**2, before.n)
    return Difference(
        before.n, now.n, value, value - Z_95 * error, value + Z_95 * error, p
    )


def percentile(counts, share, kind="continuous"):
    """The value below which a share of all values lies. Figure PT-01.

    :param counts: {value: n}
    :param share: 0 to 1
    :param kind: "continuous", as PostgreSQL's percentile_cont (Hyndman and Fan type 7); "nist", of
        N + 1 (type 6); "discrete", a value that occurs (percentile_disc)
    :return: None without values
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    values = sorted(value for value, n in counts.items() if n)
    n = sum(counts.values())
    if not n:
        return None
    if kind == "discrete":
        # The least value that at least this share does not exceed; rounding leaves dust.
        return _at(values, counts, max(0, -floor(1e-9 - share * n) - 1))
    if kind not in ("continuous", "nist"):
        raise ValueError(f"{kind} is no percentile")
    place = share * (n - 1) if kind == "continuous" else share * (n + 1) - 1
    place = min(max(place, 0), n - 1)
    below = floor(place)
    low, high = (_at(values, counts, at) for at in (below, min(below + 1, n - 1)))
    return low + (place - below) * (high - low)


def _at(values, counts, position):
    for value in values:
        position -= counts[value]
        if position < 0:
            return value
    return values[-1]
