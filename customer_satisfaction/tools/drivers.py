"""What moves satisfaction: key drivers, importance against performance, and Cronbach's alpha.

Plain Python, no database. Answers come in as rows, one per person: the overall grade first, then a
grade for each driver; None where a question was not answered.
"""

from math import sqrt
from operator import mul
from statistics import median
from typing import NamedTuple

from .matrices import eigen, times
from .scores import Score

# With fewer answers, or fewer than this for each driver, weights are mostly chance.
LEAST_ANSWERS = 30
ANSWERS_PER_DRIVER = 10


class Regression(NamedTuple):
    """Least squares: `intercept`, raw `slopes` and what they explain.

    Never to be shown as importance: where drivers move together, slopes may even be negative.
    """

    n: int
    intercept: float
    slopes: list
    r2: float
    adjusted_r2: float | None


class Driver(NamedTuple):
    """A driver: correlation with the overall grade, and its share of what all explain (0…1).

    `n` people answered both questions, with this mean; `weight` is None when there are not enough
    complete answers to tell.
    """

    n: int
    mean: float | None
    correlation: float | None
    weight: float | None = None


class Drivers(NamedTuple):
    """Key drivers; `n` people answered everything, `needed` are needed for weights."""

    n: int
    needed: int
    r2: float | None
    drivers: list

    @property
    def is_enough(self):
        """Whether there are weights; else correlations are all that can be shown."""
        return self.r2 is not None


class Placed(NamedTuple):
    """A driver on the importance–performance plane."""

    importance: float
    performance: float
    n: int
    quadrant: str


class Plane(NamedTuple):
    """All drivers with the cross-hair, which is always to be shown: another moves some of them."""

    importance: float | None
    performance: float | None
    placed: list


def complete(rows):
    """Rows without gaps."""
    return [row for row in rows if None not in row]


def correlation(pairs):
    """Pearson's correlation over the pairs without gaps. Figure DR-02.

    :return: (correlation, n); None when one side never varies
    """
    pairs = complete(pairs)
    if len(pairs) < 2:
        return None, len(pairs)
    matrix, _means, spreads = _correlations(pairs)
    return (matrix[0][1] if all(spreads) else None), len(pairs)


def regression(rows):
    """Ordinary least squares of the first column on the others. Figure DR-01.

    :return: `Regression`; None when it cannot be told
    """
    rows = complete(rows)
    n, count = len(rows), len(rows[0]) - 1 if rows else 0
    if n < count + 2:
        return None
    matrix, means, spreads = _correlations(rows)
    if not all(spreads):
        return None
    values, vectors = eigen([row[1:] for row in matrix[1:]])
    if min(values) <= _dust(values):
        return None  # a driver follows from the others
    slopes = _apply(values, vectors, matrix[0][1:], -1)
    r2 = sum(map(mul, slopes, matrix[0][1:]))
    slopes = [
        slope * spreads[0] / own for slope, own in zip(slopes, spreads[1:], strict=True)
    ]
    intercept = means[0] - sum(map(mul, slopes, means[1:]))
    adjusted = 1 - (1 - r2) * (n - 1) / (n - count - 1)
    return Regression(n, intercept, slopes, r2, adjusted)


def relative_weights(rows):
    """Share of each driver in what all explain together. Figure DR-03.

    Johnson 2000, Multivariate Behavioral Research 35, 1-19: drivers are replaced by the closest
    ones that do not move together. Shares are never negative and add to 1. What never varies
    explains nothing.

    :return: (shares, R²); (None, None) when nothing is explained
    """
    rows = complete(rows)
    if len(rows) < 2:
        return None, None
    matrix, _means, spreads = _correlations(rows)
    values, vectors = eigen([row[1:] for row in matrix[1:]])
    # Λ, the root of the correlations, leads from drivers to their stand-ins.
    slopes = _apply(values, vectors, matrix[0][1:], -0.5)
    squares = [slope**2 for slope in slopes]
    weights = []
    for row in range(len(values)):
        root = _apply(
            values, vectors, [float(row == at) for at in range(len(values))], 0.5
        )
        weights.append(sum(a**2 * b for a, b in zip(root, squares, strict=True)))
    r2 = sum(weights)
    if not spreads[0] or r2 <= 0:
        return None, None
    return [weight / r2 for weight in weights], r2


