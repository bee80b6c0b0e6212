"""Statistics: what a number is worth, not only what it is. Plain Python, no database."""

from bisect import bisect_right
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from math import comb, erfc, pi, sqrt, tan

# Quantile of the standard normal distribution for 95 %, two-sided.
Z_95 = 1.959963984540054


def rate(successes, n):
    """Share `successes`/`n`, a fraction; None for an empty denominator, never 0.

    :raises ValueError: when the counts are impossible
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share")
    return successes / n if n else None


def wilson(successes, n, z=Z_95):
    """95 % score interval of a rate (Wilson 1927), without continuity correction.

    Unlike the textbook interval it stays within 0 and 1 and does not claim certainty when all or
    none succeeded.

    :return: (low, high), fractions; None for an empty denominator
    :raises ValueError: when the counts are impossible
    """
    p = rate(successes, n)
    if p is None:
        return None
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # At the ends rounding leaves dust like -1e-17.
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return low, high


def rate_test(successes_1, n_1, successes_2, n_2):
    """Two-sided p-value that two rates are equal, by the pooled z-test.

    :return: probability of a difference at least as large by chance; None when it cannot be told
        (an empty side, or nobody or everybody succeeded on both)
    """
    p_1, p_2 = rate(successes_1, n_1), rate(successes_2, n_2)
    if p_1 is None or p_2 is None:
        return None
    pooled = (successes_1 + successes_2) / (n_1 + n_2)
    variance = pooled * (1 - pooled) * (1 / n_1 + 1 / n_2)
    return two_sided_p((p_1 - p_2) / sqrt(variance)) if variance else None


def count_test(count_1, count_2):
    """Two-sided p-value that two counts over equal times have the same rate.

    Given their sum, the first is binomial with p = 1/2 (exact conditional test); the
    probabilities of all outcomes not more likely than the observed one are added.

    :return: probability; None when both are 0
    """
    total = count_1 + count_2
    if not total:
        return None
    least = min(count_1, count_2)
    if 2 * least == total:
        return 1.0
    if total > 1000:  # normal approximation with continuity correction
        return two_sided_p((total - 2 * least - 1) / sqrt(total))
    tail = sum(comb(total, outcome) for outcome in range(least + 1))
    return 2 * tail / 2**total


def student_95(df):
    """Quantile of Student's t distribution for 95 %, two-sided, with `df` degrees of freedom.

    Exact for 1 and 2, else the expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5),
    right to 0.2 % and better with every degree.
    """
    if df == 1:
        return tan(pi * 0.475)
    if df == 2:
        return 0.95 * sqrt(2 / (1 - 0.95**2))
    z = Z_95
    return (
        z
        + (z**3 + z) / (4 * df)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z)
        / (92160 * df**4)
    )


def mean_interval(mean, variance, n):
    """95 % interval of a mean, by Student's t.

    :param variance: of the sample, with n - 1 in the denominator
    :return: (low, high); None for fewer than two cases, of which nothing can be said
    """
    if n < 2:
        return None
    half = student_95(n - 1) * sqrt(variance / n)
    return mean - half, mean + half


def mean_test(mean_1, variance_1, n_1, mean_2, variance_2, n_2):
    """Two-sided p-value that two means are equal, by Welch's test for large samples.

    :return: probability; None when it cannot be told, with fewer than 30 cases on a side
    """
    if min(n_1, n_2) < 30:
        return None
    variance = variance_1 / n_1 + variance_2 / n_2
    return two_sided_p((mean_1 - mean_2) / sqrt(variance)) if variance else None


def survival(ended, censored=()):
    """Share that lasts longer than each duration, by the product-limit estimate.

    Kaplan and Meier, Journal of the American Statistical Association 53 (1958), 457-481. What was
    still running when watching stopped (censored) counts as long as it was watched; at the same
    duration it is taken to have lasted longer than what ended.

    :param ended: durations that were watched to their end, or how many by duration
    :param censored: durations of what was still running, or how many by duration
    :return: list of (duration, share), at the durations at which something ended
    """
    ended, censored = Counter(ended), Counter(censored)
    at_risk = ended.total() + censored.total()
    curve, share = [], 1.0
    for duration in sorted(ended.keys() | censored.keys()):
        if ended[duration]:
            share *= 1 - ended[duration] / at_risk
            curve.append((duration, share))
        at_risk -= ended[duration] + censored[duration]
    return curve


def surviving(curve, duration):
    """Share that lasts longer than `duration`, on a curve of `survival`."""
    position = bisect_right(curve, duration, key=lambda step: step[0])
    return curve[position - 1][1] if position else 1.0


def chance_to_exceed(curve, limit, lasted=0):
    """Probability that what has `lasted` so far lasts longer than `limit`.

    :return: fraction; None when nothing has ever lasted as long as this
    """
    share = surviving(curve, lasted)
    return surviving(curve, max(limit, lasted)) / share if share else None


def far_off(value, low, high, factor):
    """Whether a value lies outside a range by more than a factor.

    :return: 1 above `high` times `factor`, -1 below `low` divided by it, 0 neither

    >>> far_off(161, 40, 80, 2), far_off(160, 40, 80, 2), far_off(19, 40, 80, 2)
    (1, 0, -1)
    """
    dust = 1 + 1e-9  # interpolated limits are not exact
    if value > high * factor * dust:
        return 1
    return -1 if value * dust < low / factor else 0


def two_sided_p(z):
    """Probability of a standard normal value at least as far from 0 as `z`."""
    return erfc(abs(z) / sqrt(2))


def half_up(value, digits=0):
    """Round for display, halves away from zero; Python's `round` goes to the even digit."""
    quantum = Decimal(1).scaleb(-digits)
    return float(Decimal(str(value)).quantize(quantum, ROUND_HALF_UP))
