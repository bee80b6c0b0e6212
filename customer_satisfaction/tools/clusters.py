"""Customers sorted by how satisfied they are: three clusters (S-36), three tiers (S-08)."""

from collections import Counter

LEVELS = ("low", "medium", "high")
TIERS = ("satisfied_loyal", "satisfied_not_loyal", "dissatisfied")
_SATISFIED = 4  # the two best of five grades, as CSAT counts them
_LOYAL = 9  # promoters


def cluster_limits(counts):
    """Where k-means with k = 3 cuts, so that values within a cluster lie as close as can be.

    On a line the best cuts can be found by trying all: nothing is drawn at random, the same
    values always give the same clusters (Wang and Song 2011, The R Journal 3/2).

    :param counts: {value: n}, such as customers by the mean of their answers; some hundred values
    :return: (lowest value of medium, lowest value of high); None with fewer than three values
    """
    values = sorted(value for value, n in counts.items() if n)
    if len(values) < 3:
        return None
    sums = [
        (0, 0.0, 0.0)
    ]  # number, sum and sum of squares of all values before a place
    centre = values[len(values) // 2]  # near 0 squares lose nothing by rounding
    for value in values:
        n, total, squares = sums[-1]
        times, away = counts[value], value - centre
        sums.append((n + times, total + times * away, squares + times * away**2))

    def spread(first, last):
        n, total, squares = (
            b - a for a, b in zip(sums[first], sums[last], strict=True)
        )
        return squares - total**2 / n

    size = len(values)
    below = [spread(0, place) if place else 0 for place in range(size)]
    above = [spread(place, size) for place in range(size)]
    _spread, medium, high = min(
        (below[medium] + spread(medium, high) + above[high], medium, high)
        for medium in range(1, size - 1)
        for high in range(medium + 1, size)
    )
    return values[medium], values[high]


def level(value, limits):
    """Cluster of a value; a value on the limit belongs above it.

    :param limits: (lowest value of medium, lowest value of high), set by hand or `cluster_limits`
    """
    return LEVELS[sum(value >= limit for limit in limits)]


def levels(counts, limits):
    """How many are in each cluster: {"low": n, "medium": n, "high": n}."""
    found = Counter(dict.fromkeys(LEVELS, 0))
    for value, n in counts.items():
        found[level(value, limits)] += n
    return dict(found)


def tier(grade, recommendation):
    """Tier from satisfaction and loyalty: loyal is who recommends with 9 or 10.

    :param grade: CSAT 1 to 5; None when not answered
    :param recommendation: NPS 0 to 10; None when not answered
    :return: one of `TIERS`; None when it cannot be told. Neutral (3) is not satisfied.
    """
    if grade is None:
        return None
    if grade < _SATISFIED:
        return "dissatisfied"
    if recommendation is None:
        return None
    return "satisfied_loyal" if recommendation >= _LOYAL else "satisfied_not_loyal"


def tiers(counts):
    """How many are in each tier; who cannot be told is in none.

    :param counts: {(grade, recommendation): n}
    """
    found = dict.fromkeys(TIERS, 0)
    for pair, n in counts.items():
        if place := tier(*pair):
            found[place] += n
    return found
