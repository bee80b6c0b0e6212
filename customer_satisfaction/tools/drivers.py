"""What moves satisfaction: key drivers, importance against performance, and Cronbach's alpha.

Plain Python, no database. Answers come in as rows, one per person: the overall grade first, then a
grade for each driver; None where a question was not answered. Of many answers the database sums up
what is needed: see `Spread`.
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


class Spread(NamedTuple):
    """What correlations are made of: how columns without gaps spread, together.

    `products` has, for each two columns, the sum over all rows of the one's distance from its
    mean, times the other's.
    """

    n: int
    means: list
    products: list


def complete(rows):
    """Rows without gaps."""
    return [row for row in rows if None not in row]


def spread(rows):
    """`Spread` of the rows without gaps."""
    rows = complete(rows)
    columns, means = [], []
    for numbers in zip(*rows, strict=True):
        mean = sum(numbers) / len(numbers)
        means.append(mean)
        columns.append([number - mean for number in numbers])
    products = [[0.0] * len(columns) for _column in columns]
    for i, first in enumerate(columns):
        for j, second in enumerate(columns[: i + 1]):
            products[i][j] = products[j][i] = sum(map(mul, first, second))
    return Spread(len(rows), means, products)


def correlation(pairs):
    """Pearson's correlation over the pairs without gaps. Figure DR-02.

    :return: (correlation, n); None when one side never varies
    """
    found = spread(pairs)
    return _correlation(found), found.n


def _correlation(pairs):
    if pairs.n < 2:
        return None
    matrix, spreads = _correlations(pairs)
    return matrix[0][1] if all(spreads) else None


def regression(rows):
    """Ordinary least squares of the first column on the others. Figure DR-01.

    :return: `Regression`; None when it cannot be told
    """
    found = spread(rows)
    n, count = found.n, len(found.means) - 1
    if n < count + 2:
        return None
    matrix, spreads = _correlations(found)
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
    intercept = found.means[0] - sum(map(mul, slopes, found.means[1:]))
    adjusted = 1 - (1 - r2) * (n - 1) / (n - count - 1)
    return Regression(n, intercept, slopes, r2, adjusted)


def relative_weights(rows):
    """Share of each driver in what all explain together. Figure DR-03.

    Johnson 2000, Multivariate Behavioral Research 35, 1-19: drivers are replaced by the closest
    ones that do not move together. Shares are never negative and add to 1. What never varies
    explains nothing.

    :return: (shares, R²); (None, None) when nothing is explained
    """
    return _relative_weights(spread(rows))


def _relative_weights(together):
    if together.n < 2:
        return None, None
    matrix, spreads = _correlations(together)
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
    return key_drivers_of(
        spread(rows),
        [spread([(row[0], row[at + 1]) for row in rows]) for at in range(count)],
    )


def key_drivers_of(together, pairs):
    """As `key_drivers`, of what was summed up before.

    :param together: `Spread` of who answered everything, the overall grade first
    :param pairs: for each driver, `Spread` of who answered it and the overall grade
    """
    needed = max(LEAST_ANSWERS, ANSWERS_PER_DRIVER * len(pairs))
    is_enough = together.n >= needed
    shares, r2 = _relative_weights(together) if is_enough else (None, None)
    drivers = [
        Driver(
            pair.n,
            pair.means[1] if pair.n else None,
            _correlation(pair),
            shares[at] if shares else None,
        )
        for at, pair in enumerate(pairs)
    ]
    return Drivers(together.n, needed, r2, drivers)


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
    found = spread(rows)
    between = max(found.n - 1, 1)
    return cronbach_of(
        found.n,
        [found.products[at][at] / between for at in range(len(found.means))],
        sum(map(sum, found.products)) / between,
    )


def cronbach_of(n, item_variances, total_variance):
    """As `cronbach`, of the variances of `n` complete rows."""
    value = alpha(item_variances, total_variance) if n > 1 else None
    return Score(metric="alpha", value=value, n=n, scale=(None, 1))


def _correlations(found):
    """Correlation matrix of the columns, and their standard deviations.

    A column that never varies correlates with nothing.
    """
    lengths = []
    for at, mean in enumerate(found.means):
        length = sqrt(max(found.products[at][at], 0))
        lengths.append(length if length > 1e-12 * max(1, abs(mean)) * found.n else 0.0)
    matrix = [[0.0] * len(lengths) for _column in lengths]
    for i, first in enumerate(lengths):
        matrix[i][i] = 1.0 if first else 0.0
        for j, second in enumerate(lengths[:i]):
            if first and second:
                matrix[i][j] = matrix[j][i] = found.products[i][j] / first / second
    return matrix, [length / sqrt(found.n - 1) for length in lengths]


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
