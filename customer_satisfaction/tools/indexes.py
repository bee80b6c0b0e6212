"""Figures made of several questions: satisfaction indexes and the gap to what was expected.

Each part brings the number of its answers; an index is worth no more than its smallest part, so its
`n` is the smallest one. Parts nobody answered are left out, and the others weigh more.

The interval of an index is that of a mean: of what each person says on the whole. As many leave
out a question, it is told from `squares`: of each person, the sum over his answers of the part's
share (see `shares`) times how far he is from the part's mean, squared; all persons added up. Where
everybody answered everything it is the interval of the mean of their own indexes, by Student's t.
"""

from typing import NamedTuple

from odoo.addons.customer_complaint.tools.statistics import mean_interval

from .scores import SCALES, Score, rescaled

INDEX = (0, 100)


class Part(NamedTuple):
    """A question or dimension of an index: its weight against the others, its mean, its answers."""

    weight: float
    mean: float | None
    n: int


class Gap(NamedTuple):
    """A dimension of a gap analysis: what was expected and what was experienced, on one scale.

    `sd` is the standard deviation of the differences of those who said both; None: not known.
    """

    expectation: float | None
    perception: float | None
    n: int
    weight: float = 1.0
    sd: float | None = None

    def as_part(self):
        """The difference as a part of the gap on the whole."""
        gap = self.perception - self.expectation if self.n else None
        return Part(self.weight, gap, self.n)


class Gaps(NamedTuple):
    """The gap of each dimension, their plain mean and their weighted mean, each a `Score`."""

    by_dimension: list
    mean: Score
    weighted: Score


def weighted_mean(parts):
    """Mean of the parts by their weights, which need not add to 1; None without answers.

    :raises ValueError: for weights that are not positive
    """
    if any(part.weight <= 0 for part in parts):
        raise ValueError("a weight must be greater than zero")
    parts = [part for part in parts if part.n]
    weights = sum(part.weight for part in parts)
    return sum(p.weight * p.mean for p in parts) / weights if parts else None


def shares(parts):
    """How much one answer to each part moves the weighted mean; 0 of what nobody answered."""
    weights = sum(part.weight for part in parts if part.n)
    return [part.weight / part.n / weights if part.n else 0.0 for part in parts]


def csi(parts, scale, squares=None):
    """CSI: weighted satisfaction index from 0 to 100 (S-05). Figure CI-01.

    (S - lowest) / (highest - lowest) × 100 with S the mean by importance. On a scale from 1 this is
    not percent of the maximum.

    :param parts: list of `Part`, all on `scale`
    :param squares: for the interval, see above; None: it is not told
    """
    return rescaled(_index("csi", parts, scale, squares), INDEX)


def acsi(parts, squares=None):
    """ACSI formula: index from 0 to 100 of three questions from 1 to 10. Figures AC-01, AC-02.

    Fornell and others 1996: overall satisfaction, against expectations, against the ideal. The
    index' own weights are not published; equal ones are the usual approximation.
    """
    return rescaled(_index("acsi", parts, SCALES["acsi"], squares), INDEX)


def servqual(dimensions, squares=None, weighted_squares=None):
    """Gap model: mean perception minus mean expectation by dimension (S-13). Figure SQ-01.

    Parasuraman, Zeithaml, Berry 1988. Below 0 less was experienced than expected.

    :param dimensions: list of `Gap`, answers in pairs
    :param squares: for the interval of the plain mean; `weighted_squares` of the weighted one
    """
    width = SCALES["perception"][1] - SCALES["perception"][0]
    scale = (-width, width)
    gaps = [gap.as_part() for gap in dimensions]
    equal = [gap._replace(weight=1) for gap in gaps]
    return Gaps(
        [
            _score("gap", part.mean, part.n, scale, gap.sd and gap.sd**2)
            for gap, part in zip(dimensions, gaps, strict=True)
        ],
        _index("gap", equal, scale, squares),
        _index("gap", gaps, scale, weighted_squares),
    )


def _index(metric, parts, scale, squares):
    n = min((part.n for part in parts if part.n), default=0)
    variance = None
    if squares is not None and n > 1:
        variance = squares * n**2 / (n - 1)
    return _score(metric, weighted_mean(parts), n, scale, variance)


def _score(metric, mean, n, scale, variance):
    """A mean; with its interval where a variance is known, within the scale."""
    low = high = None
    if variance is not None and n > 1:
        low, high = mean_interval(mean, variance, n)
        low, high = max(low, scale[0]), min(high, scale[1])
    return Score(metric=metric, value=mean, n=n, scale=scale, low=low, high=high)