def key_drivers(rows):
    """Correlations of all drivers, and relative weights when there are enough answers.

    Needed are 30 complete answers, and 10 for each driver.

    :param rows: list of (overall, driver 1, driver 2, …)
    """
    count = max((len(row) - 1 for row in rows), default=0)
    needed = max(LEAST_ANSWERS, ANSWERS_PER_DRIVER * count)
    whole = complete(rows)
    shares, r2 = relative_weights(whole) if len(whole) >= needed else (None, None)
    drivers = []
    for at in range(count):
        pairs = complete([(row[0], row[at + 1]) for row in rows])
        together, n = correlation(pairs)
        mean = sum(value for _overall, value in pairs) / n if n else None
        drivers.append(Driver(n, mean, together, shares[at] if shares else None))
    return Drivers(len(whole), needed, r2, drivers)


def plane(points, cross="means", scale=None):
    """Importance–performance analysis (Martilla and James 1977). Figure IP-01.

    What lies on a line counts as high.

    :param points: list of (importance, performance, n)
    :param cross: where the lines cross: "means", "medians", or "midpoint" of `scale`
    :param scale: (lowest, highest) of both axes, for the midpoint
    """
    if cross not in ("means", "medians", "midpoint"):
        raise ValueError(f"{cross} is no cross-hair")
    if not points:
        return Plane(None, None, [])
    axes = list(zip(*points, strict=True))[:2]
    if cross == "midpoint":
        lines = [sum(scale) / 2] * 2
    elif cross == "medians":
        lines = [median(axis) for axis in axes]
    else:
        lines = [sum(axis) / len(axis) for axis in axes]
    names = {
        (True, False): "concentrate",
        (True, True): "keep_up",
        (False, False): "low_priority",
        (False, True): "overkill",
    }
    placed = []
    for importance, performance, n in points:
        # A mean of equal numbers may come out a hair above them.
        high = [
            value >= line - 1e-9
            for value, line in zip((importance, performance), lines, strict=True)
        ]
        placed.append(Placed(importance, performance, n, names[tuple(high)]))
    return Plane(*lines, placed)


def alpha(item_variances, total_variance):
    """Cronbach's alpha (1951) from variances of the sample. Figure AL-03.

    :return: None for a single question, or when the totals never vary
    """
    k = len(item_variances)
    if k < 2 or not total_variance:
        return None
    return k / (k - 1) * (1 - sum(item_variances) / total_variance)


def cronbach(rows):
    """How well questions agree with each other: raw alpha, of complete rows. Figure AL-01.

    Raw, not standardised: questions with more spread count more. Reversed ones are turned round
    before. Below 0 when questions contradict each other.

    :param rows: list of (question 1, question 2, …)
    """
    rows = complete(rows)
    value = None
    if len(rows) > 1:
        columns = list(zip(*rows, strict=True))
        value = alpha([_variance(c) for c in columns], _variance(list(map(sum, rows))))
    return Score(metric="alpha", value=value, n=len(rows), scale=(None, 1))


def _variance(numbers):
    mean = sum(numbers) / len(numbers)
    return sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)


def _correlations(rows):
    """Correlation matrix of the columns, their means and standard deviations.

    A column that never varies correlates with nothing.
    """
    columns, means, spreads = [], [], []
    for numbers in zip(*rows, strict=True):
        mean = sum(numbers) / len(numbers)
        away = [number - mean for number in numbers]
        length = sqrt(sum(map(mul, away, away)))
        if length <= 1e-12 * max(1, abs(mean)) * len(numbers):
            length = 0.0
        columns.append([number / length for number in away] if length else None)
        means.append(mean)
        spreads.append(length / sqrt(len(numbers) - 1))
    matrix = [
        [
            1.0 if a is b and a else sum(map(mul, a, b)) if a and b else 0.0
            for b in columns
        ]
        for a in columns
    ]
    return matrix, means, spreads


def _dust(values):
    return 1e-10 * max(values)


def _apply(values, vectors, vector, power):
    """A power of a symmetric matrix, given by its eigenvalues, times a vector.

    Directions in which nothing varies stay 0, as in a pseudo-inverse.
    """
    parts = [
        sum(map(mul, direction, vector))
        * (value**power if value > _dust(values) else 0)
        for value, direction in zip(values, vectors, strict=True)
    ]
    return times(parts, vectors)
